using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Plan;

/// <summary>Replays a schedule for several overlapping steps, event by event, and says what breaks a rule. It knows the rules
/// (units, latencies, memories and their banks), not how the scheduler keeps them.</summary>
internal sealed class ScheduleChecker(StepProgram program, RowGroups groups, EngineShape shape, UnitLatencies latency)
{
    private readonly HashSet<string> _problems = [];
    private readonly Dictionary<Place, List<(int Visible, Content Content)>> _writes = [];
    private readonly List<(Place Place, int Time, Content Content)> _reads = [];
    private readonly HashSet<(string Unit, int Time)> _busy = [];

    private enum Memory
    {
        Spectra,
        Sums,
        States,
        CellWords,
        LinearWords,
    }

    private int Slices => program.BlockSize / shape.Lanes;

    public IReadOnlyCollection<string> Check(Schedule schedule)
    {
        Complete(schedule);
        if (_problems.Count > 0) return _problems;
        int steps = schedule.Stages + 2 * shape.Streams + 2;
        for (int s = 0; s < steps; s++) Replay(schedule, s);
        foreach (var list in _writes.Values) list.Sort((a, b) => a.Visible.CompareTo(b.Visible));
        foreach (var (place, time, content) in _reads) Read(place, time, content);
        return _problems;
    }

    private void Replay(Schedule schedule, int step)
    {
        // Steps of the streams take turns; the first of a stream has no step before it, and the hardware takes zero.
        int start = step * schedule.IntervalCycles, stream = step % shape.Streams, before = step - shape.Streams;
        Dictionary<RowBlock, int> units = schedule.Drains.ToDictionary(d => d.Row, d => d.Unit);
        foreach (FftOp op in schedule.Ffts)
        {
            int vector = program.Spectra[op.Spectrum].Vector, time = start + op.Time;
            Occupy("fft", time);
            if (vector > 0) ReadWords(vector, op.Block, time, step);
            Write(Spectrum(op.Spectrum, op.Block, step), time + latency.Fft, new(step));
        }
        foreach (GroupOp op in schedule.Groups)
            for (int c = 0; c < op.Group.Columns.Count; c++)
            {
                ColumnStep column = op.Group.Columns[c];
                int time = start + op.Time + c, wanted = column.Recurrent ? before : step;
                Occupy("product", time);
                if (wanted < 0) continue;
                foreach (int b in Blocks(column)) _reads.Add((Spectrum(column.Spectrum, b, wanted), time + latency.SpectrumRead, new(wanted)));
            }
        foreach (DrainOp op in schedule.Drains)
        {
            Occupy($"drain {op.Unit}", start + op.Time);
            Write(Sum(op.Row, op.Unit), start + op.Time + latency.Ifft, new(step, op.Row));
        }
        foreach (CellOp op in schedule.Cells)
        {
            CellPlan cell = program.Cells[op.Cell];
            int time = start + op.Time;
            Occupy("cell", time);
            foreach (int sum in cell.Sums.Where(s => s >= 0))
                _reads.Add((Sum(new(sum, op.Block), units[new(sum, op.Block)]), time, new(step, new(sum, op.Block))));
            var state = new Place(Memory.States, cell.Base + op.Block, op.Slice, stream);
            if (before >= 0) _reads.Add((state, time, new(before)));
            if (cell.Kind != CellKind.GruReset) Write(state, time + latency.Cell, new(step));
            Write(Words(program.Vectors[cell.Vector], op.Block, op.Slice), time + latency.Cell, new(step));
        }
        foreach (LinearOp op in schedule.Linears)
        {
            LinearPlan linear = program.Linears[op.Linear];
            int members = linear.Windows[0].Length;
            for (int i = 0; i < members; i++)
            {
                var row = new RowBlock(linear.Sum, op.Block, op.Group, i);
                Occupy("linear", start + op.Time + i);
                _reads.Add((Sum(row, units[row]), start + op.Time + i, new(step, row)));
            }
            VectorPlan vector = program.Vectors[linear.Vector];
            Write(Words(vector, op.Group * vector.GroupBlocks + op.Block, 0), start + op.Time + members - 1 + latency.Linear, new(step));
        }
        foreach (OutputOp op in schedule.Outputs)
        {
            Occupy("output", start + op.Time);
            ReadWords(program.Output, op.Block, start + op.Time, step);
        }
    }

    /// <summary>A sparse engine's weights name columns, and those without one still read the idle one.</summary>
    private IEnumerable<int> Blocks(ColumnStep column)
    {
        WeightRow row = groups.WeightRows[column.WeightRow];
        if (shape.Sparse) return row.Gathered.SelectMany(g => g.Select(c => (c < 0 ? row.Idle : c) / program.BlockSize)).Distinct();
        int blocks = program.Vectors[program.Spectra[column.Spectrum].Vector].Blocks;
        return Each(shape.Columns).Select(q => column.Row * shape.Columns + q).Where(b => b < blocks);
    }

    /// <summary>Everything once, drains right behind their groups, input and output in order.</summary>
    private void Complete(Schedule schedule)
    {
        Same("groups", groups.Groups, schedule.Groups.Select(g => g.Group));
        Same("drains", schedule.Groups.SelectMany(g => g.Group.Rows.Select((row, r) =>
            new DrainOp(row, r % shape.IfftUnits, g.Time + g.Group.Columns.Count - 1 + latency.Product + r / shape.IfftUnits))), schedule.Drains);
        Same("FFTs", program.Spectra.SelectMany((s, i) => Each(program.Vectors[s.Vector].Blocks).Select(b => (i, b))), schedule.Ffts.Select(f => (f.Spectrum, f.Block)));
        Same("cells", program.Cells.SelectMany((c, i) => Each(c.Blocks * Slices).Select(n => (i, n / Slices, n % Slices))), schedule.Cells.Select(c => (c.Cell, c.Block, c.Slice)));
        Same("linears", program.Linears.SelectMany((l, i) => Each(l.Windows.Count).SelectMany(w => Each(program.Sums[l.Sum].Blocks).Select(b => (i, w, b)))),
            schedule.Linears.Select(l => (l.Linear, l.Group, l.Block)));
        int[] outputs = [.. schedule.Outputs.OrderBy(o => o.Time).Select(o => o.Block)];
        if (!outputs.SequenceEqual(Each(program.Vectors[program.Output].Blocks))) _problems.Add($"the output leaves as blocks {string.Join(", ", outputs)}");
        // A step's input lies in one of two banks that change places when the last block is read; the next step's may not be there yet.
        FftOp[] input = [.. schedule.Ffts.Where(f => program.Spectra[f.Spectrum].Vector == 0).OrderBy(f => f.Time)];
        if (!input.Select(f => f.Block).SequenceEqual(Each(program.Vectors[0].Blocks)) || input[0].Time < 0 || input[^1].Time >= schedule.IntervalCycles)
            _problems.Add($"the input is read as {string.Join(", ", input)}");
    }

    private void Same<T>(string what, IEnumerable<T> wanted, IEnumerable<T> found) where T : notnull
    {
        var counts = found.GroupBy(f => f).ToDictionary(g => g.Key, g => g.Count());
        foreach (T item in wanted)
            if (!counts.Remove(item, out int count) || count != 1) _problems.Add($"{what}: {item} is there {count} times");
        if (counts.Count > 0) _problems.Add($"{what}: nobody asked for {counts.Keys.First()}");
    }

    private void Occupy(string unit, int time)
    {
        if (!_busy.Add((unit, time))) _problems.Add($"cycle {time}: {unit} does two things");
    }

    private void Write(Place place, int visible, Content content)
    {
        if (!_writes.TryGetValue(place, out var list)) _writes[place] = list = [];
        list.Add((visible, content));
    }

    private void ReadWords(int vector, int block, int time, int step)
    {
        VectorPlan plan = program.Vectors[vector];
        for (int slice = 0; slice < (plan.Source == VectorSource.Cell ? Slices : 1); slice++) _reads.Add((Words(plan, block, slice), time, new(step)));
    }

    /// <summary>What was written last before the read must be what is wanted, and no write may fall into the read's cycle.</summary>
    private void Read(Place place, int time, Content wanted)
    {
        var list = _writes.GetValueOrDefault(place, []);
        (int low, int high) = (0, list.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (list[middle].Visible <= time) low = middle + 1;
            else high = middle;
        }
        if (low == 0 || list[low - 1].Content != wanted)
            _problems.Add($"cycle {time}: {place} holds {(low == 0 ? "nothing" : list[low - 1].Content)}, wanted is {wanted}");
        if (low < list.Count && list[low].Visible == time + 1) _problems.Add($"cycle {time}: {place} is read and written");
    }

    private static IEnumerable<int> Each(int count) => Enumerable.Range(0, count);

    /// <summary>Each stream has two banks: its steps take turns.</summary>
    private Place Spectrum(int spectrum, int block, int step) =>
        new(Memory.Spectra, spectrum, block, step % shape.Streams * 2 + step / shape.Streams % 2);

    private static Place Words(VectorPlan vector, int block, int slice) =>
        new(vector.Source == VectorSource.Cell ? Memory.CellWords : Memory.LinearWords, vector.Base + block, slice, 0);

    /// <summary>A memory for each slot and unit; a pooling layer keeps a few windows at a time.</summary>
    private Place Sum(RowBlock row, int unit)
    {
        SumPlan sum = program.Sums[row.Sum];
        if (!sum.IsLinear) return new(Memory.Sums, sum.Slot, unit, program.Cells.First(c => c.Layer == sum.Layer).Base + row.Block);
        LinearPlan linear = program.Linears.Single(l => l.Sum == row.Sum);
        int region = row.Window % LinearPlan.Regions * linear.Windows[0].Length + row.Member;
        return new(Memory.Sums, sum.Slot, unit, linear.Base + region * sum.Blocks + row.Block);
    }

    /// <param name="A">Row, or spectrum or slot.</param>
    /// <param name="B">Slice, block or unit.</param>
    /// <param name="C">Bank or address.</param>
    private readonly record struct Place(Memory Memory, int A, int B, int C);

    /// <summary>What a place holds: of which step, and of sums which row block.</summary>
    private readonly record struct Content(int Step, RowBlock Row = default);
}
