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
    private readonly Lifetimes _lifetimes;
    private readonly int _slices;
    private readonly int[][] _spectraOf;        // of each vector
    private readonly int[][] _takers;           // of each sum: cells and then linears
    private readonly int[][] _awaited;          // of each cell and then each linear: sums that a block waits for, by block, or group · blocks + block
    private readonly int[][] _linearRows;       // of each group's rows: where the linear unit's memory takes the sum; -1 in the cell unit's
    private readonly bool[] _recurrent;         // of each spectrum: whether the next step reads it
    private readonly int[] _blocks;             // of each spectrum: its first block's number among all, and their count at the end
    private readonly int[] _reads;              // of each group: number of what it reads, the same for groups that read the same
    private readonly BlockRead[][] _readLists;  // by that number

    /// <param name="program">What the engine does in a step.</param>
    /// <param name="groups">All row groups; their order is free where nothing depends on it.</param>
    /// <param name="shape">Size of the engine.</param>
    /// <param name="latency">Latencies of the units.</param>
    public Scheduler(StepProgram program, RowGroups groups, EngineShape shape, UnitLatencies latency)
    {
        (_program, _groups, _shape, _latency) = (program, groups, shape, latency);
        _lifetimes = new(program, shape, latency);
        _slices = program.BlockSize / shape.Lanes;
        _spectraOf = [.. program.Vectors.Select((_, v) => Enumerable.Range(0, program.Spectra.Count).Where(s => program.Spectra[s].Vector == v).ToArray())];
        _takers = [.. program.Sums.Select((_, s) => program.Cells.SelectMany((c, i) => c.Sums.Where(m => m == s).Select(_ => i))
            .Concat(program.Linears.Index().Where(l => l.Item.Sum == s).Select(l => program.Cells.Count + l.Index)).ToArray())];
        _awaited = [.. program.Cells.Select(c => Enumerable.Repeat(c.Sums.Count(s => s >= 0), c.Blocks).ToArray()),
            .. program.Linears.Select(l => Enumerable.Repeat(l.Windows[0].Length, l.Windows.Count * program.Sums[l.Sum].Blocks).ToArray())];
        _linearRows = [.. groups.Groups.Select(g => g.Rows.Select(r => program.Sums[r.Sum].IsLinear ? Lifetimes.Address(program, r) : -1).ToArray())];
        _recurrent = [.. program.Spectra.Select((_, s) => program.Sums.Any(m => m.Terms.Any(t => t.Spectrum == s && t.Recurrent)))];
        _blocks = new int[program.Spectra.Count + 1];
        for (int i = 0; i < program.Spectra.Count; i++) _blocks[i + 1] = _blocks[i] + program.Vectors[program.Spectra[i].Vector].Blocks;
        var lists = new List<BlockRead[]>();
        _reads = new int[groups.Groups.Count];
        for (int g = 0; g < _reads.Length; g++)
        {
            // Groups of a family follow each other.
            if (lists.Count == 0 || !lists[^1].SequenceEqual(groups.Groups[g].Reads)) lists.Add([.. groups.Groups[g].Reads]);
            _reads[g] = lists.Count - 1;
        }
        _readLists = [.. lists];
    }

    /// <summary>The shortest interval; among its orders of groups the one whose last output comes first.</summary>
    public Schedule Run() => Run(Proven);

    /// <summary>The interval that <see cref="Run()"/> finds, for searches that ask for nothing else.</summary>
    public int ShortestInterval() => Run(Proven, any: true).IntervalCycles;

    private int Proven => _program.Cells.Count == 0 || _shape.Sparse ? 0
        : new ScheduleBound(_program, _latency, _shape.Columns, _shape.Streams > 1).Of(_groups.Elements, _shape.IfftUnits, _slices, _shape.Streams).Interval;

    /// <inheritdoc cref="Run()"/>
    /// <param name="proven">Shorter intervals are not tried: known to be impossible.</param>
    /// <param name="any">Whether any schedule of that interval will do.</param>
    public Schedule Run(int proven, bool any = false)
    {
        int bound = LowerBound();
        (int[] Order, int Late, int Hole)[] trials = [.. from order in Orders() let late = Late(order) from hole in Holes(order, late) select (order, late, hole)];
        for (int interval = bound; ; interval += 1 + interval / 1000)
        {
            if (interval < proven) continue;
            Schedule? best = null;
            var placement = new Placement(this, interval);
            foreach (var (order, late, hole) in trials)
            {
                best = TrySchedule(placement, order, late, hole, interval, best) ?? best;
                if (any && best is not null) break;
            }
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
    /// after kind or block after block. Of orders that are the same one is enough.</summary>
    private List<int[]> Orders()
    {
        var orders = new List<int[]>();
        int[][] permutations = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        HashSet<int> free = [.. _program.Cells.Where(c => c is { Kind: CellKind.Gru, ResetsFirst: false }).Select(c => c.Layer)];
        Dictionary<int, int> families = [];
        foreach (var (family, f) in _program.Families.Select((family, f) => (family, f)))
            foreach (int m in family) families[m] = f;
        var keyed = _groups.Groups.Select((g, i) => (Group: g, Index: i, Layer: _program.Sums[g.Rows[0].Sum].Layer, Family: families[g.Rows[0].Sum])).ToList();
        var firsts = keyed.GroupBy(k => k.Layer).ToDictionary(k => k.Key, k => k.Min(e => e.Family));
        foreach (int[] rank in free.Count > 0 ? permutations : permutations[..1])
            foreach (bool byBlock in free.Count > 0 ? new[] { false, true } : [false])
            {
                int[] order = [.. keyed.OrderBy(k => k.Layer)
                    .ThenBy(k => byBlock && free.Contains(k.Layer) ? k.Group.Rows[0].Block : 0)
                    .ThenBy(k => free.Contains(k.Layer) && k.Family - firsts[k.Layer] < 3 ? rank[k.Family - firsts[k.Layer]] : k.Family - firsts[k.Layer])
                    .ThenBy(k => k.Index).Select(k => k.Index)];
                if (!orders.Exists(o => o.AsSpan().SequenceEqual(order))) orders.Add(order);
            }
        return orders;
    }

    /// <summary>Groups of the last kind wait for the first kinds' results. A hole left for them behind an early group lets them run in the
    /// next interval's beginning instead of at its end; −1 leaves none.</summary>
    private IEnumerable<int> Holes(int[] order, int late) =>
        _program.Cells.Count == 0 || late == 0 ? [-1] : Enumerable.Range(-1, Math.Min(24, order.Length - late + 1));

    /// <summary>How many groups at the end of the order depend on others of the same step.</summary>
    private int Late(int[] order)
    {
        int last = _program.Families[^1][0];
        return _program.Families.Count > 1 && _program.Sums[last].Terms.Any(t => !t.Recurrent && _program.Vectors[_program.Spectra[t.Spectrum].Vector].Layer >= 0)
            ? Enumerable.Reverse(order).TakeWhile(g => _program.Families[^1].Contains(_groups.Groups[g].Rows[0].Sum)).Count() : 0;
    }

    /// <summary>Places everything as early as it can be for one guess of when the last step's states are there, and repeats with
    /// what came out until the guess holds.</summary>
    /// <returns>Null where it does not, or where the outputs come no earlier than those of <paramref name="best"/>.</returns>
    private Schedule? TrySchedule(Placement placement, int[] order, int late, int hole, int interval, Schedule? best)
    {
        int recurrence = _shape.Streams * interval;
        var ready = new int[_blocks[^1]];
        for (int round = 0; round < MaxRounds; round++)
        {
            if (!placement.Run(order, hole, late, ready)) return null;
            bool holds = true;
            int latest = 0;
            foreach (FftOp op in placement.Ffts)
            {
                int time = op.Time + _latency.Fft - recurrence, block = _blocks[op.Spectrum] + op.Block;
                if (!_recurrent[op.Spectrum] || ready[block] >= time) continue;
                holds &= time <= 0;
                ready[block] = time;
                latest = Math.Max(latest, time);
            }
            if (holds)
            {
                Schedule schedule = placement.Schedule();
                return (best is null || schedule.LastOutput < best.LastOutput) && _lifetimes.Hold(schedule) ? schedule : null;
            }
            if (latest > 4 * interval + 1000) return null;
        }
        return null;
    }

    /// <summary>One pass over the groups: every operation goes to the first free cycle in which all it needs is there. Takes any number of passes, one
    /// after the other.</summary>
    private sealed class Placement
    {
        private readonly Scheduler _s;
        private readonly StepProgram _program;
        private readonly int _interval;
        private readonly bool[] _fft, _product, _drain, _cell, _linear, _output;
        private readonly int[] _spectrumReady;                  // as Scheduler._blocks
        private readonly int[] _starts;                         // by what groups read: not before it is there; -1 is not known yet
        private readonly int[][] _missing, _sumsReady;          // as Scheduler._awaited
        private readonly List<FftOp> _ffts = [];
        private readonly List<GroupOp> _groups = [];
        private readonly List<DrainOp> _drains = [];
        private readonly List<CellOp> _cells = [];
        private readonly List<LinearOp> _linears = [];
        private readonly List<OutputOp> _outputs = [];
        private readonly int[] _outputReady;
        private readonly int[] _lastRead;                       // of each row of the linear unit's sum memory, when it is read
        private int[] _recurrentReady = [];                     // as Scheduler._blocks

        public Placement(Scheduler scheduler, int interval)
        {
            (_s, _program, _interval) = (scheduler, scheduler._program, interval);
            (_fft, _product, _drain, _cell, _linear, _output) = (new bool[interval], new bool[interval], new bool[interval], new bool[interval], new bool[interval], new bool[interval]);
            _spectrumReady = new int[scheduler._blocks[^1]];
            _starts = new int[scheduler._readLists.Length];
            _outputReady = new int[_program.Vectors[_program.Output].Blocks];
            _missing = [.. scheduler._awaited.Select(a => new int[a.Length])];
            _sumsReady = [.. _missing.Select(m => new int[m.Length])];
            _lastRead = new int[_program.LinearSumRows];
        }

        public IReadOnlyList<FftOp> Ffts => _ffts;

        public Schedule Schedule() => new(_interval, [.. _ffts], [.. _groups], [.. _drains], [.. _cells], [.. _linears], [.. _outputs]);

        /// <returns>Whether everything has a place.</returns>
        public bool Run(int[] order, int hole, int late, int[] recurrentReady)
        {
            Clear(recurrentReady);
            IReadOnlyList<RowGroup> groups = _s._groups.Groups;
            for (int b = 0; b < _program.Vectors[0].Blocks; b++)
                if (!PlaceVector(0, b, b)) return false;
            int holeLength = hole < 0 ? 0 : order[^late..].Sum(g => groups[g].Columns.Count), holeStart = 0, end = 0;
            for (int g = 0; g < order.Length; g++)
            {
                if (g == hole && holeLength > 0)
                {
                    holeStart = end;
                    if (holeLength > _interval || LastTaken(_product, holeStart, holeLength) >= 0) return false;
                    Fill(_product, holeStart, holeLength, true);
                }
                if (g == order.Length - late && holeLength > 0) Fill(_product, holeStart, holeLength, false);
                if (PlaceGroup(order[g]) is not { } time) return false;
                end = time + groups[order[g]].Columns.Count;
            }
            return PlaceOutputs();
        }

        private void Clear(int[] recurrentReady)
        {
            _recurrentReady = recurrentReady;
            foreach (bool[] table in (ReadOnlySpan<bool[]>)[_fft, _product, _drain, _cell, _linear, _output]) Array.Clear(table);
            Array.Fill(_spectrumReady, int.MaxValue);
            Array.Fill(_starts, -1);
            for (int i = 0; i < _missing.Length; i++)
            {
                _s._awaited[i].CopyTo(_missing[i], 0);
                Array.Clear(_sumsReady[i]);
            }
            Array.Clear(_outputReady);
            Array.Fill(_lastRead, int.MinValue);
            _ffts.Clear();
            _groups.Clear();
            _drains.Clear();
            _cells.Clear();
            _linears.Clear();
            _outputs.Clear();
        }

        /// <summary>The first cycle in which a group finds all it reads.</summary>
        private int Start(int index)
        {
            ref int start = ref _starts[_s._reads[index]];
            if (start >= 0) return start;
            int first = 0;
            foreach (BlockRead read in _s._readLists[_s._reads[index]])
                first = Math.Max(first, (read.Recurrent ? _recurrentReady : _spectrumReady)[_s._blocks[read.Spectrum] + read.Block] - read.First);
            return start = first <= int.MaxValue / 2 ? first : throw new InvalidOperationException("A group reads what no group before it makes; this is a bug.");
        }

        private int? PlaceGroup(int index)
        {
            RowGroup group = _s._groups.Groups[index];
            int start = Start(index), columns = group.Columns.Count, drains = _s.Drains(group), units = _s._shape.IfftUnits;
            int latest = start + _interval, offset = columns - 1 + _s._latency.Product;
            // A convolution's sums share rows of the memory: the window before must have been read.
            int[] rows = _s._linearRows[index];
            for (int r = 0; r < rows.Length; r++)
                if (rows[r] >= 0 && _lastRead[rows[r]] is var read and > int.MinValue) start = Math.Max(start, read + 2 - _s._latency.Ifft - offset - r / units);
            latest = Math.Max(latest, start + _interval);
            if (Math.Max(columns, drains) > _interval) return null;
            // No start up to a taken cycle is free either.
            while (Math.Max(LastTaken(_product, start, columns), LastTaken(_drain, start + offset, drains)) is var taken and >= 0)
                if ((start += taken + 1) > latest) return null;
            Fill(_product, start, columns, true);
            Fill(_drain, start + offset, drains, true);
            _groups.Add(new(group, start));
            for (int r = 0; r < rows.Length; r++)
            {
                var drain = new DrainOp(group.Rows[r], r % units, start + offset + r / units);
                _drains.Add(drain);
                if (!Arrive(drain.Row, drain.Time + _s._latency.Ifft)) return null;
            }
            return start;
        }

        /// <summary>A sum is there: what had waited for it alone is placed.</summary>
        private bool Arrive(RowBlock row, int time)
        {
            foreach (int taker in _s._takers[row.Sum])
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
                _spectrumReady[_s._blocks[spectrum] + block] = time + _s._latency.Fft;
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

        /// <summary>The last of <paramref name="count"/> cycles from <paramref name="start"/> on that is taken, counted from there; -1 if all are free.</summary>
        private static int LastTaken(bool[] table, int start, int count)
        {
            int at = start % table.Length, first = Math.Min(count, table.Length - at);
            int last = table.AsSpan(0, count - first).LastIndexOf(true);
            return last >= 0 ? first + last : table.AsSpan(at, first).LastIndexOf(true);
        }

        private static void Fill(bool[] table, int start, int count, bool taken)
        {
            int at = start % table.Length, first = Math.Min(count, table.Length - at);
            table.AsSpan(at, first).Fill(taken);
            table.AsSpan(0, count - first).Fill(taken);
        }

        /// <summary>Takes the first free cycles from <paramref name="time"/> on.</summary>
        private static int? Earliest(bool[] table, int time, int count)
        {
            if (count > table.Length) return null;
            if (count == 1)
            {
                int at = time % table.Length, free = table.AsSpan(at).IndexOf(false);
                if (free < 0 && (free = table.AsSpan(0, at).IndexOf(false)) >= 0) free += table.Length - at;
                if (free < 0) return null;
                table[(time + free) % table.Length] = true;
                return time + free;
            }
            int start = time;
            while (LastTaken(table, start, count) is var taken and >= 0)
                if ((start += taken + 1) >= time + table.Length) return null;
            Fill(table, start, count, true);
            return start;
        }
    }
}
