using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Core.Tests.Design;

public sealed class DesignReaderTests
{
    [Fact]
    public void Parse_SmallestDesign_HasTheDocumentedDefaults()
    {
        var design = DesignReader.Parse(Text.Smallest, "net.yaml");

        Assert.Equal(("net", 1), (design.Name, design.Seed));
        Assert.Equal(("fashion-mnist", (string?)null), (design.Data.Name, design.Data.Path));
        Assert.Equal([new GruLayer(28, 16, 4), new DenseLayer(16, 10, 4)], design.Layers);
        Assert.Equal(
            new TrainingSettings(128, 1, new(8, 0.004, 0.004 / 50), new(new(4, 0.001, 0.001 / 50), 0.001, 1.3, 4), new(4, 0.001, 0.001 / 50)),
            design.Training);
        Assert.Equal(new QuantizationSettings(12, 500), design.Quantization);
        Assert.Equal(new HardwareSettings(16, 100, 512), design.Hardware);
    }

    [Fact]
    public void Parse_FashionGru_HasEveryValueOfTheFile()
    {
        var design = DesignReader.Parse(Example("fashion-gru"), "fashion-gru.yaml");

        Assert.Equal([new GruLayer(28, 128, 8), new DenseLayer(128, 10, 8)], design.Layers);
        Assert.Equal(
            new TrainingSettings(64, 1, new(3, 0.003, 0.0001), new(new(2, 0.002, 0.002), 0.01, 1.1, 10), new(5, 0.004, 0.00002)),
            design.Training);
        Assert.Equal(new QuantizationSettings(12, 500), design.Quantization);
        Assert.Equal(new HardwareSettings(16, 100, 512), design.Hardware);
    }

    [Theory]
    [InlineData("8", 8, 8)]
    [InlineData("[6, 14]", 6, 14)]
    public void Parse_WeightBits_AreOneALayer(string written, int first, int second) =>
        Assert.Equal([first, second], DesignReader.Parse(Text.Smallest.Replace("bits: 12", $"bits: 12, weight_bits: {written}", StringComparison.Ordinal), "net.yaml").Quantization.WeightBits);

    [Theory]
    [InlineData("fft_shifts: 2, ifft_shifts: 1, activation_segments: 16", new[] { 2 }, new[] { 1 }, new[] { 16, 16 })]
    [InlineData("fft_shifts: [0], activation_segments: [8, 64]", new[] { 0 }, new int[0], new[] { 8, 64 })]
    public void Parse_ShiftsAndSegments_AreOneABlockSizeAndFunction(string written, int[] fft, int[] ifft, int[] segments)
    {
        QuantizationSettings read = DesignReader.Parse(Text.Smallest.Replace("bits: 12", $"bits: 12, {written}", StringComparison.Ordinal), "net.yaml").Quantization;
        Assert.Equal(fft, read.FftShifts);
        Assert.Equal(ifft, read.IfftShifts);
        Assert.Equal(segments, read.ActivationSegments);
    }

    [Fact]
    public void Parse_HardwareKeys_AreKept()
    {
        HardwareSettings hardware = Parse("hardware: { processing_elements: 8, columns_per_cycle: 2, ifft_units: 3, vector_lanes: 4, streams: 6, three_multiply: false, weights: reloadable }").Hardware;
        Assert.True(hardware.ReloadableWeights);
        Assert.Equal((8, 2, 3, 4, 6), (hardware.ProcessingElements, hardware.ColumnsPerCycle, hardware.IfftUnits, hardware.VectorLanes, hardware.Streams));
        Assert.False(hardware.ThreeMultiply);
        HardwareSettings defaults = DesignReader.Parse(Text.Smallest, "net.yaml").Hardware;
        Assert.Null(defaults.ThreeMultiply);
        Assert.False(defaults.ReloadableWeights);
        Assert.Equal((1, 0, 0, 1), (defaults.ColumnsPerCycle, defaults.IfftUnits, defaults.VectorLanes, defaults.Streams));
    }

    [Fact]
    public void Parse_RandomWeights_KeepGainAndSpread()
    {
        TrainingSettings training = Parse("training: { method: random, gain: 2.5, spread: 0.25 }").Training;
        Assert.Equal(1, training.RandomDensity);
        Assert.Equal((CompressionMethod.Random, 2.5, 0.25), (training.Method, training.RandomGain, training.RandomSpread));
        training = Parse("training: { method: random }").Training;
        Assert.Equal((1, 0), (training.RandomGain, training.RandomSpread));
    }

    [Fact]
    public void Parse_UniformData_NeedNoLabelsAndNoDenseEnd()
    {
        const string text = """
            name: net
            data: { name: uniform, inputs: 9, steps: 7 }
            network: { layers: [{ type: lstm, cells: 12, projection: 5, peepholes: true, block_size: 4 }] }
            quantization: { bits: 12, calibration_sequences: 16 }
            hardware: { verify_sequences: 16 }
            """;
        DesignFile design = DesignReader.Parse(text, "net.yaml");
        Assert.Equal([new LstmLayer(9, 12, 5, true, 4, 4, 4)], design.Layers);
        Assert.Equal((9, 7, CompressionMethod.Random), (design.Data.Inputs, design.Data.Steps, design.Training.Method));
    }

    [Theory]
    [InlineData("fashion-gru")]
    [InlineData("fashion-gru-k16")]
    [InlineData("tiny-gru")]
    public void Parse_Example_IsNamedLikeItsFile(string name) =>
        Assert.Equal(name, DesignReader.Parse(Example(name), name + ".yaml").Name);

    [Fact]
    public void Parse_DataPath_IsKeptAsWrittenWithItsPlace()
    {
        var design = DesignReader.Parse(Text.Smallest + "\ndata: { path: ../pictures }\n", "net.yaml");

        Assert.Equal("../pictures", design.Data.Path);
        Assert.Equal("net.yaml:7:15: error: gone", design.Data.Location.Error("gone").ToString());
    }

    [Fact]
    public void Parse_LayersOfThreeKinds_ChainTheirSizes()
    {
        var design = DesignReader.Parse(Text.Smallest.Replace("- { type: dense", """
            - { type: gru, hidden: 20, block_size: 4 }
                - { type: dense
            """, StringComparison.Ordinal), "net.yaml");

        Assert.Equal([(28, 16), (16, 20), (20, 10)], design.Layers.Select(l => (l.InputSize, l.OutputSize)));
    }

    [Fact]
    public void Parse_AnyDamage_IsReadOrRefusedButNeverCrashes()
    {
        const int seed = 20260;
        var random = new Random(seed);
        string[] pieces = ["\n", "\t", "  ", ":", ": ", "-", "- ", "{", "}", "[", "]", "'", "\"", "&a ", "*a", "!", "|", ">", "%", "@", "#", "\0", "\uFFFF", "? ", "---\n", "~", "9", "-1", "1e999"];
        string whole = Example("fashion-gru");
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            string text = whole;
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                int at = random.Next(text.Length), length = random.Next(0, Math.Min(8, text.Length - at));
                text = text.Remove(at, length).Insert(at, pieces[random.Next(pieces.Length)]);
            }
            try
            {
                DesignReader.Parse(text, "net.yaml");
            }
            catch (InputException e)
            {
                refused++;
                Assert.NotEmpty(e.Errors);
                Assert.All(e.Errors, error => Assert.True(error is { File: "net.yaml", Line: >= 1, Column: >= 1 }, $"seed {seed}, run {i}: {error}"));
            }
        }
        Assert.InRange(refused, 500, 2000);
    }

    private static DesignFile Parse(string line) => DesignReader.Parse(Text.Smallest + "\n" + line + "\n", "net.yaml");

    private static string Example(string name) => File.ReadAllText(Path.Combine(Text.Repository, "examples", name + ".yaml"));
}
