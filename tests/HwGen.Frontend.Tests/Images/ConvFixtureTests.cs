using System.Text.Json;
using HwGen.Core.Network;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Tests;

/// <summary>Convolutions against vectors that were made without the product, on every device at hand.</summary>
public sealed class ConvFixtureTests
{
    [Theory]
    [InlineData("cpu")]
    [InlineData("cpu-sim")]
    public void Conv_Vectors_Match(string device) => Check(device);

    [DeviceTheory("pocl")]
    [InlineData("pocl")]
    [InlineData(Devices.PoclLanes)]
    public void Conv_VectorsOnPocl_Match(string device) => Check(device);

    private static void Check(string device)
    {
        var ops = Devices.Get(device);
        string path = Path.Combine(Sample.Root(), "tests", "fixtures", "conv2d.json");
        using var file = JsonDocument.Parse(File.ReadAllText(path));
        foreach (var c in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            int k = c.GetProperty("k").GetInt32(), channels = c.GetProperty("output_channels").GetInt32();
            var x = c.GetProperty("x");
            var shape = new ImageShape(x[0].GetArrayLength(), x[0][0].GetArrayLength(), x.GetArrayLength());
            var layer = new ConvLayer(shape, channels, 3, 3, c.GetProperty("stride").GetInt32(), c.GetProperty("padding").GetInt32(), k);
            LayerDescription[] layers = [layer, new DenseLayer(layer.OutputSize, 1, 1)];
            var layout = new ParameterLayout(layers);
            var network = layout.Unpack(new float[layout.Length]);
            var weight = ((ConvWeights)network.Weights[0]).Weight;
            Columns(c.GetProperty("w")).CopyTo(weight.FirstColumns, 0);
            LaneLayout inputs = layout.Boundary(0), outputs = layout.Boundary(1);

            using Tensor parameters = ops.Allocate(layout.Pack(network)), gradient = ops.Allocate(layout.Length);
            using Tensor tx = ops.Allocate(Rows(x, inputs)), dx = ops.Allocate(tx.Length);
            using var conv = new ConvModel(ops, layout, 0, 1, parameters);
            conv.Update(parameters, 0);
            conv.Forward(new(tx, 0, inputs.Width), 1, train: true);
            AssertClose(Rows(c.GetProperty("y"), outputs), Download(ops, conv.Outputs.Tensor));
            ops.Upload(conv.Gradients.Tensor, Rows(c.GetProperty("dy"), outputs));
            conv.Backward(new(tx, 0, inputs.Width), new(dx, 0, inputs.Width), gradient, 1);
            AssertClose(Rows(c.GetProperty("dx"), inputs), Download(ops, dx));
            var dw = ((ConvWeights)layout.Unpack(Download(ops, gradient)).Weights[0]).Weight.FirstColumns;
            AssertClose(Columns(c.GetProperty("dw")), dw);
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertClose(Columns(c.GetProperty("dw")), [.. dw.Select(v => v * 1.001f)]));

            // (kernel row, kernel column, p, q, k) to (p, tap, q, k).
            float[] Columns(JsonElement w)
            {
                var values = Flat(w).ToArray();
                int run = shape.Channels / k * k, taps = layer.Taps, blocks = channels / k;
                return values.Length == taps * blocks * run
                    ? [.. Enumerable.Range(0, values.Length).Select(i => values[(i / run % taps * blocks + i / run / taps) * run + i % run])]
                    : throw new InvalidDataException($"{path}: {values.Length} weights, not {taps * blocks * run}");
            }
        }
    }

    /// <summary>Channels first to rows of positions.</summary>
    private static float[] Rows(JsonElement map, LaneLayout layout)
    {
        float[][] channels = [.. map.EnumerateArray().Select(c => Flat(c).ToArray())];
        var rows = new float[channels[0].Length * layout.Width];
        for (int c = 0; c < channels.Length; c++)
            for (int p = 0; p < channels[c].Length; p++)
                rows[p * layout.Width + layout.Position(c)] = channels[c][p];
        return rows;
    }

    private static IEnumerable<float> Flat(JsonElement e) =>
        e.ValueKind == JsonValueKind.Array ? e.EnumerateArray().SelectMany(Flat) : [(float)e.GetDouble()];

    private static float[] Download(Ops ops, Tensor tensor)
    {
        var values = new float[tensor.Length];
        ops.Download(tensor, values);
        return values;
    }

    /// <summary>At most 9 · 8 products are summed here, or 36 places; transforms of at most 8 add 48 roundings: below 1e-5 of the largest.</summary>
    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double bound = 1e-5 * expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++) Assert.InRange(actual[i], expected[i] - bound, expected[i] + bound);
    }
}
