using System.Text.Json;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Tests;

/// <summary>The product against vectors that were made without it, on every device at hand.</summary>
public sealed class FixtureTests
{
    [Theory]
    [InlineData("cpu")]
    [InlineData("cpu-sim")]
    public void Circulant_Vectors_Match(string device) => Circulant(device);

    [DeviceFact("pocl")]
    public void Circulant_VectorsOnPocl_Match() => Circulant("pocl");

    [Theory]
    [InlineData("cpu")]
    [InlineData("cpu-sim")]
    public void Gru_Vectors_Match(string device) => Gru(device);

    [DeviceFact("pocl")]
    public void Gru_VectorsOnPocl_Match() => Gru("pocl");

    [Theory]
    [InlineData("cpu")]
    [InlineData("cpu-sim")]
    public void Lstm_Vectors_Match(string device) => Lstm(device);

    [DeviceFact("pocl")]
    public void Lstm_VectorsOnPocl_Match() => Lstm("pocl");

    [Fact]
    public void Project_Vectors_Match()
    {
        foreach (var c in Cases("projection"))
        {
            int k = c.GetProperty("k").GetInt32();
            float[] v = Floats(c.GetProperty("v"));
            var dense = new BlockCirculantMatrix(2 * k, 3 * k, 1, v);
            var projected = CirculantProjection.Project(dense, k);
            // A mean of k floats, rounded once more.
            AssertClose(Doubles(c.GetProperty("w")), projected.FirstColumns, _ => 4 * Sample.Unit * 2);
            double distance = Enumerable.Range(0, v.Length).Sum(i => Math.Pow(v[i] - (double)projected[i / (3 * k), i % (3 * k)], 2));
            Assert.InRange(distance / c.GetProperty("distance_squared").GetDouble(), 1 - 1e-5, 1 + 1e-5);
        }
    }

    private static void Circulant(string device)
    {
        var ops = Devices.Get(device);
        foreach (var c in Cases("circulant"))
        {
            int k = c.GetProperty("k").GetInt32(), p = c.GetProperty("p").GetInt32(), q = c.GetProperty("q").GetInt32();
            float[] w = Floats(c.GetProperty("w")), x = Floats(c.GetProperty("x")), dy = Floats(c.GetProperty("dy"));
            using var matrix = new WeightMatrix(ops, new(0, k, 1, new(q * k, k), new(p * k, k), [0]));
            using var parameters = ops.Allocate(Planes(w, p, q, k));
            using var gradient = ops.Allocate(w.Length);
            matrix.Update(parameters);
            float[] xs = Spectra(ops, x, q, k), dys = Spectra(ops, dy, p, k);
            AssertClose(Doubles(c.GetProperty("x_spectrum")), FromLanes(xs, q, k), scale => 1e-5 * scale);
            AssertClose(Doubles(c.GetProperty("w_spectrum")), FromPlanes(Spectra(ops, w, p * q, k), p * q, k), scale => 1e-5 * scale);

            using Tensor input = ops.Allocate(xs), output = ops.Allocate(p * k), upper = ops.Allocate(dys), lower = ops.Allocate(q * k);
            matrix.Forward(new(input, 0, q * k), new(output, 0, p * k), 1);
            matrix.Backward(new(upper, 0, p * k), new(lower, 0, q * k), 1, false);
            matrix.Gradient(new(input, 0, q * k), new(upper, 0, p * k), 1, gradient);
            AssertClose(Doubles(c.GetProperty("y")), Values(ops, output, p, k), scale => 1e-5 * scale);
            AssertClose(Doubles(c.GetProperty("dx")), Values(ops, lower, q, k), scale => 1e-5 * scale);
            var dw = new float[w.Length];
            ops.Download(gradient, dw);
            var columns = Enumerable.Range(0, w.Length).Select(i => dw[(i % k * q + i / k % q) * p + i / k / q]).ToArray();
            AssertClose(Doubles(c.GetProperty("dw")), columns, scale => 1e-5 * scale);
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() =>       // conj forgotten, or w mirrored, would show
                AssertClose(Doubles(c.GetProperty("dx")), [.. Values(ops, lower, q, k).Select(v => v + 0.001f)], scale => 1e-5 * scale));
        }
    }

    private static void Gru(string device)
    {
        foreach (var c in Cases("gru"))
        {
            int k = c.GetProperty("k").GetInt32(), input = c.GetProperty("input").GetInt32(), hidden = c.GetProperty("hidden").GetInt32();
            var layer = new GruLayer(input, hidden, k, k, c.GetProperty("linear_before_reset").GetInt32() == 1);
            var weights = new GruWeights(Gates(c.GetProperty("w"), hidden, input, k), Gates(c.GetProperty("r"), hidden, hidden, k),
                Split(Floats(c.GetProperty("w_bias")), hidden), Split(Floats(c.GetProperty("r_bias")), hidden));
            CheckSequence(device, layer, weights, c);
        }
    }

    private static void Lstm(string device)
    {
        foreach (var c in Cases("lstm"))
        {
            int k = c.GetProperty("k").GetInt32(), input = c.GetProperty("input").GetInt32(), cells = c.GetProperty("cells").GetInt32();
            int projection = c.GetProperty("projection").GetInt32(), output = projection == 0 ? cells : projection;
            var layer = new LstmLayer(input, cells, projection, true, k, k, k);
            var weights = new LstmWeights(Gates(c.GetProperty("w"), cells, input, k), Gates(c.GetProperty("r"), cells, output, k),
                Split(Floats(c.GetProperty("bias")), cells), Split(Floats(c.GetProperty("peepholes")), cells),
                projection == 0 ? null : new(projection, cells, k, Floats(c.GetProperty("m"))));
            CheckSequence(device, layer, weights, c);
        }
    }

    /// <summary>All outputs of a sequence, on the device and by the naive twin that gradients are held against.</summary>
    private static void CheckSequence(string device, LayerDescription layer, LayerWeights weights, JsonElement c)
    {
        float[] x = Floats(c.GetProperty("x"));
        double[] expected = Doubles(c.GetProperty("y"));
        int steps = x.Length / layer.InputSize, outputs = layer.OutputSize;
        // A dense layer of the unit matrix shows every output.
        var unit = new float[outputs * outputs];
        for (int i = 0; i < outputs; i++) unit[i * outputs + i] = 1f;
        var network = new TrainedNetwork([layer, new DenseLayer(outputs, outputs, 1)], [weights, new DenseWeights(new(outputs, outputs, 1, unit), new float[outputs])]);
        var data = new FrameData(layer.InputSize, outputs, [x]);
        var ops = Devices.Get(device);
        using var model = new NetworkModel(ops, network.Layers, 1, steps, LabelKind.Frame);
        ops.Upload(model.Parameters, model.Layout.Pack(network));
        model.Update();
        model.Forward(data, [0]);
        AssertClose(expected, model.Outputs(0), _ => 1e-5);
        var naive = NaiveNetwork.Outputs(network, x.Chunk(layer.InputSize).ToArray());
        AssertClose(expected, [.. naive.SelectMany(h => h).Select(v => (float)v)], _ => 1e-6);
    }

    private static BlockCirculantMatrix[] Gates(JsonElement e, int rows, int columns, int k) =>
        [.. Split(Floats(e), rows * columns / k).Select(w => new BlockCirculantMatrix(rows, columns, k, w))];

    private static float[][] Split(float[] values, int size) => [.. values.Chunk(size)];

    /// <summary>(p, q, k) to planes of input × output blocks.</summary>
    private static float[] Planes(float[] w, int p, int q, int k) =>
        [.. Enumerable.Range(0, w.Length).Select(i => w[(i % p * q + i / p % q) * k + i / p / q])];

    private static float[] Spectra(Ops ops, float[] blocks, int lanes, int k)
    {
        using Tensor time = ops.Allocate([.. Enumerable.Range(0, blocks.Length).Select(i => blocks[i % lanes * k + i / lanes])]), spectrum = ops.Allocate(blocks.Length);
        ops.Transform(new(time, 0, 0, 0, lanes), new(spectrum, 0, 0, 0, lanes), 1, 1, lanes, k);
        var result = new float[blocks.Length];
        ops.Download(spectrum, result);
        return result;
    }

    private static float[] Values(Ops ops, Tensor spectrum, int lanes, int k)
    {
        var copy = new float[lanes * k];
        ops.Download(spectrum, copy);
        using Tensor source = ops.Allocate(copy), time = ops.Allocate(lanes * k);
        ops.Restore(new(source, 0, 0, 0, lanes), new(time, 0, 0, 0, lanes), 1, 1, lanes, k, false);
        ops.Download(time, copy);
        return FromLanes(copy, lanes, k);
    }

    private static float[] FromLanes(float[] values, int lanes, int k) =>
        [.. Enumerable.Range(0, values.Length).Select(i => values[i % k * lanes + i / k])];

    private static float[] FromPlanes(float[] values, int lanes, int k) => FromLanes(values, lanes, k);

    private static void AssertClose(double[] expected, float[] actual, Func<double, double> tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double bound = tolerance(expected.Max(Math.Abs));
        for (int i = 0; i < expected.Length; i++) Assert.InRange(actual[i], expected[i] - bound, expected[i] + bound);
    }

    private static IEnumerable<JsonElement> Cases(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Sample.Root(), "tests", "fixtures", $"{name}.json"))).RootElement.GetProperty("cases").EnumerateArray();

    private static float[] Floats(JsonElement e) => [.. Doubles(e).Select(v => (float)v)];

    private static double[] Doubles(JsonElement e) =>
        e.ValueKind == JsonValueKind.Array ? [.. e.EnumerateArray().SelectMany(Doubles)] : [e.GetDouble()];
}
