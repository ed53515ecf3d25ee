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

    private static AcceleratorPlan Plan(bool? three) => (Design with { Hardware = Design.Hardware with { ThreeMultiply = three } }).Plan();
}
