using HwGen.Core.Cost;
using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Sim.Synthesis.Calibration;

/// <summary>Small whole designs of every kind, drawn from consecutive seeds: what the area model is fitted to and checked on.</summary>
public static class CalibrationDesigns
{
    /// <summary>Bits of logic and of memory rows that a small design has at most; a few thousand look-up tables.</summary>
    public const int LargestSize = 4_000;

    /// <summary>Weight bits a cycle and block size: larger designs are not even planned.</summary>
    private const int MostWeightBits = 400, LargestBlock = 8;

    /// <summary>Kinds of engines, as many designs of each: the seldom ones would hardly be drawn else.</summary>
    private static readonly Func<RandomDesign, bool>[] Kinds =
    [
        d => d.Hardware.Sparse,
        d => d.Hardware.ThreeMultiply == true && d.Layers.Max(l => l.BlockSize) > 2,
        d => d.Hardware.ReloadableWeights,
        d => true,
    ];

    /// <summary>How the designs are drawn, in words.</summary>
    public static string Rule { get; } = FormattableString.Invariant(
        $"RandomDesign.DrawAny of consecutive seeds; taken with K up to {LargestBlock}, up to {MostWeightBits} weight bits a cycle and a size of up to {LargestSize} bits, of K = 1 those with a recurrent layer; as many sparse ones, with three multipliers to a complex product, reloadable ones and others");

    /// <summary>The first <paramref name="count"/> small designs from a seed on, a share of each kind.</summary>
    public static IEnumerable<(int Seed, AcceleratorPlan Plan)> Draw(int seed, int count)
    {
        int[] room = [.. Kinds.Select((_, kind) => (count + kind) / Kinds.Length)];
        for (; room.Any(r => r > 0); seed++)
        {
            // Shifts and segments as they are chosen: the recorded syntheses are of those.
            RandomDesign design = RandomDesign.DrawAny(seed) with { FftShifts = [], IfftShifts = [], ActivationSegments = [] };
            int k = design.Layers.Max(l => l.BlockSize), kind = Array.FindIndex(Kinds, of => of(design));
            if (room[kind] == 0) continue;
            if (k > LargestBlock || design.Hardware.ProcessingElements * design.Hardware.ColumnsPerCycle * k * design.Bits > MostWeightBits) continue;
            if (k == 1 && !design.Layers.Any(l => l is GruLayer or LstmLayer)) continue;
            AcceleratorPlan plan = design.Plan();
            if (Size(plan) > LargestSize) continue;
            room[kind]--;
            yield return (seed, plan);
        }
    }

    /// <summary>Bits of a plan's logic without its registers and the control port, and of the rows of what it reads.</summary>
    private static double Size(AcceleratorPlan plan) =>
        PlanDemand.Modules(plan).Where(m => m.Module != "registers").SelectMany(m => m.Demand.Logic).Where(l => l.Key is not (LogicKind.Register or LogicKind.ProductSumRegister)).Sum(l => l.Value) + plan.Images.Sum(i => i.Width);
}
