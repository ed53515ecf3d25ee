using HwGen.Core.Cost;
using HwGen.Core.Network;
using HwGen.Core.Parts;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Cost;

public sealed class PlanDemandTests
{
    private static RandomDesign Gru(int k, int elements = 3) => new(1, k, 12, elements, 20, [24], 10);

    // Words of 12 bits fill one block of a 7-series device each.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void Of_TwelveBits_NeedsABlockForEveryMultiplierOfThePlan(int k)
    {
        AcceleratorPlan plan = Gru(k).Plan();

        Assert.Equal(plan.Multipliers, ResourceEstimate.Of(PlanDemand.Of(plan), FpgaFamily.Xilinx7).Dsp);
    }

    [Fact]
    public void Of_Lstm_NeedsABlockForEveryMultiplierOfThePlan()
    {
        AcceleratorPlan plan = new RandomDesign(2, [new LstmLayer(12, 20, 8, true, 4, 4, 4)], 12, new(2, 100, 1)).Plan();

        Assert.Equal(plan.Multipliers, ResourceEstimate.Of(PlanDemand.Of(plan), FpgaFamily.Xilinx7).Dsp);
    }

    [Fact]
    public void Of_Sparse_NeedsABlockForEveryMultiplierAndACopyOfTheSpectraForEveryWeightOfACycle()
    {
        AcceleratorPlan plan = new RandomDesign(2, [new LstmLayer(12, 20, 8, true, 1, 1, 1)], 12, new(2, 100, 1) { Sparse = true, ColumnsPerCycle = 3, VectorLanes = 4 }) { Density = 0.3 }.Plan();

        ResourceDemand demand = PlanDemand.Of(plan);
        Assert.Equal(plan.Multipliers, ResourceEstimate.Of(demand, FpgaFamily.Xilinx7).Dsp);
        // 12 inputs, 20 of the cells and 8 of the projection are 10 blocks of 4 words, in two halves.
        Assert.Equal(2 * 3 * 4, demand.Memories.Where(m => m is { Writable: true, Rows: 2 * 16, Width: 4 * 12 }).Max(m => m.Count));
        Assert.Equal(2, demand.Memories.Count(m => m.Width == 3 * 4 * (12 + plan.IndexBits)));
        Assert.Equal(4 + 2, plan.IndexBits);
    }

    [Fact]
    public void Modules_OfAPlan_AddUpToIt()
    {
        AcceleratorPlan plan = Gru(4).Plan();
        ResourceCount whole = ResourceEstimate.Of(PlanDemand.Of(plan), FpgaFamily.Xilinx7);
        ResourceCount[] modules = [.. PlanDemand.Modules(plan).Select(m => ResourceEstimate.Of(m.Demand, FpgaFamily.Xilinx7))];

        Assert.Equal(whole.Dsp, modules.Sum(m => m.Dsp));
        Assert.Equal(whole.Bram36, modules.Sum(m => m.Bram36));
        Assert.InRange(whole.Lut - modules.Sum(m => m.Lut), -modules.Length, modules.Length);      // each is rounded
        Assert.InRange(whole.Ff - modules.Sum(m => m.Ff), -modules.Length, modules.Length);
    }

    [Fact]
    public void Of_MoreElements_NeedsMore()
    {
        ResourceCount few = ResourceEstimate.Of(PlanDemand.Of(Gru(4, 2).Plan()), FpgaFamily.Xilinx7), many = ResourceEstimate.Of(PlanDemand.Of(Gru(4, 5).Plan()), FpgaFamily.Xilinx7);

        Assert.True(many.Lut > few.Lut && many.Ff > few.Ff && many.Dsp > few.Dsp);
    }
}
