using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Core.Tests.Design;

public sealed class DesignSpaceTests
{
    private const string Plain = """
        name: net
        data: { path: "a, \"b\"" }
        network:
          layers:
            - { type: gru, hidden: 16, block_size: 4 }
            - { type: dense, outputs: 10, block_size: 4 }
        training:
          dense: { epochs: 3 }
        quantization: { bits: 12 }

        """;

    [Fact]
    public void Point_EveryCombination_IsTheDesignWithThoseValues()
    {
        var space = Parse("""
            explore:
              network.block_size: [1, 8]
              network.layers[0].hidden: [16, 24, 32]
              quantization.bits: { from: 8, to: 12, step: 2 }
              hardware.processing_elements: { from: 2, to: 16, times: 2 }
            """);

        Assert.Equal(2 * 3 * 3 * 4, space.Count);
        var names = new HashSet<string>();
        for (int i = 0; i < space.Count; i++)
        {
            var point = space.Point(i);
            int[] choice = space.Choices(i);
            var design = space.Design(i);
            Assert.True(names.Add(point.Name));
            Assert.Equal(choice[0] == 0 ? 1 : 8, design.Layers[0].BlockSize);
            Assert.All(design.Layers, l => Assert.Equal(design.Layers[0].BlockSize, l.BlockSize));
            Assert.Equal(16 + 8 * choice[1], design.Layers[0].OutputSize);
            Assert.Equal(8 + 2 * choice[2], design.Quantization.Bits);
            Assert.Equal(2 << choice[3], design.Hardware.ProcessingElements);
            Assert.Equal(choice[3], (int)(i % 4));
            Assert.Equal([.. space.Axes.Zip(choice, (a, c) => a.Values[c])], point.Values);
        }
    }

    [Fact]
    public void Point_ItsTextRead_IsItsDesign()
    {
        var space = Parse("explore: { network.block_size: [2, 8], hardware.processing_elements: [4, 8], seed: [1, 2] }");

        for (int i = 0; i < space.Count; i++)
        {
            var point = space.Point(i);
            var read = DesignReader.Parse(point.Text, "point.yaml");
            var design = space.Design(i);
            Assert.Equal(point.Name, read.Name);
            Assert.Equal("a, \"b\"", read.Data.Path);
            Assert.Equal((design.Seed, design.Quantization, design.Hardware, design.Training.Dense), (read.Seed, read.Quantization, read.Hardware, read.Training.Dense));
            Assert.Equal<LayerDescription>(design.Layers, read.Layers);
            Assert.DoesNotContain("explore", point.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void WithDataPath_OfAText_ChangesOnlyThePath()
    {
        var point = Parse("explore: { seed: [1] }").Point(0);

        string moved = DesignSpace.WithDataPath(point.Text, "/else\\where");

        Assert.Equal("/else\\where", DesignReader.Parse(moved, "").Data.Path);
        Assert.Equal(point.Text, DesignSpace.WithDataPath(moved, "a, \"b\""));
        Assert.Equal(point.Text, DesignSpace.WithDataPath(point.Text, null));
    }

    [Fact]
    public void ParseSpace_NoSection_HasTheDesignAsItsOnlyPoint()
    {
        var space = Parse("");

        Assert.Equal(1, space.Count);
        Assert.Empty(space.Axes);
        Assert.Equal(FigureName.DefaultFront, space.Front);
        Assert.Equal(space.Base.Hardware, space.Design(0).Hardware);
    }

    [Fact]
    public void ParseSpace_Attack_IsReadWithItsDefaults()
    {
        Assert.Null(Parse("explore: { quantization.bits: [8] }").Attack);
        Assert.Equal(new(0.1, 20, 1, 500), Parse("explore: { attack: { } }").Attack);
        var space = Parse("explore: { attack: { epsilon: 0.2, steps: 7, restarts: 2, images: 50 }, front: [robust_accuracy] }");
        Assert.Equal(new(0.2, 7, 2, 50), space.Attack);
        Assert.Empty(space.Axes);
    }

    [Theory]
    [InlineData("quantization.bitz: [8]", "11:3", "unknown key 'bitz' in 'quantization': did you mean 'bits'?")]
    [InlineData("hardwear.clock_megahertz: [8]", "11:3", "unknown key 'hardwear': did you mean 'hardware'?")]
    [InlineData("quantization.bits: [8, 99]", "11:26", "'quantization.bits' is 99: write a whole number from 4 to 18")]
    [InlineData("quantization.bits: { from: 16, to: 20, step: 2 }", "11:22", "'quantization.bits' is 20: write a whole number from 4 to 18")]
    [InlineData("quantization.bits: []", "11:22", "'quantization.bits' has no values: write a list, such as [4, 8, 16], or a range, such as { from: 4, to: 64, step: 4 }")]
    [InlineData("quantization.bits: [8, 8]", "11:26", "'quantization.bits' has 8 twice: delete one of them")]
    [InlineData("quantization.bits: [[8]]", "11:23", "a value of 'quantization.bits' is a list: write a number or word")]
    [InlineData("quantization.bits: { from: 9, to: 8 }", "11:37", "'quantization.bits' ends at 8, before its beginning 9: write 'to' not below 'from'")]
    [InlineData("quantization.bits: { from: 8, to: 9, step: 0 }", "11:46", "'quantization.bits.step' is 0: write a number above 0")]
    [InlineData("quantization.bits: { from: 8, to: 9, times: 1 }", "11:47", "'quantization.bits' grows by 1 from 8: write times above 1 and from above 0")]
    [InlineData("quantization.bits: { from: 8, til: 9 }", "11:22", "'quantization.bits.to' is missing: add it, a number from -2147483647 to 2147483647")]
    [InlineData("quantization.bits: { from: 0, to: 1000000 }", "11:22", "'quantization.bits' has 4097 values: write at most 4096")]
    [InlineData("network.block_size: [4, 6]", "11:27", "'network.layers[0].block_size' is 6: write a power of two from 1 to 64")]
    [InlineData("network.blok_size: [4]", "11:3", "no layer writes the key 'blok_size': did you mean 'network.block_size'?")]
    [InlineData("network.layers[2].hidden: [4]", "11:3", "the design has nothing at 'network.layers[2].hidden': its layers are layers[0], layers[1] and so on")]
    [InlineData("name: [a, b]", "11:3", "each point gets a name of its own: take 'name' out")]
    [InlineData("frnt: [accuracy]", "11:3", "unknown key 'frnt' in 'explore': did you mean 'front'?")]
    [InlineData("front: [acuracy]", "11:11", "unknown figure 'acuracy': did you mean 'accuracy'?")]
    [InlineData("atack: { epsilon: 0.1 }", "11:3", "unknown key 'atack' in 'explore': did you mean 'attack'?")]
    [InlineData("attack: { epsilon: 0 }", "11:22", "'explore.attack.epsilon' is 0: write a number above 0")]
    [InlineData("attack: { step: 3 }", "11:13", "unknown key 'step' in 'explore.attack': did you mean 'steps'?")]
    [InlineData("attack: 3", "11:11", "'explore.attack' must be a section")]
    [InlineData("front: [robust_accuracy]", "11:10", "robust_accuracy wants an attack: add such as 'attack: { epsilon: 0.1 }' to 'explore'")]
    [InlineData("front: [accuracy, accuracy]", "11:21", "'explore.front' has accuracy twice: delete one of them")]
    public void ParseSpace_Mistake_IsLocated(string line, string place, string message)
    {
        var thrown = Assert.Throws<InputException>(() => Parse($"explore:\n  {line}\n"));

        Assert.Contains(thrown.Errors, e => e.ToString().StartsWith($"net.yaml:{place}: error: {message}", StringComparison.Ordinal));
    }

    [Fact]
    public void ParseSpace_AttackOnLabelsOfSteps_IsRefused()
    {
        string design = Plain.Replace("data: { path", "data: { name: speech, path", StringComparison.Ordinal).Replace("outputs: 10", "outputs: 39", StringComparison.Ordinal);

        Assert.Contains("error: an attack wants one label a sequence", Assert.Throws<InputException>(() => DesignReader.ParseSpace(design + "explore: { attack: { epsilon: 0.1 } }", "net.yaml")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ParseSpace_MistakesInDesignAndSpace_AreToldOnceEach()
    {
        var thrown = Assert.Throws<InputException>(() => DesignReader.Parse(
            Plain.Replace("bits: 12", "bits: 99", StringComparison.Ordinal) + "explore: { seed: [1, 2, x], hardware.processing_elements: [4, 0] }", "net.yaml"));

        Assert.Equal([9, 10, 10], thrown.Errors.Select(e => e.Line));
    }

    [Fact]
    public void Design_ValuesThatDoNotGoTogether_SaysSo()
    {
        var space = Parse("explore: { data.name: [fashion-mnist, cifar-10], hardware.verify_sequences: [1], quantization.calibration_sequences: [500, 55000] }");

        space.Design(0);
        space.Design(1);
        space.Design(2);
        Assert.Contains("calibration_sequences", Assert.Throws<InputException>(() => space.Design(3)).Message, StringComparison.Ordinal);
    }

    private static DesignSpace Parse(string explore) => DesignReader.ParseSpace(Plain + explore, "net.yaml");
}
