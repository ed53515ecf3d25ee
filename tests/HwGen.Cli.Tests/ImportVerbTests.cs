using System.Text.Json;
using HwGen.Cli.Verbs;
using HwGen.Core.Design;
using HwGen.Frontend.Training;

namespace HwGen.Cli.Tests;

public sealed class ImportVerbTests : IDisposable
{
    private static readonly string Models = Path.Join(BuildScriptTests.Root, "tests", "HwGen.Frontend.Tests", "Onnx", "models");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("lstm-last")]
    [InlineData("gru-steps")]
    [InlineData("cnn")]
    public async Task Import_Model_WritesADesignOfItsLayers(string name)
    {
        string file = folder["net.yaml"];

        var (exitCode, output, error) = await Import(name, "--out", file, "--json");

        Assert.Equal((0, ""), (exitCode, error));
        using var json = JsonDocument.Parse(output);
        Assert.Equal(name == "gru-steps", json.RootElement.GetProperty("everyStep").GetBoolean());
        var design = DesignLoader.Load(file);
        Assert.Equal(("net", CompressionMethod.None, DataSetName.Uniform), (design.Name, design.Training.Method, design.Data.Name));
        Assert.Equal(design.Layers, NetworkFile.Load(design.Weights!.Path).Layers);
    }

    [Fact]
    public async Task Import_CompressWithoutData_TellsTheErrorOfEachMatrix()
    {
        string file = folder["net.yaml"];

        var (exitCode, output, _) = await Import("cnn", "--out", file, "--compress", "4", "--json");

        Assert.Equal(0, exitCode);
        using var json = JsonDocument.Parse(output);
        var layers = DesignLoader.Load(file).Layers;
        // Two channels in stay dense; six channels behind the map take blocks of 2.
        Assert.Equal([1, 1, 4, 1, 2, 4], layers.Select(l => l.BlockSize));
        var projections = json.RootElement.GetProperty("projections").EnumerateArray().ToArray();
        Assert.Equal([2, 4, 5], projections.Select(p => p.GetProperty("layer").GetInt32()));
        Assert.All(projections, p => Assert.InRange(p.GetProperty("relativeError").GetDouble(), 0.1, 1));
    }

    [Fact]
    public async Task Import_CompressWithData_Trains()
    {
        var pipeline = new FakePipeline();
        string file = folder["net.yaml"], data = folder.Write("data.npz", "read by nobody here");

        var (exitCode, output, _) = await RunHwGen.Async([new ImportVerb(pipeline.Steps.Train)],
            "import", Path.Join(Models, "gru-state.onnx"), "--out", file, "--compress", "4", "--data", data, "--root", folder.Path, "--json");

        Assert.Equal(0, exitCode);
        var told = pipeline.Told!.Design;
        Assert.Equal((CompressionMethod.Admm, data, folder["net.weights"]), (told.Training.Method, told.Data.Path, told.Weights!.Path));
        Assert.All(told.Layers, l => Assert.Equal(4, l.BlockSize));
        using var json = JsonDocument.Parse(output);
        Assert.Equal(0.89, json.RootElement.GetProperty("train").GetProperty("accuracy").GetProperty("circulant").GetDouble());
    }

    [Theory]
    [InlineData("net.yaml", "net.yaml:1:1: error: the file is there already and is left alone: choose another name, or move it away")]
    [InlineData("Net.yaml", "error: ")]
    public async Task Import_BadTarget_ExitsWith2AndWritesNothing(string target, string message)
    {
        folder.Write("net.yaml", "mine");

        var (exitCode, _, error) = await Import("cnn", "--out", folder[target]);

        Assert.Equal(2, exitCode);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(folder["net.yaml"]));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("--compress", "3")]
    [InlineData("--compress", "128")]
    [InlineData("--bits", "3")]
    public async Task Import_WrongOption_ExitsWith2(string option, string value) =>
        Assert.Equal(2, (await Import("cnn", "--out", folder["net.yaml"], option, value)).ExitCode);

    [Fact]
    public async Task Load_WeightsAreGone_SaysWhere()
    {
        await Import("cnn", "--out", folder["net.yaml"]);
        File.Delete(folder["net.weights"]);

        var (exitCode, _, error) = await RunHwGen.Async(new FakePipeline().Verbs, "train", folder["net.yaml"]);

        Assert.Equal(2, exitCode);
        Assert.Equal($"{folder["net.yaml"]}:11:12: error: there is no file {folder["net.weights"]}: 'hwgen import' writes it beside the design; name where it is\n", error);
    }

    [Fact]
    public async Task Export_TrainedDesign_WritesAModelThatImportReads()
    {
        await Import("gru-state", "--out", folder["net.yaml"]);
        File.Move(folder["net.weights"], Path.Join(Directory.CreateDirectory(Path.Join(folder.Path, "artifacts", "net")).FullName, "network.bin"));
        var network = NetworkFile.Load(Path.Join(folder.Path, "artifacts", "net", "network.bin"));
        folder.Write("net.weights", "the trained network is what counts");

        var (exitCode, output, _) = await RunHwGen.Async([new ExportVerb(new FakePipeline().Steps.Train)],
            "export", folder["net.yaml"], "--out", folder["net.onnx"], "--root", folder.Path, "--json");

        Assert.Equal(0, exitCode);
        Assert.Equal(3, JsonDocument.Parse(output).RootElement.GetProperty("layerCount").GetInt32());
        Assert.Equal(0, (await RunHwGen.Async([new ImportVerb(new FakePipeline().Steps.Train)], "import", folder["net.onnx"], "--out", folder["back.yaml"])).ExitCode);
        var back = NetworkFile.Load(folder["back.weights"]);
        Assert.Equal(network.Layers, back.Layers);
        Assert.Equal(network.Weights.SelectMany(w => w.Matrices).Select(m => m.FirstColumns), back.Weights.SelectMany(w => w.Matrices).Select(m => m.FirstColumns));
    }

    private static Task<(int ExitCode, string Output, string Error)> Import(string model, params string[] args) =>
        RunHwGen.Async([new ImportVerb(new FakePipeline().Steps.Train)], ["import", Path.Join(Models, model + ".onnx"), .. args]);
}
