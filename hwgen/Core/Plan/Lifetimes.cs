namespace HwGen.Core.Plan;

/// <summary>Checks that nothing is overwritten before its last reader, nor in the same cycle: sums and words have one bank, spectra two a
/// stream, states one a stream.</summary>
internal sealed class Lifetimes(StepProgram program, EngineShape shape, UnitLatencies latency)
{
    public bool Hold(Schedule schedule)
    {
        int interval = schedule.IntervalCycles;
        // Every write of an address, and the one that each row block is.
        var writes = new Dictionary<(int Slot, int Unit, int Address), List<int>>();
        var own = new Dictionary<RowBlock, (List<int> All, int Time)>();
        foreach (DrainOp op in schedule.Drains)
        {
            var key = (program.Sums[op.Row.Sum].Slot, op.Unit, Address(program, op.Row));
            if (!writes.TryGetValue(key, out List<int>? times)) writes[key] = times = [];
            times.Add(op.Time + latency.Ifft - 1);
            own[op.Row] = (times, times[^1]);
        }
        foreach (CellOp op in schedule.Cells)
        {
            CellPlan cell = program.Cells[op.Cell];
            foreach (int sum in cell.Sums)
                if (sum >= 0 && !Kept(new(sum, op.Block), op.Time)) return false;
        }
        foreach (LinearOp op in schedule.Linears)
        {
            LinearPlan linear = program.Linears[op.Linear];
            for (int i = 0; i < linear.Windows[0].Length; i++)
                if (!Kept(new(linear.Sum, op.Block, op.Group, i), op.Time + i)) return false;
        }
        return WordsKept(schedule) && SpectraKept(schedule);

        // The memory is read at the issue: until then no other write may have come.
        bool Kept(RowBlock row, int read)
        {
            var (all, time) = own[row];
            foreach (int other in all)
                for (int n = -schedule.Stages; n <= schedule.Stages; n++)
                    if (other + n * interval > time && other + n * interval <= read) return false;
            return true;
        }
    }

    /// <summary>Address of a sum within its slot's memory.</summary>
    public static int Address(StepProgram program, RowBlock row)
    {
        SumPlan sum = program.Sums[row.Sum];
        if (!sum.IsLinear) return program.Cells.First(c => c.Layer == sum.Layer).Base + row.Block;
        LinearPlan linear = program.Linears.First(l => l.Sum == row.Sum);
        return linear.Base + (row.Window % LinearPlan.Regions * linear.Windows[0].Length + row.Member) * sum.Blocks + row.Block;
    }

    /// <summary>Words that the cell and linear units write are read by FFTs and on the way out before the next step writes them.</summary>
    private bool WordsKept(Schedule schedule)
    {
        var written = new Dictionary<(int Vector, int Block), int>();
        foreach (CellOp op in schedule.Cells)
        {
            var key = (program.Cells[op.Cell].Vector, op.Block);
            int time = op.Time + latency.Cell - 1;
            written[key] = written.TryGetValue(key, out int t) ? Math.Min(t, time) : time;
        }
        foreach (LinearOp op in schedule.Linears)
        {
            LinearPlan linear = program.Linears[op.Linear];
            written[(linear.Vector, op.Group * program.Vectors[linear.Vector].GroupBlocks + op.Block)] = op.Time + linear.Windows[0].Length - 1 + latency.Linear - 1;
        }
        return schedule.Ffts.All(op => program.Spectra[op.Spectrum].Vector is var v && (v == 0 || op.Time < written[(v, op.Block)] + schedule.IntervalCycles))
            && schedule.Outputs.All(op => op.Time < written[(program.Output, op.Block)] + schedule.IntervalCycles);
    }

    private bool SpectraKept(Schedule schedule)
    {
        int turn = shape.Streams * schedule.IntervalCycles;
        var written = schedule.Ffts.ToDictionary(f => (f.Spectrum, f.Block), f => f.Time + latency.Fft - 1);
        foreach (GroupOp op in schedule.Groups)
            foreach (BlockRead read in op.Group.Reads)
                if (op.Time + read.Last + latency.SpectrumRead >= written[(read.Spectrum, read.Block)] + (read.Recurrent ? 1 : 2) * turn) return false;
        return true;
    }
}
