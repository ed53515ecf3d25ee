using System.Text.Json;

namespace HwGen.Frontend.Tests.Onnx;

/// <summary>Models that PyTorch exported (models/export_models.py), against what PyTorch computed.</summary>
public sealed class TorchModelTests
{
    private static readonly string Folder = Path.Join(Sample.Root(), "tests", "HwGen.Frontend.Tests", "Onnx", "models");

    [Theory]
    [InlineData("lstm-last", false)]
    [InlineData("lstm-state", false)]
    [InlineData("gru-state", false)]
    [InlineData("gru-steps", true)]
    [InlineData("cnn", false)]
    public void Read_ModelOfPyTorch_ComputesWhatPyTorchDoes(string name, bool everyStep)
    {
        using var all = JsonDocument.Parse(File.ReadAllText(Path.Join(Folder, "outputs.json")));
        var record = all.RootElement.GetProperty(name);
        int[] shape = [.. record.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())];
        float[] x = Values(record, "x"), y = Values(record, "y");
        byte[] model = File.ReadAllBytes(Path.Join(Folder, name + ".onnx"));

        var imported = Oracle.Import(model);

        Assert.Equal(everyStep, imported.EveryStep);
        Oracle.AssertEqual(y, Oracle.Run(model, Oracle.Tensor("x", x, shape)));
        // The last model alone takes the steps first.
        int batch = everyStep ? shape[1] : shape[0];
        float[] inputs = everyStep ? Oracle.Swap(x, shape[0], batch) : shape.Length == 4 ? Oracle.ChannelsLast(x, batch, shape[1]) : x;
        float[] outputs = Oracle.Forward(imported.Network, inputs, batch, everyStep);
        if (everyStep) outputs = Oracle.Swap(outputs, batch, shape[0]);
        if (name == "cnn") outputs = [.. outputs.Chunk(4).SelectMany(row => row.Select(v => (float)(Math.Exp(v) / row.Sum(w => Math.Exp(w)))))];
        Oracle.AssertEqual(y, outputs);
    }

    private static float[] Values(JsonElement record, string key) => [.. record.GetProperty(key).EnumerateArray().Select(e => e.GetSingle())];
}
