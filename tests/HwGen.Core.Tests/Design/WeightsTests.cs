using HwGen.Core.Design;

namespace HwGen.Core.Tests.Design;

public sealed class WeightsTests
{
    [Fact]
    public void Parse_Weights_AreKeptWithTheirPlace()
    {
        var design = Parse("training: { method: none }");

        Assert.Equal(new WeightsFile("a.weights", new("net.yaml", 3, 12)), design.Weights);
        Assert.Equal(CompressionMethod.None, design.Training.Method);
    }

    [Fact]
    public void Parse_WeightsFromScratch_IsAContradiction() =>
        Assert.Equal("net.yaml:3:12: error: 'scratch' begins with random weights: leave 'network.weights' out, or take another training.method",
            Assert.Throws<InputException>(() => Parse("training: { method: scratch }")).Message);

    private static DesignFile Parse(string training) => DesignReader.Parse(
        Text.Smallest.Replace("  layers:", "  weights: a.weights\n  layers:", StringComparison.Ordinal) + "\n" + training + "\n", "net.yaml");
}
