using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>Modulo scheduling of one step on the shared units: finds the smallest interval at which steps can start, each
/// unit doing at most one thing a cycle and no result read before it is there or after it is overwritten.</summary>
public sealed class Scheduler
{
    private const int MaxRounds = 64;

    private readonly IReadOnlyList<LayerDescription> _layers;
    private readonly UnitLatencies _latency;
    private readonly int _inputBlocks;
    private readonly IReadOnlyList<RowGroup> _groups;

    /// <param name="layers">Layers of the network.</param>
    /// <param name="groups">All row groups; their order is free.</param>
    /// <param name="latency">Latencies of the units.</param>
    public Scheduler(IReadOnlyList<LayerDescription> layers, IReadOnlyList<RowGroup> groups, UnitLatencies latency) =>
        (_layers, _groups, _latency, _inputBlocks) = (layers, groups, latency, layers[0].InputBlocks);

    /// <summary>The shortest interval; among its orders of groups the one whose last output comes first.</summary>
    public Schedule Run()
    {
        int bound = LowerBound();
        for (int interval = bound; ; interval++)
        {
            Schedule? best = null;
            foreach (IReadOnlyList<RowGroup> order in Orders())
                if (TrySchedule(order, interval) is { } schedule && (best is null || schedule.LastOutputDrain < best.LastOutputDrain))
                    best = schedule;
            if (best is not null) return best;
            if (interval > 100 * (bound + _latency.Fft + _latency.Product + _latency.Ifft + _latency.Cell))
                throw new InvalidOperationException($"No schedule up to an interval of {interval} cycles; this is a bug.");
        }
    }

    private int LowerBound()
    {
        int recurrentBlocks = _layers.Where(l => l is GruLayer).Sum(l => l.OutputBlocks);
        return new[]
        {
            _groups.Sum(g => g.Columns.Count),
            _groups.Sum(g => g.Rows.Count),
            _inputBlocks + recurrentBlocks,
            _inputBlocks + 1,              // the stream delivers one input block a cycle, one cycle hands the buffer over
            _latency.Cell,                 // a state block is rewritten only after it was written
        }.Max();
    }

    /// <summary>Orders worth trying: layers in turn, each recurrent layer's three kinds of groups in any order.</summary>
    private IEnumerable<IReadOnlyList<RowGroup>> Orders()
    {
        int[][] permutations = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        bool recurrent = _layers.Any(l => l is GruLayer);
        foreach (int[] rank in recurrent ? permutations : permutations[..1])
            yield return [.. _groups.Select((g, i) => (g, i)).OrderBy(p => p.g.Rows[0].Layer).ThenBy(p => Rank(p.g, rank)).ThenBy(p => p.i).Select(p => p.g)];

        static int Rank(RowGroup group, int[] rank) => group.Rows[0].Kind switch
        {
            SumKind.CandidateInput => rank[0],
            SumKind.Update or SumKind.Reset => rank[1],
            SumKind.CandidateRecurrent => rank[2],
            _ => 3,
        };
    }

    /// <summary>Places everything as early as it can be for one guess of when the last step's states are there, and repeats with
    /// what came out until the guess holds.</summary>
    private Schedule? TrySchedule(IReadOnlyList<RowGroup> order, int interval)
    {
        var ready = new Dictionary<ColumnBlock, int>();
        for (int round = 0; round < MaxRounds; round++)
        {
            Placement? placement = Place(order, interval, ready);
            if (placement is null) return null;
            var next = new Dictionary<ColumnBlock, int>();
            foreach ((ColumnBlock column, int time) in placement.Ffts)
                if (column.Vector > 0) next[column with { Recurrent = true }] = time + _latency.Fft - interval;
            if (next.All(e => ready.TryGetValue(e.Key, out int t) ? t >= e.Value : e.Value <= 0))
                return Lifetimes(placement, interval) ? new(interval, placement.Ffts, placement.Groups, placement.Drains, placement.Cells) : null;
            foreach ((ColumnBlock key, int time) in next) ready[key] = Math.Max(time, ready.GetValueOrDefault(key));
            if (ready.Values.Max() > 4 * interval + 1000) return null;
        }
        return null;
    }

    private sealed record Placement(
        List<(ColumnBlock Column, int Time)> Ffts, List<(RowGroup Group, int Time)> Groups,
        List<(RowBlock Row, int Time)> Drains, List<(int Layer, int Block, int Time)> Cells);

    private Placement? Place(IReadOnlyList<RowGroup> order, int interval, Dictionary<ColumnBlock, int> recurrentReady)
    {
        var (fft, product, drain, cell) = (new bool[interval], new bool[interval], new bool[interval], new bool[interval]);
        var placement = new Placement([], [], [], []);
        var spectrumReady = new Dictionary<ColumnBlock, int>();
        for (int b = 0; b < _inputBlocks; b++)
        {
            var column = new ColumnBlock(0, b, false);
            fft[b] = true;
            placement.Ffts.Add((column, b));
            spectrumReady[column] = b + _latency.Fft;
        }
        var sumReady = new Dictionary<RowBlock, int>();
        foreach (RowGroup group in order)
        {
            int start = 0;
            for (int c = 0; c < group.Columns.Count; c++)
            {
                ColumnBlock column = group.Columns[c];
                int available = column.Recurrent ? recurrentReady.GetValueOrDefault(column) : spectrumReady[column];
                start = Math.Max(start, available - c);
            }
            int latest = start + interval;
            while (!(Free(product, start, group.Columns.Count) && Free(drain, DrainTime(group, start), group.Rows.Count)))
                if (++start > latest) return null;
            Take(product, start, group.Columns.Count);
            Take(drain, DrainTime(group, start), group.Rows.Count);
            placement.Groups.Add((group, start));
            for (int r = 0; r < group.Rows.Count; r++)
            {
                placement.Drains.Add((group.Rows[r], DrainTime(group, start) + r));
                sumReady[group.Rows[r]] = DrainTime(group, start) + r + _latency.Ifft;
            }
            if (!PlaceCells(group.Rows[0].Layer, sumReady, cell, fft, placement, spectrumReady)) return null;
        }
        return placement;
    }

    /// <summary>Once the last sum of a recurrent layer's block has its time, its cell update and the FFT of its state get theirs.</summary>
    private bool PlaceCells(
        int layer, Dictionary<RowBlock, int> sumReady, bool[] cell, bool[] fft, Placement placement, Dictionary<ColumnBlock, int> spectrumReady)
    {
        if (_layers[layer] is not GruLayer) return true;
        for (int b = 0; b < _layers[layer].OutputBlocks; b++)
        {
            var state = new ColumnBlock(layer + 1, b, false);
            if (spectrumReady.ContainsKey(state)) continue;
            int time = 0;
            for (SumKind kind = SumKind.Update; kind <= SumKind.CandidateRecurrent; kind++)
                time = sumReady.TryGetValue(new(layer, kind, b), out int t) ? Math.Max(time, t) : int.MaxValue;
            if (time == int.MaxValue) continue;
            if (Earliest(cell, time) is not { } cellTime || Earliest(fft, cellTime + _latency.Cell) is not { } fftTime) return false;
            placement.Cells.Add((layer, b, cellTime));
            placement.Ffts.Add((state, fftTime));
            spectrumReady[state] = fftTime + _latency.Fft;
        }
        return true;
    }

    private int DrainTime(RowGroup group, int start) => start + group.Columns.Count - 1 + _latency.Product;

    /// <summary>Nothing is overwritten before its last reader, nor in the same cycle: sums and states have one bank, spectra two.</summary>
    private bool Lifetimes(Placement p, int interval)
    {
        var written = p.Drains.ToDictionary(d => d.Row, d => d.Time + _latency.Ifft);
        foreach ((int layer, int block, int time) in p.Cells)
            for (SumKind kind = SumKind.Update; kind <= SumKind.CandidateRecurrent; kind++)
                if (time + 1 >= written[new(layer, kind, block)] + interval) return false;
        var cells = p.Cells.ToDictionary(c => new ColumnBlock(c.Layer + 1, c.Block, false), c => c.Time);
        var ffts = p.Ffts.ToDictionary(f => f.Column, f => f.Time);
        foreach ((ColumnBlock column, int time) in p.Ffts)
            if (column.Vector > 0 && time + 1 >= cells[column] + _latency.Cell + interval) return false;
        foreach ((RowGroup group, int start) in p.Groups)
            for (int c = 0; c < group.Columns.Count; c++)
            {
                ColumnBlock column = group.Columns[c];
                int rewritten = ffts[column with { Recurrent = false }] + _latency.Fft + (column.Recurrent ? 1 : 2) * interval;
                if (start + c + 1 >= rewritten) return false;
            }
        return true;
    }

    private static bool Free(bool[] table, int start, int count)
    {
        if (count > table.Length) return false;
        for (int i = 0; i < count; i++) if (table[(start + i) % table.Length]) return false;
        return true;
    }

    private static void Take(bool[] table, int start, int count)
    {
        for (int i = 0; i < count; i++) table[(start + i) % table.Length] = true;
    }

    private static int? Earliest(bool[] table, int time)
    {
        for (int i = 0; i < table.Length; i++)
            if (!table[(time + i) % table.Length])
            {
                Take(table, time + i, 1);
                return time + i;
            }
        return null;
    }
}
