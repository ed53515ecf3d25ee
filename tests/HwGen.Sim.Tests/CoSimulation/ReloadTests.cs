using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;

namespace HwGen.Sim.Tests.CoSimulation;

/// <summary>Mistakes in what is loaded through AXI4-Lite. <see cref="CoSimulatorTests"/> shows that loads without one agree.</summary>
public sealed class ReloadTests
{
    /// <summary>A row of weights takes one word of the load, of parameters four.</summary>
    private static readonly RandomDesign Gru = new(630, [new GruLayer(5, 6, 4), new DenseLayer(6, 3, 4)], 7, new(3, 100, 1) { ReloadableWeights = true }, 1.5);

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
