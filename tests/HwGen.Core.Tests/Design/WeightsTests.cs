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

    [Fact]
    public void Parse_NothingToTrainFor_WantsWeights()
    {
        const string data = "data: { name: uniform, inputs: 4, steps: 3 }\ntraining: { method: none }\n";

        Assert.Equal(4, Parse(data).Layers[0].InputSize);
        Assert.Equal("net.yaml:5:3: error: uniform has no labels to train a network for: name one in 'network.weights', or take the method random",
            Assert.Throws<InputException>(() => DesignReader.Parse(data + Text.Smallest, "net.yaml")).Message);
    }

    private static DesignFile Parse(string training) => DesignReader.Parse(
        Text.Smallest.Replace("  layers:", "  weights: a.weights\n  layers:", StringComparison.Ordinal) + "\n" + training + "\n", "net.yaml");
}
