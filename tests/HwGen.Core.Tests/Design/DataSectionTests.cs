using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Core.Tests.Design;

public sealed class DataSectionTests
{
    [Theory]
    [InlineData("name: cifar-10, path: a", "outputs: 10", 96)]
    [InlineData("name: cifar-100, path: a", "outputs: 100", 96)]
    [InlineData("name: speech", "outputs: 39", 153)]
    [InlineData("name: timit, path: a, features: { kind: mfcc }", "outputs: 39", 42)]
    [InlineData("name: speech, features: { kind: mfcc, bands: 8, energy: false, deltas: false }", "outputs: 39", 8)]
    [InlineData("name: speech, features: { bands: 40, deltas: false }", "outputs: 39", 41)]
    [InlineData("name: npz, path: a.npz, inputs: 17", "outputs: 5", 17)]
    [InlineData("name: csv, path: a, inputs: 3, steps: 4", "outputs: 2", 3)]
    public void Parse_DataSet_GivesTheFirstLayerItsFeatures(string data, string outputs, int expected) =>
        Assert.Equal(expected, Parse(data, outputs).Layers[0].InputSize);

    [Fact]
    public void Parse_EveryFeatureKey_IsKept()
    {
        var design = Parse("name: timit, path: a, features: { kind: mfcc, bands: 26, coefficients: 12, energy: false, deltas: true }", "outputs: 39");
        Assert.Equal(new FeatureSettings(FeatureKind.Mfcc, 26, 12, false, true), design.Data.Features);
    }

    [Theory]
    [InlineData("kind: mfc", "net.yaml:7:41: error: 'data.features.kind' is mfc: did you mean 'mfcc'?")]
    [InlineData("kind: spectrogram", "net.yaml:7:41: error: 'data.features.kind' is spectrogram: write one of log_mel, mfcc")]
    [InlineData("bands: 7", "net.yaml:7:42: error: 'data.features.bands' is 7: write a whole number from 8 to 100")]
    [InlineData("bands: 20, coefficients: 21", "net.yaml:7:60: error: 'data.features.coefficients' is 21: write a whole number from 2 to 20")]
    [InlineData("energy: yes", "net.yaml:7:43: error: 'data.features.energy' is yes: write true or false")]
    [InlineData("deltas: \"true\"", "net.yaml:7:43: error: 'data.features.deltas' is the text \"true\": write true or false")]
    public void Parse_WrongFeature_SaysWhatAndWhere(string feature, string expected) =>
        Assert.Equal(expected, Assert.Throws<InputException>(() => Parse($"name: speech, features: {{ {feature} }}", "outputs: 39")).Message);

    [Fact]
    public void Parse_CsvKeys_AreKept()
    {
        var data = Parse("name: csv, path: a, inputs: 3, steps: 4", "outputs: 2").Data;
        Assert.Equal(("csv", "a", 3, 4), (data.Name, data.Path, data.Inputs, data.Steps));
    }

    [Fact]
    public void Parse_UnknownSizes_AreNotJudged()
    {
        var design = DesignReader.Parse("data: { name: npz, path: a.npz, inputs: 4 }\nhardware: { verify_sequences: 1000000 }\n" + Text.Smallest, "net.yaml");
        Assert.Equal((10, 1_000_000), (design.Layers[^1].OutputSize, design.Hardware.VerifySequences));
    }

    [Fact]
    public void Of_EveryName_SaysWhatIsLabelledAndWhatIsAPicture()
    {
        var shapes = DataSetName.All.Select(name => DataSetShape.Of(new(name, null, new("net.yaml", 1, 1)) { Inputs = 6 })).ToArray();
        Assert.Equal([false, false, false, true, true, null, false, false], shapes.Select(s => s.LabelsSteps));
        ImageShape grey = new(28, 28, 1), colour = new(32, 32, 3);
        Assert.Equal([grey, colour, colour, null, null, null, null, null], shapes.Select(s => s.Image));
        Assert.Equal([true, true, true, true, true, true, true, false], shapes.Select(s => s.HasLabels));
    }

    [Fact]
    public void Parse_NpzOfPictures_GivesTheFirstConvolutionItsMap()
    {
        string text = "data: { name: npz, path: a.npz, inputs: 20, rows: 6, channels: 2 }\n"
            + Text.Smallest.Replace("{ type: gru, hidden: 16, block_size: 4 }", "{ type: conv, channels: 4, kernel: 3, block_size: 1 }", StringComparison.Ordinal);

        Assert.Equal(new ImageShape(6, 10, 2), ((ConvLayer)DesignReader.Parse(text, "net.yaml").Layers[0]).Input);
    }

    [Theory]
    [InlineData("inputs: 20, rows: 6, channels: 3", "net.yaml:7:64: error: 20 inputs of a row are no whole points of 3 channels: inputs are columns · channels")]
    [InlineData("inputs: 20, channels: 2", "net.yaml:7:55: error: 'data.channels' is of pictures: add 'rows', their number of rows")]
    [InlineData("inputs: 20, rows: 0", "net.yaml:7:51: error: 'data.rows' is 0: write a whole number from 1 to 65536")]
    public void Parse_WrongPicture_SaysWhatAndWhere(string keys, string expected) =>
        Assert.Equal(expected, Assert.Throws<InputException>(() => Parse($"name: npz, path: a.npz, {keys}", "outputs: 5")).Message);

    private static DesignFile Parse(string data, string outputs) => DesignReader.Parse(
        Text.Smallest.Replace("outputs: 10", outputs, StringComparison.Ordinal) + $"\ndata: {{ {data} }}\n", "net.yaml");
}
