using HwGen.Core.Cost;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Cost;

public sealed class EnergyModelTests
{
    // The numbers of the source; the laws were drawn through them and rounded.
    [Fact]
    public void Of_SourceOperations_GivesSourceEnergies()
    {
        Assert.Equal(0.03e-12, EnergyModel.Of(new OperationCount { Adds = [(8, 1)] }).Total, 0.001e-12);
        Assert.Equal(0.1e-12, EnergyModel.Of(new OperationCount { Adds = [(32, 1)] }).Total, 0.001e-12);
        Assert.Equal(0.2e-12, EnergyModel.Of(new OperationCount { Multiplies = [(8, 8, 1)] }).Total, 0.002e-12);
        Assert.Equal(3.1e-12, EnergyModel.Of(new OperationCount { Multiplies = [(32, 32, 1)] }).Total, 0.05e-12);
        Assert.Equal(10e-12, EnergyModel.Of(new OperationCount { MemoryWords = [(64, 1_024, 1)] }).Total, 1e-18);
        Assert.Equal(20e-12, EnergyModel.Of(new OperationCount { MemoryWords = [(64, 4_096, 1)] }).Total, 1e-18);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void Operations_OfAGru_AreThoseOfItsBlocks(int k)
    {
        const int size = 16, outputs = 8;
        AcceleratorPlan plan = new RandomDesign(1, k, 8, 2, size, [size], outputs).Plan();
        OperationCount operations = PlanOperations.Of(plan);

        // Six matrices of the GRU and one dense: a spectral product for each block.
        long blocks = (6 * size * size + outputs * size) / (k * k);
        double products = operations.Multiplies.Where(m => (m.ABits, m.BBits) == (8, 8)).Max(m => m.Count);
        Assert.Equal(blocks * Spectrum.ProductMultiplies(k), products);
        Assert.Equal(2.0 * (6 * size * size + outputs * size), PlanOperations.DenseEquivalent(plan));
    }

    [Fact]
    public void Of_LargerBlocks_TakesLessEnergy()
    {
        double[] energies = [.. new[] { 1, 2, 4, 8 }.Select(k => EnergyModel.Of(new RandomDesign(1, k, 8, 1, 32, [32], 8).Plan()).Total)];

        Assert.Equal(energies.OrderDescending(), energies);
    }

    [Fact]
    public void Of_TwiceTheOperations_TakesTwiceTheEnergy()
    {
        OperationCount one = PlanOperations.Of(new RandomDesign(1, 4, 8, 1, 8, [8], 4).Plan());

        Assert.Equal(2 * EnergyModel.Of(one).Total, EnergyModel.Of(2 * one).Total, 1e-20);
        Assert.Equal(2 * EnergyModel.Of(one).Total, EnergyModel.Of(one + one).Total, 1e-20);
    }
}
