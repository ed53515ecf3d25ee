using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Plan;

/// <summary>Replays a schedule for several overlapping steps, event by event, and says what breaks a rule. It knows the rules
/// (units, latencies, banks), not how the scheduler keeps them.</summary>
internal sealed class ScheduleChecker(IReadOnlyList<LayerDescription> layers, IReadOnlyList<RowGroup> groups, UnitLatencies latency)
{
    private readonly HashSet<string> _problems = [];
    private readonly Dictionary<string, List<(int Visible, int Step)>> _writes = [];
    private readonly List<(string Place, int Time, int Step)> _reads = [];
    private readonly Dictionary<(string Unit, int Time), string> _busy = [];

    public IReadOnlyCollection<string> Check(Schedule schedule)
    {
        Complete(schedule);
        int steps = schedule.Stages + 4, interval = schedule.IntervalCycles;
        for (int s = 0; s < steps; s++) Replay(schedule, s, s * interval);
        foreach ((string place, int time, int step) in _reads)
        {
            // What was written last before the read, in cycles: a step that never wrote leaves −1.
            var visible = _writes.GetValueOrDefault(place, []).Where(w => w.Visible <= time).ToList();
            int found = visible.Count == 0 ? -1 : visible.MaxBy(w => w.Visible).Step;
            if (found != step) _problems.Add($"cycle {time}: {place} holds step {found}, step {step} is wanted");
        }
        return _problems;
    }

    private void Replay(Schedule schedule, int s, int start)
    {
        foreach ((ColumnBlock column, int time) in schedule.Ffts)
        {
            Occupy("fft", start + time, $"{column}");
            if (column.Vector > 0) _reads.Add((State(column.Vector - 1, column.Block), start + time, s));
            Write(Spectrum(column, s), start + time + latency.Fft, s);
        }
        foreach ((RowGroup group, int time) in schedule.Groups)
            for (int c = 0; c < group.Columns.Count; c++)
            {
                Occupy("product", start + time + c, $"{group.Columns[c]}");
                ColumnBlock column = group.Columns[c];
                int wanted = column.Recurrent ? s - 1 : s;
                // The first step of all has no step before it: the hardware takes zero.
                if (wanted >= 0) _reads.Add((Spectrum(column, wanted), start + time + c, wanted));
            }
        foreach ((RowBlock row, int time) in schedule.Drains)
        {
            Occupy("drain", start + time, $"{row}");
            if (row.Kind != SumKind.Output) Write(Sum(row), start + time + latency.Ifft, s);
        }
        foreach ((int layer, int block, int time) in schedule.Cells)
        {
            Occupy("cell", start + time, $"{layer}.{block}");
            foreach (SumKind kind in new[] { SumKind.Update, SumKind.Reset, SumKind.CandidateInput, SumKind.CandidateRecurrent })
                _reads.Add((Sum(new(layer, kind, block)), start + time, s));
            if (s > 0) _reads.Add((State(layer, block), start + time, s - 1));
            Write(State(layer, block), start + time + latency.Cell, s);
        }
    }

    /// <summary>Everything once, groups as given, drains one after the other in the elements' order.</summary>
    private void Complete(Schedule schedule)
    {
        Same("groups", groups, schedule.Groups.Select(g => g.Group));
        Same("drains", groups.SelectMany(g => g.Rows), schedule.Drains.Select(d => d.Row));
        var columns = Enumerable.Range(0, layers[0].InputBlocks).Select(b => new ColumnBlock(0, b, false)).ToList();
        var cells = new List<(int, int)>();
        for (int l = 0; l < layers.Count; l++)
            for (int b = 0; layers[l] is GruLayer && b < layers[l].OutputBlocks; b++)
            {
                columns.Add(new(l + 1, b, false));
                cells.Add((l, b));
            }
        Same("FFTs", columns, schedule.Ffts.Select(f => f.Column));
        Same("cells", cells, schedule.Cells.Select(c => (c.Layer, c.Block)));
        foreach ((RowGroup group, int time) in schedule.Groups)
            for (int r = 0; r < group.Rows.Count; r++)
                if (!schedule.Drains.Contains((group.Rows[r], time + group.Columns.Count - 1 + latency.Product + r)))
                    _problems.Add($"{group.Rows[r]} does not drain {r} cycles after its group's first");
    }

    private void Same<T>(string what, IEnumerable<T> wanted, IEnumerable<T> found) where T : notnull
    {
        var counts = found.GroupBy(f => f).ToDictionary(g => g.Key, g => g.Count());
        foreach (T item in wanted)
            if (!counts.Remove(item, out int count) || count != 1) _problems.Add($"{what}: {item} is there {count} times");
        if (counts.Count > 0) _problems.Add($"{what}: nobody asked for {counts.Keys.First()}");
    }

    private void Occupy(string unit, int time, string what)
    {
        if (!_busy.TryAdd((unit, time), what)) _problems.Add($"cycle {time}: {unit} does {_busy[(unit, time)]} and {what}");
    }

    private void Write(string place, int visible, int step)
    {
        if (!_writes.TryGetValue(place, out var list)) _writes[place] = list = [];
        list.Add((visible, step));
    }

    private static string Spectrum(ColumnBlock column, int step) => $"spectrum {column.Vector}.{column.Block} bank {step % 2}";

    private static string Sum(RowBlock row) => $"sum {row.Layer}.{row.Kind}.{row.Block}";

    private static string State(int layer, int block) => $"state {layer}.{block}";
}
