using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;

namespace HwGen.Sim.Tests.CoSimulation;

/// <summary>Designs whose weights are loaded by their own driver through AXI4-Lite, in each run anew and in the stalled one on top of others.</summary>
public sealed class ReloadTests
{
    /// <summary>A row of weights takes one word of the load, of parameters four.</summary>
    private static readonly RandomDesign Gru = new(630, [new GruLayer(5, 6, 4), new DenseLayer(6, 3, 4)], 7, new(3, 100, 1) { ReloadableWeights = true }, 1.5);

    /// <summary>Peepholes, projection, two columns a cycle, two streams.</summary>
    private static readonly RandomDesign Lstm =
        new(631, [new LstmLayer(6, 7, 5, true, 4, 4, 4)], 8, new(2, 100, 1) { Streams = 2, ColumnsPerCycle = 2, ReloadableWeights = true }, 1.5);

    [Theory]
    [InlineData("gru")]
    [InlineData("lstm")]
    public async Task VerifyAsync_LoadedWeights_AgreeInEveryWordAndCycle(string name)
    {
        using var design = new Printed((name == "gru" ? Gru : Lstm).Plan());
        VerifyResult result = await design.Simulator.VerifyAsync(design.Stress(1), null, default);
        Assert.True(result.First is null, $"{result.First}");
        Assert.Empty(result.LintWarnings);
        Assert.True(result.Passed(design.Plan));
        Assert.Equal(design.Plan.Images.Sum(i => i.Rows.Count), result.MemoryRows);
    }

    [Theory]
    [InlineData("weights_0", 0, 4, "accumulator_0")]
    [InlineData("weights_2", 1, 12, "accumulator_0")]
    [InlineData("cell", 0, 5, "gru_z")]
    [InlineData("linear", 0, 20, "linear")]
    public async Task FindDivergenceAsync_FlippedBitOfTheLoad_ShowsAtItsTap(string image, int row, int bit, string tap)
    {
        using var design = new Printed(Gru.Plan());
        design.FlipBit(image, row, bit);
        Divergence? found = await design.Simulator.FindDivergenceAsync(design.Stress(1).Take(9), default);
        Assert.Equal(tap, found?.Tap);
    }
}
