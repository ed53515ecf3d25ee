using HwGen.Core.Activations;
using HwGen.Core.Cost;
using HwGen.Core.Plan;

namespace HwGen.Cli.Steps;

/// <summary>What a plan is made of, for prediction: the transforms, the elements, the cell unit's lanes, the linear unit and the memories. Control,
/// roundings between units and streams are left out.</summary>
internal static class PlanDemand
{
    public static ResourceDemand Of(AcceleratorPlan plan)
    {
        int k = plan.BlockSize, units = plan.Shape.IfftUnits;
        ResourceDemand demand = plan.Shape.Elements * ResourceDemand.Element(k, plan.WordBits, plan.AccumulatorBits, plan.ReloadableWeights ? 1 << Bits.Of(plan.Groups.WeightRows.Count) : plan.Groups.WeightRows.Count, plan.Shape.Columns, plan.ReloadableWeights);
        foreach (TransformMode mode in plan.Formats.Modes)
            demand += k / mode.BlockSize * (ResourceDemand.Of(mode.Fft) + units * ResourceDemand.Of(mode.Ifft));
        if (plan.Program.Cells.Any(c => c.Kind != CellKind.Lstm)) demand += plan.Shape.Lanes * GruLane(plan);
        if (plan.Program.Cells.Any(c => c.Kind == CellKind.Lstm)) demand += plan.Shape.Lanes * LstmLane(plan);
        // A row is collected, and then broadcast.
        return demand + new ResourceDemand { Memories = [.. Memories(plan)], RegisterBits = 2L * (plan.Load?.RowBits ?? 0) };
    }

    private static IEnumerable<MemoryDemand> Memories(AcceleratorPlan plan)
    {
        StepProgram program = plan.Program;
        int block = plan.BlockSize * plan.WordBits, units = plan.Shape.IfftUnits, streams = plan.Shape.Streams, lanes = plan.Shape.Lanes;
        // Weights go with the elements, tables with the lanes.
        foreach (MemoryImage image in plan.Images.Where(i => i.Name is "cell" or "linear" || i.Name.StartsWith("schedule_", StringComparison.Ordinal)))
            yield return new(image.Reloadable ? 1 << image.AddressBits : image.Depth, image.Width, image.Reloadable, 1) { Exclusive = true };
        yield return new(1 << Bits.Of(2 * plan.InputBlocks), block, true, 1);
        yield return new(1 << (Bits.Of(2 * streams) + plan.Control.SpectrumBits), block, true, plan.Shape.Columns);
        yield return new(plan.OutputBufferBeats, block + 1, true, 1);
        if (program.Cells.Count > 0)
        {
            yield return new(1 << plan.Control.CellSumBits, block, true, (long)plan.Control.Slots * units);
            yield return new(1 << (plan.Control.CellBits + (streams > 1 ? Bits.Of(streams) : 0)), lanes * plan.StateBits, true, 1);
            yield return new(1 << plan.Control.CellTargetBits, lanes * plan.WordBits, true, plan.Slices * (plan.Output.Source == VectorSource.Cell ? 2 : 1));
        }
        if (program.Linears.Count == 0) yield break;
        yield return new(1 << plan.Control.LinearSumBits, block, true, units);
        yield return new(1 << plan.Control.LinearTargetBits, block, true, plan.Output.Source == VectorSource.Linear ? 2 : 1);
    }

    /// <summary>hwgen_gru_lane: two sigmoids, a tanh, r times its part of the candidate, z times the difference.</summary>
    private static ResourceDemand GruLane(AcceleratorPlan plan)
    {
        int b = plan.WordBits, state = plan.Formats.GruState.Width;
        return 2 * Table(plan.Sigmoid) + Table(plan.Tanh) + new ResourceDemand
        {
            Multipliers = [new(b + 1, b, 1), new(state + 1, b, 1), .. plan.Program.Cells.Any(c => c.ResetsFirst) ? (MultiplierDemand[])[new(b, state, 1)] : []],
            AdderBits = 6L * (b + 2) + 2 * b + 2 + state + 1 + state + 3,
            RegisterBits = 2L * b + 2 * (b + 1) + b + 4 * state,
            Delays = [new(b + 1, 5), new(state, 11), new(b, 7)],
        };
    }

    /// <summary>hwgen_lstm_lane: three sigmoids, two tanh, f . c, i . g, o . tanh(c'), and with peepholes three products more.</summary>
    private static ResourceDemand LstmLane(AcceleratorPlan plan)
    {
        int b = plan.WordBits, state = plan.Formats.LstmState.Width, peepholes = plan.LaneMultipliers > AcceleratorPlan.LstmMultipliers ? 3 : 0;
        return 3 * Table(plan.Sigmoid) + Table(plan.Tanh) + Table(plan.CellTanh) + new ResourceDemand
        {
            Multipliers = [new(state, b, 1 + peepholes), new(b, b, 2)],
            AdderBits = 8L * (b + 2) + peepholes * (long)(b + 2) + state + b + 1,
            RegisterBits = 5L * (b + 2) + 2 * state + 4 * b,
            Delays = [new(state, 6), new(state, 8), new(b + 2, 8), new(b, 8)],
        };
    }

    /// <summary>hwgen_pwl: the slope is multiplied by adders, one for each bit of the rest.</summary>
    private static ResourceDemand Table(ActivationPlan table) => new()
    {
        Memories = [new(table.Slopes.Length, table.Slope.Width + table.Offset.Width, false, 1)],
        AdderBits = table.Input.Width + table.SumBits + 2L * table.Output.Width + (long)table.RemainderBits * (table.Slope.Width + table.RemainderBits),
        MuxBits = 2 * table.Output.Width,
        RegisterBits = table.Input.Width + 2L * table.RemainderBits + table.Slope.Width + table.Offset.Width + table.Output.Width + 6,
    };
}
