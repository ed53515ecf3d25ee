using HwGen.Core.Activations;
using HwGen.Core.Cost;
using HwGen.Core.Plan;

namespace HwGen.Cli.Steps;

/// <summary>What a plan is made of, for prediction: the transforms, the elements, the cell's lanes and the memories. Control and streams are
/// left out.</summary>
internal static class PlanDemand
{
    /// <summary>Memory that the elements hold by themselves.</summary>
    private const string Weights = "weights_";

    public static ResourceDemand Of(AcceleratorPlan plan)
    {
        int k = plan.BlockSize, b = plan.WordBits, state = plan.Formats.State.Width, rows = 1 << Bits.Of(plan.Groups.Sum(g => g.Columns.Count));
        ResourceDemand memories = new()
        {
            Memories =
            [
                .. plan.Images.Where(i => !i.Name.StartsWith(Weights, StringComparison.Ordinal) && i.Name is not ("sigmoid" or "tanh")).Select(i => new MemoryDemand(1 << i.AddressBits, i.Width, false, 1)),
                new(1 << Bits.Of(2 * plan.InputBlocks), k * b, true, 1), new(1 << Bits.Of(2 * plan.SpectrumBlocks), k * b, true, 1),
                new(1 << Bits.Of(plan.StateBlocks), k * b, true, 4), new(1 << Bits.Of(2 * plan.StateBlocks), k * state, true, 2),
                new(plan.OutputBufferBeats, k * b + 1, true, 1),
            ],
        };
        return ResourceDemand.Of(plan.Formats.Fft) + ResourceDemand.Of(plan.Formats.Ifft) + plan.ProcessingElements * ResourceDemand.Element(k, b, plan.AccumulatorBits, rows)
            + k * Lane(plan, b, state) + memories;
    }

    /// <summary>One lane of the cell: two sigmoids, a tanh, r times its part of the candidate, z times the difference.</summary>
    private static ResourceDemand Lane(AcceleratorPlan plan, int b, int state) => 2 * Table(plan.Sigmoid) + Table(plan.Tanh) + new ResourceDemand
    {
        Multipliers = [new(b + 1, b, 1), new(state + 1, b, 1)],
        AdderBits = 4L * (b + 1) + 2 * b + 2 + state + 1 + state + 3,
        RegisterBits = 2L * b + 2 * (b + 1) + b + 4 * state,
        Delays = [new(b + 1, 5), new(state, 11), new(b, 7)],
    };

    /// <summary>hwgen_pwl.</summary>
    private static ResourceDemand Table(ActivationPlan table) => new()
    {
        Multipliers = [new(table.Slope.Width, table.RemainderBits + 1, 1)],
        Memories = [new(table.Slopes.Length, table.Slope.Width + table.Offset.Width, false, 1)],
        AdderBits = table.Input.Width + table.SumBits + 2 * table.Output.Width,
        MuxBits = 2 * table.Output.Width,
        RegisterBits = table.Input.Width + table.RemainderBits + table.Offset.Width + table.Output.Width + 6,
    };
}
