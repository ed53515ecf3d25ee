using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Parts;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Plan;

public sealed class HardwarePlannerTests
{
    private static readonly RandomDesign Design = new(91, [new LstmLayer(24, 64, 32, true, 8, 8, 8)], 12, new(0, 100, 1) { Streams = 2, Budget = new(1 << 20, 1 << 20, 400, 200) });

    [Fact]
    public void Create_ThreeMultiplyLeftOpen_IsNearlyAsFastAsTheFasterOfBoth()
    {
        AcceleratorPlan open = Plan(null), four = Plan(false), three = Plan(true);

        Assert.Equal((false, true), (four.Shape.ThreeMultiply, three.Shape.ThreeMultiply));
        Assert.InRange(open.Schedule.IntervalCycles, 1, Math.Min(four.Schedule.IntervalCycles, three.Schedule.IntervalCycles) * (1 + HardwarePlanner.Slack));
        // Fewer multipliers to a product, more products: that is what it is for.
        Assert.True(three.Schedule.IntervalCycles < four.Schedule.IntervalCycles, $"{three.Schedule.IntervalCycles}, {four.Schedule.IntervalCycles}");
        Assert.All((AcceleratorPlan[])[open, four, three], p => Assert.InRange(p.Multipliers, 1, 400));
    }

    [Fact]
    public void Create_BudgetTooSmall_ShowsTheSmallestEngine()
    {
        AcceleratorPlan plan = (Design with { Hardware = Design.Hardware with { Budget = new(100, 100, 10, 1) } }).Plan();
        Assert.Equal((1, 1, 1), (plan.Shape.Elements, plan.Shape.Columns, plan.Shape.Lanes));
        Assert.True(plan.Multipliers > 10);
    }

    /// <summary>Each weight of a cycle has a memory of its own, so block memories, of which there are few, limit the engine before multipliers do.</summary>
    [Fact]
    public void Create_SparseForABudget_TakesWhatMultipliersAndMemoriesHold()
    {
        var budget = new ResourceCount(100_000, 100_000, 100, 60);
        RandomDesign design = new(5, [new LstmLayer(16, 64, 0, false, 1, 1, 1)], 12, new(0, 100, 1) { Sparse = true, VectorLanes = 4, Budget = budget }) { Density = 0.25 };
        AcceleratorPlan plan = design.Plan(), small = (design with { Hardware = design.Hardware with { Budget = budget with { Bram36 = 15 } } }).Plan();

        Assert.Equal((4, true), (plan.BlockSize, plan.Shape.Sparse));
        Assert.InRange(plan.SpectrumCopies, 32, 60);
        Assert.InRange(plan.Multipliers, plan.SpectrumCopies, budget.Dsp);
        Assert.InRange(small.SpectrumCopies, 4, 15);
        Assert.True(small.Schedule.IntervalCycles > 2 * plan.Schedule.IntervalCycles, $"{small.Schedule.IntervalCycles} and {plan.Schedule.IntervalCycles}");
        // A quarter of 16 inputs and of 64 recurrent weights in each of 256 rows.
        Assert.InRange(plan.Schedule.IntervalCycles, 256 * 20 / plan.SpectrumCopies, 2 * 256 * 20 / plan.SpectrumCopies);
    }

    /// <summary>A copy of 8 words of 12 bits takes a block memory and a half: whole ones would leave room for 8 copies, not for 16.</summary>
    [Fact]
    public void Create_SparseForABudget_CountsHalvesOfBlockMemories()
    {
        RandomDesign design = new(5, [new LstmLayer(16, 64, 0, false, 1, 1, 1)], 12,
            new(0, 100, 1) { Sparse = true, VectorLanes = 8, Budget = new(100_000, 100_000, 400, 32) })
        { Density = 0.25 };

        Assert.Equal(16, design.Plan().SpectrumCopies);
    }

    private static AcceleratorPlan Plan(bool? three) => (Design with { Hardware = Design.Hardware with { ThreeMultiply = three } }).Plan();
}
