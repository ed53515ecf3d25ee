using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>Modulo scheduling of one step on the shared units: finds the smallest interval at which steps can start, each
/// unit doing at most one thing a cycle and no result read before it is there or after it is overwritten.</summary>
public sealed class Scheduler
{
    private const int MaxRounds = 64;

    private readonly StepProgram _program;
    private readonly EngineShape _shape;
    private readonly UnitLatencies _latency;
    private readonly RowGroups _groups;
    private readonly int _slices;
    private readonly int[][] _spectraOf;        // of each vector

    /// <param name="program">What the engine does in a step.</param>
    /// <param name="groups">All row groups; their order is free where nothing depends on it.</param>
    /// <param name="shape">Size of the engine.</param>
    /// <param name="latency">Latencies of the units.</param>
    public Scheduler(StepProgram program, RowGroups groups, EngineShape shape, UnitLatencies latency)
    {
        (_program, _groups, _shape, _latency) = (program, groups, shape, latency);
        _slices = program.BlockSize / shape.Lanes;
        _spectraOf = [.. program.Vectors.Select((_, v) => Enumerable.Range(0, program.Spectra.Count).Where(s => program.Spectra[s].Vector == v).ToArray())];
    }

    /// <summary>The shortest interval; among its orders of groups the one whose last output comes first.</summary>
    public Schedule Run() => Run(_program.Cells.Count == 0 || _shape.Sparse ? 0
        : new ScheduleBound(_program, _latency, _shape.Columns, _shape.Streams > 1).Of(_groups.Elements, _shape.IfftUnits, _slices, _shape.Streams).Interval);

    /// <inheritdoc cref="Run()"/>
    /// <param name="proven">Shorter intervals are not tried: known to be impossible.</param>
    public Schedule Run(int proven)
    {
        int bound = LowerBound();
        (IReadOnlyList<RowGroup> Order, int Hole)[] trials = [.. Orders().SelectMany(o => Holes(o).Select(h => (o, h)))];
        for (int interval = bound; ; interval += 1 + interval / 1000)
        {
            if (interval < proven) continue;
            Schedule? best = null;
            foreach (var (order, hole) in trials)
                if (TrySchedule(order, hole, interval) is { } schedule && (best is null || schedule.LastOutput < best.LastOutput))
                    best = schedule;
            if (best is not null) return best;
            if (interval > 100 * (bound + _latency.Fft + _latency.Product + _latency.Ifft + _latency.Cell))
                throw new InvalidOperationException($"No schedule up to an interval of {interval} cycles; this is a bug.");
        }
    }

    private int LowerBound() => new[]
    {
        _groups.Groups.Sum(g => g.Columns.Count),
        _groups.Groups.Sum(Drains),
        _program.Spectra.Sum(s => _program.Vectors[s.Vector].Blocks),
        _program.Vectors[0].Blocks + 1,        // the stream delivers one input block a cycle, one cycle hands the buffer over
        _program.Cells.Sum(c => c.Blocks) * _slices,
        _program.Linears.Sum(l => l.Windows.Sum(w => w.Length) * _program.Sums[l.Sum].Blocks),
        _program.Vectors[_program.Output].Blocks,
        (_latency.Cell + _shape.Streams - 1) / _shape.Streams,      // a state is rewritten only after it was written
    }.Max();

    /// <summary>Cycles in which a group's row blocks leave: every inverse FFT unit takes one a cycle.</summary>
    private int Drains(RowGroup group) => (group.Rows.Count + _shape.IfftUnits - 1) / _shape.IfftUnits;

    /// <summary>Orders worth trying: layers in turn; the three kinds of groups of a GRU with linear_before_reset = 1 in any order, kind
    /// after kind or block after block.</summary>
    private IEnumerable<IReadOnlyList<RowGroup>> Orders()
    {
        int[][] permutations = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        HashSet<int> free = [.. _program.Cells.Where(c => c is { Kind: CellKind.Gru, ResetsFirst: false }).Select(c => c.Layer)];
        Dictionary<int, int> families = [];
        foreach (var (family, f) in _program.Families.Select((family, f) => (family, f)))
            foreach (int m in family) families[m] = f;
        var keyed = _groups.Groups.Select((g, i) => (Group: g, Index: i, Layer: _program.Sums[g.Rows[0].Sum].Layer, Family: families[g.Rows[0].Sum])).ToList();
        var firsts = keyed.GroupBy(k => k.Layer).ToDictionary(k => k.Key, k => k.Min(e => e.Family));
        foreach (int[] rank in free.Count > 0 ? permutations : permutations[..1])
            foreach (bool byBlock in free.Count > 0 ? new[] { false, true } : [false])
                yield return [.. keyed.OrderBy(k => k.Layer)
                    .ThenBy(k => byBlock && free.Contains(k.Layer) ? k.Group.Rows[0].Block : 0)
                    .ThenBy(k => free.Contains(k.Layer) && k.Family - firsts[k.Layer] < 3 ? rank[k.Family - firsts[k.Layer]] : k.Family - firsts[k.Layer])
                    .ThenBy(k => k.Index).Select(k => k.Group)];
    }

    /// <summary>Groups of the last kind wait for the first kinds' results. A hole left for them behind an early group lets them run in the
    /// next interval's beginning instead of at its end; −1 leaves none.</summary>
    private IEnumerable<int> Holes(IReadOnlyList<RowGroup> order) =>
        _program.Cells.Count == 0 || Late(order) == 0 ? [-1] : Enumerable.Range(-1, Math.Min(24, order.Count - Late(order) + 1));

    /// <summary>How many groups at the end of the order depend on others of the same step.</summary>
    private int Late(IReadOnlyList<RowGroup> order)
    {
        int last = _program.Families[^1][0];
        return _program.Families.Count > 1 && _program.Sums[last].Terms.Any(t => !t.Recurrent && _program.Vectors[_program.Spectra[t.Spectrum].Vector].Layer >= 0)
            ? order.Reverse().TakeWhile(g => _program.Families[^1].Contains(g.Rows[0].Sum)).Count() : 0;
    }

    /// <summary>Places everything as early as it can be for one guess of when the last step's states are there, and repeats with
    /// what came out until the guess holds.</summary>
    private Schedule? TrySchedule(IReadOnlyList<RowGroup> order, int hole, int interval)
    {
        int recurrence = _shape.Streams * interval;
        int[][] ready = [.. _program.Spectra.Select(s => new int[_program.Vectors[s.Vector].Blocks])];
        bool[] recurrent = [.. _program.Spectra.Select((_, s) => _program.Sums.Any(m => m.Terms.Any(t => t.Spectrum == s && t.Recurrent)))];
        for (int round = 0; round < MaxRounds; round++)
        {
            if (new Placement(this, interval, ready).Run(order, hole, Late(order)) is not { } schedule) return null;
            bool holds = true;
            int latest = 0;
            foreach (FftOp op in schedule.Ffts)
            {
                int time = op.Time + _latency.Fft - recurrence;
                if (!recurrent[op.Spectrum] || ready[op.Spectrum][op.Block] >= time) continue;
                holds &= time <= 0;
                ready[op.Spectrum][op.Block] = time;
                latest = Math.Max(latest, time);
            }
            if (holds) return new Lifetimes(_program, _shape, _latency).Hold(schedule) ? schedule : null;
            if (latest > 4 * interval + 1000) return null;
        }
        return null;
    }

    /// <summary>One pass over the groups: every operation goes to the first free cycle in which all it needs is there.</summary>
    private sealed class Placement
    {
        private readonly Scheduler _s;
        private readonly StepProgram _program;
        private readonly int _interval;
        private readonly int[][] _recurrentReady;
        private readonly bool[] _fft, _product, _drain, _cell, _linear, _output;
        private readonly int[][] _spectrumReady;
        private readonly int[][] _missing, _sumsReady;          // of each cell and then each linear: by block, or group · blocks + block
        private readonly List<FftOp> _ffts = [];
        private readonly List<GroupOp> _groups = [];
        private readonly List<DrainOp> _drains = [];
        private readonly List<CellOp> _cells = [];
        private readonly List<LinearOp> _linears = [];
        private readonly List<OutputOp> _outputs = [];
        private readonly int[] _outputReady;
        private readonly Dictionary<int, int> _lastRead = [];   // of each row of the linear unit's sum memory, when it is read
        private readonly List<int>[] _takers;                   // of each sum: cells and then linears

        public Placement(Scheduler scheduler, int interval, int[][] recurrentReady)
        {
            (_s, _program, _interval, _recurrentReady) = (scheduler, scheduler._program, interval, recurrentReady);
            (_fft, _product, _drain, _cell, _linear, _output) = (new bool[interval], new bool[interval], new bool[interval], new bool[interval], new bool[interval], new bool[interval]);
            _spectrumReady = [.. _program.Spectra.Select(s => Enumerable.Repeat(int.MaxValue, _program.Vectors[s.Vector].Blocks).ToArray())];
            _outputReady = new int[_program.Vectors[_program.Output].Blocks];
            int cells = _program.Cells.Count;
            _missing = [.. _program.Cells.Select(c => Enumerable.Repeat(c.Sums.Count(s => s >= 0), c.Blocks).ToArray()),
                .. _program.Linears.Select(l => Enumerable.Repeat(l.Windows[0].Length, l.Windows.Count * _program.Sums[l.Sum].Blocks).ToArray())];
            _sumsReady = [.. _missing.Select(m => new int[m.Length])];
            _takers = [.. _program.Sums.Select(_ => new List<int>())];
            for (int c = 0; c < cells; c++)
                foreach (int s in _program.Cells[c].Sums) if (s >= 0) _takers[s].Add(c);
            for (int l = 0; l < _program.Linears.Count; l++) _takers[_program.Linears[l].Sum].Add(cells + l);
        }

        public Schedule? Run(IReadOnlyList<RowGroup> order, int hole, int late)
        {
            for (int b = 0; b < _program.Vectors[0].Blocks; b++)
                if (!PlaceVector(0, b, b)) return null;
            int holeLength = hole < 0 ? 0 : order.Skip(order.Count - late).Sum(g => g.Columns.Count), holeStart = 0, end = 0;
            for (int g = 0; g < order.Count; g++)
            {
                if (g == hole && holeLength > 0)
                {
                    holeStart = end;
                    if (!Free(_product, holeStart, holeLength)) return null;
                    Take(_product, holeStart, holeLength);
                }
                if (g == order.Count - late && holeLength > 0)
                    for (int i = 0; i < holeLength; i++) _product[(holeStart + i) % _interval] = false;
                if (PlaceGroup(order[g]) is not { } time) return null;
                end = time + order[g].Columns.Count;
            }
            return PlaceOutputs() ? new(_interval, _ffts, _groups, _drains, _cells, _linears, _outputs) : null;
        }

        private int? PlaceGroup(RowGroup group)
        {
            int start = 0, columns = group.Columns.Count, drains = _s.Drains(group);
            foreach (BlockRead read in group.Reads)
                start = Math.Max(start, (read.Recurrent ? _recurrentReady : _spectrumReady)[read.Spectrum][read.Block] - read.First);
            if (start > int.MaxValue / 2) throw new InvalidOperationException("A group reads what no group before it makes; this is a bug.");
            int latest = start + _interval, offset = columns - 1 + _s._latency.Product;
            // A convolution's sums share rows of the memory: the window before must have been read.
            for (int r = 0; r < group.Rows.Count; r++)
                if (_lastRead.TryGetValue(Lifetimes.Address(_program, group.Rows[r]), out int read) && _program.Sums[group.Rows[r].Sum].IsLinear)
                    start = Math.Max(start, read + 2 - _s._latency.Ifft - offset - r / _s._shape.IfftUnits);
            latest = Math.Max(latest, start + _interval);
            while (!(Free(_product, start, columns) && Free(_drain, start + offset, drains)))
                if (++start > latest) return null;
            Take(_product, start, columns);
            Take(_drain, start + offset, drains);
            _groups.Add(new(group, start));
            for (int r = 0; r < group.Rows.Count; r++)
            {
                var drain = new DrainOp(group.Rows[r], r % _s._shape.IfftUnits, start + offset + r / _s._shape.IfftUnits);
                _drains.Add(drain);
                if (!Arrive(drain.Row, drain.Time + _s._latency.Ifft)) return null;
            }
            return start;
        }

        /// <summary>A sum is there: what had waited for it alone is placed.</summary>
        private bool Arrive(RowBlock row, int time)
        {
            foreach (int taker in _takers[row.Sum])
            {
                int cells = _program.Cells.Count, index = taker < cells ? row.Block : row.Window * _program.Sums[row.Sum].Blocks + row.Block;
                _sumsReady[taker][index] = Math.Max(_sumsReady[taker][index], time);
                if (--_missing[taker][index] > 0) continue;
                if (!(taker < cells ? PlaceCell(taker, row.Block, _sumsReady[taker][index]) : PlaceLinear(taker - cells, row, _sumsReady[taker][index]))) return false;
            }
            return true;
        }

        private bool PlaceCell(int cell, int block, int ready)
        {
            int last = ready;
            for (int s = 0; s < _s._slices; s++)
            {
                if (Earliest(_cell, ready, 1) is not { } time) return false;
                _cells.Add(new(cell, block, s, time));
                last = Math.Max(last, time);
            }
            return PlaceVector(_program.Cells[cell].Vector, block, last + _s._latency.Cell);
        }

        private bool PlaceLinear(int linear, RowBlock row, int ready)
        {
            LinearPlan plan = _program.Linears[linear];
            int members = plan.Windows[0].Length;
            if (Earliest(_linear, ready, members) is not { } time) return false;
            _linears.Add(new(linear, row.Window, row.Block, time));
            for (int i = 0; i < members; i++) _lastRead[Lifetimes.Address(_program, row with { Member = i })] = time + i;
            VectorPlan vector = _program.Vectors[plan.Vector];
            return PlaceVector(plan.Vector, row.Window * vector.GroupBlocks + row.Block, time + members - 1 + _s._latency.Linear);
        }

        /// <summary>A block of a vector is there: its FFTs, and its way out, are placed.</summary>
        private bool PlaceVector(int vector, int block, int ready)
        {
            foreach (int spectrum in _s._spectraOf[vector])
            {
                if (Earliest(_fft, ready, 1) is not { } time) return false;
                _ffts.Add(new(spectrum, block, time));
                _spectrumReady[spectrum][block] = time + _s._latency.Fft;
            }
            if (vector == _program.Output) _outputReady[block] = ready;
            return true;
        }

        /// <summary>Blocks leave in order, the last one last.</summary>
        private bool PlaceOutputs()
        {
            int next = 0;
            for (int b = 0; b < _outputReady.Length; b++)
            {
                if (Earliest(_output, Math.Max(next, _outputReady[b]), 1) is not { } time) return false;
                _outputs.Add(new(b, time));
                next = time + 1;
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

        private static int? Earliest(bool[] table, int time, int count)
        {
            for (int i = 0; i < table.Length; i++)
                if (Free(table, time + i, count))
                {
                    Take(table, time + i, count);
                    return time + i;
                }
            return null;
        }
    }
}
