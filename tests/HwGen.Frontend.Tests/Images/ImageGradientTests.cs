using HwGen.Core.Network;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

/// <summary>Loss and gradient of whole convolutional networks against the naive twin and its finite differences.</summary>
public sealed class ImageGradientTests(ITestOutputHelper output)
{
    private const int Seed = 31, Classes = 3;

    /// <summary>Networks by name; images of 7 × 8, one or two channels.</summary>
    private static readonly Dictionary<string, LayerDescription[]> Networks = new()
    {
        ["dense"] = Network(1, 1, 1, 1, 1, 6, 5),
        ["conv 2, 4, dense 8, 1"] = Network(2, 2, 4, 8, 1, 8, 16),
        ["conv 1, 8, dense 4, 4"] = Network(1, 1, 8, 4, 4, 8, 12),
        ["conv 4, 2, dense 2, 8"] = Network(1, 4, 2, 2, 8, 10, 14),
        ["conv 8, 8, dense 8, 8"] = Network(2, 8, 8, 8, 8, 12, 16),
        ["conv alone, strides"] =
        [
            new ConvLayer(new(7, 8, 1), 5, 5, 3, 2, 2, 1, rectify: true), new ConvLayer(new(4, 5, 5), 6, 1, 1, 1, 0, 4, batchNorm: true, normGroup: 4),
            new DenseLayer(120, Classes, 2),
        ],
        ["pool first"] = [new PoolLayer(new(7, 8, 1), PoolKind.Average, 3, 2), new ConvLayer(new(3, 3, 1), 4, 3, 3, 1, 1, 4, rectify: true), new DenseLayer(36, Classes, 4)],
    };

    public static TheoryData<string> All => [.. Networks.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void Backward_OnCpu_MatchesFiniteDifferences(string network) => Check("cpu", network, 4);

    [Theory]
    [MemberData(nameof(All))]
    public void Backward_OneImage_MatchesFiniteDifferences(string network) => Check("cpu", network, 1);

    [Theory]
    [MemberData(nameof(All))]
    public void Backward_OnSimulator_MatchesFiniteDifferences(string network) => Check("cpu-sim", network, 2);

    [DeviceTheory("pocl")]
    [MemberData(nameof(All))]
    public void Backward_OnPocl_MatchesFiniteDifferences(string network) => Check("pocl", network, 3);

    [DeviceTheory("pocl")]
    [MemberData(nameof(All))]
    public void Backward_InLanes_MatchesFiniteDifferences(string network) => Check(Devices.PoclLanes, network, 3);

    [Fact]
    public void Backward_AnyThreads_GivesTheSameBytes()
    {
        var network = ImageSample.Network(Seed, Networks["conv 2, 4, dense 8, 1"]);
        var data = ImageSample.Data(Seed, 37, (ConvLayer)network.Layers[0], Classes);
        float[]? first = null;
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using var ops = ComputeDevice.Open("cpu", threads);
            using var model = new NetworkModel(ops, network.Layers, data.Count, data.Steps);
            ops.Upload(model.Parameters, model.Layout.Pack(network));
            model.Update();
            model.Forward(data, Enumerable.Range(0, data.Count).ToArray(), train: true);
            model.Backward();
            var result = new float[2 * model.Layout.Length];
            ops.Download(model.Gradient, result.AsSpan(0, model.Layout.Length));
            ops.Download(model.Parameters, result.AsSpan(model.Layout.Length));       // running moments
            Assert.Equal(first ??= result, result);
        }
    }

    private static LayerDescription[] Network(int channels, int k1, int k2, int k3, int k4, int width, int hidden) =>
    [
        new ConvLayer(new(7, 8, channels), width, 3, 3, 1, 1, k1, batchNorm: true, normGroup: k1, rectify: true),
        new PoolLayer(new(7, 8, width), PoolKind.Max, 2, 2),
        new ConvLayer(new(3, 4, width), 8, 3, 3, 1, 1, k2, batchNorm: k2 > 1, normGroup: 2 * k2, rectify: true),
        new PoolLayer(new(3, 4, 8), PoolKind.Average, 2, 1),
        new DenseLayer(2 * 3 * 8, hidden, k3, rectify: true),
        new DenseLayer(hidden, Classes, k4),
    ];

    private void Check(string device, string name, int batch)
    {
        output.WriteLine($"seed {Seed}");
        var layers = Networks[name];
        var (height, steps) = layers[0] switch { ConvLayer c => (c.Input.Height, c.Input.Width * c.Input.Channels), var l => (7, l.InputSize / 7) };
        var data = Sample.Data(Seed, batch, height, steps, Classes);
        double[][] images = [.. Enumerable.Range(0, batch).Select(i => data.Sequence(i).ToArray().Select(v => (double)v).ToArray())];
        var ops = Devices.Get(device);
        using var model = new NetworkModel(ops, layers, batch, height);
        // On a grid of 2^-14, so that a parameter moves by exactly the step of a difference.
        var parameters = model.Layout.Pack(ImageSample.Network(Seed, layers)).Select(v => MathF.Round(v * 16384) / 16384).ToArray();
        var network = model.Layout.Unpack(parameters);
        ops.Upload(model.Parameters, parameters);
        model.Update();
        double loss = model.Forward(data, Enumerable.Range(0, batch).ToArray(), train: true).Loss / batch;
        model.Backward();
        var gradient = new float[parameters.Length];
        ops.Download(model.Gradient, gradient);

        // Roundings of a value on its way forth and back: sums over the kernel and its channels and over rows, two butterflies a level
        // of six transforms, about 60 operations of norm and loss. A norm multiplies by γ/σ, here below 4, each way.
        int k = layers.Max(l => l.BlockSize), norms = layers.Count(l => l is ConvLayer { BatchNorm: true });
        double roundings = layers.Sum(l => (l is ConvLayer c ? c.Taps * c.Input.Channels + c.Output.Channels * c.Taps : l.InputSize) + 60 + 12 * Math.Log2(k)) + 2 * batch;
        roundings *= Math.Pow(4, norms);
        var naive = new NaiveImages(train: true);
        double expected = naive.Loss(network, images, data.AllLabels);
        Assert.InRange(loss, expected - roundings * Sample.Unit * (1 + expected), expected + roundings * Sample.Unit * (1 + expected));

        // Small steps: rectifiers and pools decide alike on both sides, or the parameter is left out.
        const double step = 1.0 / (1 << 17);
        double largest = gradient.Max(Math.Abs), worst = 0;
        int compared = 0;
        var order = new Random(Seed);
        foreach (int i in Enumerable.Range(0, parameters.Length).OrderBy(_ => order.Next()).Take(80))
        {
            var (up, upDecisions) = Moved(i, step);
            var (down, downDecisions) = Moved(i, -step);
            if (upDecisions != naive.Decisions || downDecisions != naive.Decisions) continue;
            worst = Math.Max(worst, Math.Abs((up - down) / (2 * step) - gradient[i]));
            compared++;
        }
        // Central differences are off by step²/6 times the third derivative (below 1000) and by double rounding over the step.
        double bound = roundings * Sample.Unit * Math.Max(largest, 1) + 1000 * step * step / 6 + 1e-13 / step;
        output.WriteLine($"compared {compared}, largest {largest:E2}, worst difference {worst:E2}, bound {bound:E2}");
        Assert.True(worst <= bound, $"difference {worst:E3} above {bound:E3}");
        Assert.True(compared > 60, $"only {compared} compared");
        Assert.True(largest > 100 * bound, "the check must be able to fail");

        (double, int) Moved(int index, double by)
        {
            var moved = (float[])parameters.Clone();
            moved[index] += (float)by;
            var twin = new NaiveImages(train: true);
            return (twin.Loss(model.Layout.Unpack(moved), images, data.AllLabels), twin.Decisions);
        }
    }
}
