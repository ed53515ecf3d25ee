namespace HwGen.Core.Plan;

/// <summary>Checks that nothing is overwritten before its last reader, nor in the same cycle: sums and words have one bank, spectra two a
/// stream, states one a stream. One object takes any number of schedules, one after the other.</summary>
internal sealed class Lifetimes
{
    private readonly StepProgram _program;
    private readonly EngineShape _shape;
    private readonly UnitLatencies _latency;
    private readonly int[] _rowsOf, _wordsOf, _blocksOf;        // of each sum, vector and spectrum: the first one's number among all
    private readonly int[] _memory;                             // of each row block: number of its slot's address
    private readonly int[] _time, _place, _next, _head;         // of each row block its write, where to, and the next write to there; of each place the first
    private readonly int[] _word, _spectrum;                    // when each block of a vector and of a spectrum is written

    public Lifetimes(StepProgram program, EngineShape shape, UnitLatencies latency)
    {
        (_program, _shape, _latency) = (program, shape, latency);
        _wordsOf = Firsts(program.Vectors.Select(v => v.Blocks));
        _blocksOf = Firsts(program.Spectra.Select(s => program.Vectors[s.Vector].Blocks));
        LinearPlan?[] linears = [.. program.Sums.Select((_, s) => program.Linears.FirstOrDefault(l => l.Sum == s))];
        _rowsOf = Firsts(program.Sums.Select((s, i) => s.Blocks * (linears[i] is { } l ? l.Windows.Sum(w => w.Length) : 1)));
        var memories = new Dictionary<(int Slot, int Address), int>();
        _memory = new int[_rowsOf[^1]];
        for (int s = 0; s < program.Sums.Count; s++)
            for (int i = _rowsOf[s]; i < _rowsOf[s + 1]; i++)
            {
                int blocks = program.Sums[s].Blocks, position = (i - _rowsOf[s]) / blocks, members = linears[s]?.Windows[0].Length ?? 1;
                var key = (program.Sums[s].Slot, Address(program, new(s, (i - _rowsOf[s]) % blocks, position / members, position % members)));
                if (!memories.TryGetValue(key, out _memory[i])) memories[key] = _memory[i] = memories.Count;
            }
        (_time, _place, _next, _head) = (new int[_memory.Length], new int[_memory.Length], new int[_memory.Length], new int[memories.Count * shape.IfftUnits]);
        (_word, _spectrum) = (new int[_wordsOf[^1]], new int[_blocksOf[^1]]);
    }

    public bool Hold(Schedule schedule)
    {
        // Every write of an address, and the one that each row block is.
        Array.Fill(_head, -1);
        foreach (DrainOp op in schedule.Drains)
        {
            int row = Row(op.Row), place = _memory[row] * _shape.IfftUnits + op.Unit;
            (_time[row], _place[row], _next[row], _head[place]) = (op.Time + _latency.Ifft - 1, place, _head[place], row);
        }
        foreach (CellOp op in schedule.Cells)
        {
            IReadOnlyList<int> sums = _program.Cells[op.Cell].Sums;
            for (int s = 0; s < sums.Count; s++)
                if (sums[s] >= 0 && !Kept(schedule, _rowsOf[sums[s]] + op.Block, op.Time)) return false;
        }
        foreach (LinearOp op in schedule.Linears)
        {
            LinearPlan linear = _program.Linears[op.Linear];
            for (int i = 0; i < linear.Windows[0].Length; i++)
                if (!Kept(schedule, Row(new(linear.Sum, op.Block, op.Group, i)), op.Time + i)) return false;
        }
        return WordsKept(schedule) && SpectraKept(schedule);
    }

    /// <summary>Address of a sum within its slot's memory.</summary>
    public static int Address(StepProgram program, RowBlock row)
    {
        SumPlan sum = program.Sums[row.Sum];
        if (!sum.IsLinear) return program.Cells.First(c => c.Layer == sum.Layer).Base + row.Block;
        LinearPlan linear = program.Linears.First(l => l.Sum == row.Sum);
        return linear.Base + (row.Window % LinearPlan.Regions * linear.Windows[0].Length + row.Member) * sum.Blocks + row.Block;
    }

    private static int[] Firsts(IEnumerable<int> counts)
    {
        var firsts = new List<int> { 0 };
        foreach (int count in counts) firsts.Add(firsts[^1] + count);
        return [.. firsts];
    }

    /// <summary>Number of a row block among all.</summary>
    private int Row(RowBlock row)
    {
        SumPlan sum = _program.Sums[row.Sum];
        int members = 1;
        if (row.Window > 0)
            foreach (LinearPlan l in _program.Linears)
                if (l.Sum == row.Sum) members = l.Windows[0].Length;
        return _rowsOf[row.Sum] + (row.Window * members + row.Member) * sum.Blocks + row.Block;
    }

    /// <summary>The memory is read at the issue: until then no other write may have come, of this interval or another.</summary>
    private bool Kept(Schedule schedule, int row, int read)
    {
        int interval = schedule.IntervalCycles, time = _time[row];
        for (int other = _head[_place[row]]; other >= 0; other = _next[other])
        {
            // The first time that the write comes round after this one's.
            int ahead = time - _time[other], next = _time[other] + ((ahead >= 0 ? ahead / interval : -((-ahead + interval - 1) / interval)) + 1) * interval;
            if (next <= read) return false;
        }
        return true;
    }

    /// <summary>Words that the cell and linear units write are read by FFTs and on the way out before the next step writes them.</summary>
    private bool WordsKept(Schedule schedule)
    {
        Array.Fill(_word, int.MaxValue);
        foreach (CellOp op in schedule.Cells)
        {
            ref int written = ref _word[_wordsOf[_program.Cells[op.Cell].Vector] + op.Block];
            written = Math.Min(written, op.Time + _latency.Cell - 1);
        }
        foreach (LinearOp op in schedule.Linears)
        {
            LinearPlan linear = _program.Linears[op.Linear];
            _word[_wordsOf[linear.Vector] + op.Group * _program.Vectors[linear.Vector].GroupBlocks + op.Block] = op.Time + linear.Windows[0].Length - 1 + _latency.Linear - 1;
        }
        foreach (FftOp op in schedule.Ffts)
            if (_program.Spectra[op.Spectrum].Vector is > 0 and var v && op.Time - schedule.IntervalCycles >= _word[_wordsOf[v] + op.Block]) return false;
        foreach (OutputOp op in schedule.Outputs)
            if (op.Time - schedule.IntervalCycles >= _word[_wordsOf[_program.Output] + op.Block]) return false;
        return true;
    }

    private bool SpectraKept(Schedule schedule)
    {
        int turn = _shape.Streams * schedule.IntervalCycles;
        foreach (FftOp op in schedule.Ffts) _spectrum[_blocksOf[op.Spectrum] + op.Block] = op.Time + _latency.Fft - 1;
        foreach (GroupOp op in schedule.Groups)
        {
            IReadOnlyList<BlockRead> reads = op.Group.Reads;
            for (int r = 0; r < reads.Count; r++)
                if (op.Time + reads[r].Last + _latency.SpectrumRead >= _spectrum[_blocksOf[reads[r].Spectrum] + reads[r].Block] + (reads[r].Recurrent ? 1 : 2) * turn) return false;
        }
        return true;
    }
}
