using HwGen.Core.Cost;
using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Sim.Synthesis.Calibration;

/// <summary>Small whole designs of every kind, drawn from consecutive seeds: what the area model is fitted to and checked on.</summary>
public static class CalibrationDesigns
{
    /// <summary>Bits of logic and of memory rows that a small design has at most; a few thousand look-up tables.</summary>
    public const int LargestSize = 3_000;

    /// <summary>Weight bits a cycle and block size: larger designs are not even planned.</summary>
    private const int MostWeightBits = 400, LargestBlock = 8;

    /// <summary>How the designs are drawn, in words.</summary>
    public static string Rule { get; } = FormattableString.Invariant(
        $"RandomDesign.DrawAny of consecutive seeds; taken with K up to {LargestBlock}, up to {MostWeightBits} weight bits a cycle and a size of up to {LargestSize} bits, of K = 1 those with a recurrent layer");

    /// <summary>The first <paramref name="count"/> small designs from a seed on.</summary>
    public static IEnumerable<(int Seed, AcceleratorPlan Plan)> Draw(int seed, int count)
    {
        for (; count > 0; seed++)
        {
            RandomDesign design = RandomDesign.DrawAny(seed);
            int k = design.Layers.Max(l => l.BlockSize);
            if (k > LargestBlock || design.Hardware.ProcessingElements * design.Hardware.ColumnsPerCycle * k * design.Bits > MostWeightBits) continue;
            if (k == 1 && !design.Layers.Any(l => l is GruLayer or LstmLayer)) continue;
            AcceleratorPlan plan = design.Plan();
            if (Size(plan) > LargestSize) continue;
            count--;
            yield return (seed, plan);
        }
    }

    /// <summary>Bits of a plan's logic without its registers, and of the rows of what it reads.</summary>
    private static double Size(AcceleratorPlan plan) =>
        PlanDemand.Of(plan).Logic.Where(l => l.Key is not (LogicKind.Register or LogicKind.ProductSumRegister)).Sum(l => l.Value) + plan.Images.Sum(i => i.Width);
}
