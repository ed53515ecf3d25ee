using HwGen.Core.Activations;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;

namespace HwGen.Core.Cost;

/// <summary>Counts what a plan's engine executes for one step: read off its schedule, so it is exact for the operations that are counted.</summary>
/// <remarks>An element without a row block in a group is not counted, nor is a column of padding: their words do not change. The transforms of all
/// block sizes see every block that one of them takes, and are counted.</remarks>
public static class PlanOperations
{
    /// <summary>One step of one stream.</summary>
    public static OperationCount Of(AcceleratorPlan plan)
    {
        Schedule schedule = plan.Schedule;
        OperationCount sum = new OperationCount { ClockedBits = RegisterBits(PlanDemand.Of(plan)) * schedule.IntervalCycles } + Memories(plan) + Products(plan);
        foreach (TransformMode mode in plan.Formats.Modes)
            sum += plan.BlockSize / mode.BlockSize * (schedule.Ffts.Count * Transform(mode.Fft) + schedule.Drains.Count * Transform(mode.Ifft));
        foreach (IGrouping<CellKind, CellOp> cells in schedule.Cells.GroupBy(c => plan.Program.Cells[c.Cell].Kind))
            sum += cells.Count() * plan.Shape.Lanes * (cells.Key == CellKind.Lstm ? LstmLane(plan) : GruLane(plan));
        int members = schedule.Linears.Sum(l => plan.Program.Linears[l.Linear].Windows[l.Group].Length);
        return sum + new OperationCount { Adds = [(plan.WordBits + 1, (double)members * plan.BlockSize * (plan.Program.Linears.Any(l => l.Pool is not null) ? 2 : 1))] };
    }

    /// <summary>Multiplies and additions of the same network with dense matrices: two for each entry of a matrix and position.</summary>
    public static double DenseEquivalent(AcceleratorPlan plan) =>
        2.0 * plan.Layers.Sum(l => l.Matrices.Sum(m => m.Entries) * (l is ConvLayer conv ? conv.Output.Height * conv.Output.Width : 1L));

    private static double RegisterBits(ResourceDemand demand) =>
        demand.Logic.Where(l => l.Key is LogicKind.Register or LogicKind.ProductSumRegister).Sum(l => l.Value)
        + demand.Delays.Sum(d => (double)d.Bits * d.Stages) + demand.Multipliers.Sum(m => (double)m.Count * (m.ABits + m.BBits + m.InputRegisterBits + m.OutputRegisterBits));

    /// <summary>Block products, their sums and accumulations.</summary>
    private static OperationCount Products(AcceleratorPlan plan)
    {
        double accumulated = 0, pairs = 0;
        // A weight of zero beside others changes nothing.
        if (plan.Sparse is not null) accumulated = plan.ProductMultiplies;
        else
            foreach (RowGroup group in plan.Groups.Groups)
                foreach (ColumnStep column in group.Columns)
                {
                    int used = plan.Groups.WeightRows[column.WeightRow].Columns.Count(j => j >= 0);
                    foreach (RowBlock row in group.Rows)
                    {
                        int k = plan.Program.Sums[row.Sum].BlockSize, complex = Math.Max(0, k / 2 - 1), parts = plan.BlockSize / k;
                        accumulated += (double)used * plan.BlockSize;
                        pairs += 2.0 * used * parts * complex;
                    }
                }
        return new()
        {
            Multiplies = [(plan.WeightBits, plan.WordBits, plan.ProductMultiplies)],
            Adds = [(plan.WordBits + plan.WeightBits + 1, pairs), (plan.AccumulatorBits, accumulated)],
        };
    }

    private static OperationCount Transform(TransformPlan plan) => new()
    {
        Multiplies = [.. plan.Nodes.Where(n => n.Op == TransformOp.Multiply).Select(n => (plan.Nodes[n.A].Format.Width, plan.Twiddle.Width, 1.0))],
        Adds = [.. plan.Nodes.Where(n => n.Summing).Select(n => (n.Format.Width + n.Shift, 1.0))],
    };

    /// <summary>One element of a GRU's state.</summary>
    private static OperationCount GruLane(AcceleratorPlan plan)
    {
        int b = plan.WordBits, state = plan.Formats.GruState.Width;
        return 2 * Table(plan.Sigmoid) + Table(plan.Tanh) + new OperationCount
        {
            Multiplies = [(b + 1, b, 1), (state + 1, b, 1)],
            Adds = [(b + 2, 4), (2 * b + 2, 1), (state + 1, 2)],
        };
    }

    /// <summary>One element of an LSTM's state.</summary>
    private static OperationCount LstmLane(AcceleratorPlan plan)
    {
        int b = plan.WordBits, state = plan.Formats.LstmState.Width, peepholes = plan.LaneMultipliers > AcceleratorPlan.LstmMultipliers ? LstmLayer.PeepholeGates : 0;
        return 3 * Table(plan.Sigmoid) + Table(plan.Tanh) + Table(plan.CellTanh) + new OperationCount
        {
            Multiplies = [(state, b, 1 + peepholes), (b, b, 2)],
            Adds = [(b + 2, 8 + peepholes), (state + b + 1, 1)],
        };
    }

    /// <summary>One value of an activation: a row of the table, the slope times the rest by additions, one sum, one sign.</summary>
    private static OperationCount Table(ActivationPlan table) => new()
    {
        MemoryWords = [(table.Slope.Width + table.Offset.Width, table.Segments, 1)],
        Adds = [(table.Slope.Width, table.RemainderBits / 2.0), (table.SumBits, 1), (table.Output.Width, 1)],
    };

    private static OperationCount Memories(AcceleratorPlan plan)
    {
        Schedule schedule = plan.Schedule;
        ControlPlan control = plan.Control;
        int block = plan.BlockSize * plan.WordBits, slice = plan.Shape.Lanes * plan.WordBits, columns = schedule.Groups.Sum(g => g.Group.Columns.Count);
        int members = schedule.Linears.Sum(l => plan.Program.Linears[l.Linear].Windows[l.Group].Length);
        // Q blocks of a broadcast row, or one for each weight of every element in use.
        double reads = plan.Shape.Columns * (plan.Shape.Sparse ? schedule.Groups.Sum(g => (double)plan.BlockSize * g.Group.Columns.Count * g.Group.Rows.Count) : columns);
        List<(int, int, double)> words =
        [
            .. control.Runs.Select(r => (r.RunWidth, r.Runs.Count, (double)r.Runs.Count)),
            (plan.WeightRowBits, plan.Groups.WeightRows.Count, schedule.Groups.Sum(g => (double)g.Group.Columns.Count * g.Group.Rows.Count)),
            (block, 2 * plan.InputBlocks, plan.InputBlocks + schedule.Ffts.Count(f => Source(f) == VectorSource.Input)),
            (block, 2 * plan.Shape.Streams * plan.SpectralRows, schedule.Ffts.Count * (double)plan.SpectrumCopies + reads),
            (block + 1, plan.OutputBufferBeats, 2.0 * plan.OutputBlocks),
        ];
        if (plan.Program.Cells.Count > 0)
        {
            int cells = schedule.Cells.Count, kept = schedule.Cells.Count(c => plan.Program.Cells[c.Cell].Kind != CellKind.GruReset);
            MemoryImage parameters = plan.Images.Single(i => i.Name == "cell");
            words.Add((block, plan.Program.CellRows, schedule.Drains.Count(d => !plan.Program.Sums[d.Row.Sum].IsLinear) + (double)cells * control.Slots * plan.Shape.IfftUnits));
            words.Add((plan.Shape.Lanes * plan.StateBits, plan.Shape.Streams * plan.Program.CellRows * plan.Slices, cells + kept));
            words.Add((parameters.Width, parameters.Depth, cells));
            words.Add((slice, plan.Program.CellWordRows, cells + (double)plan.Slices * Reads(VectorSource.Cell)));
        }
        if (plan.Program.Linears.Count > 0)
        {
            words.Add((block, plan.Program.LinearSumRows, schedule.Drains.Count(d => plan.Program.Sums[d.Row.Sum].IsLinear) + (double)members * plan.Shape.IfftUnits));
            words.Add((block, plan.Program.LinearBiasRows, members));
            words.Add((block, plan.Program.LinearWordRows, schedule.Linears.Count + Reads(VectorSource.Linear)));
        }
        return new() { MemoryWords = words };

        VectorSource Source(FftOp op) => plan.Program.Vectors[plan.Program.Spectra[op.Spectrum].Vector].Source;

        double Reads(VectorSource source) => schedule.Ffts.Count(f => Source(f) == source) + (plan.Output.Source == source ? plan.OutputBlocks : 0);
    }
}
