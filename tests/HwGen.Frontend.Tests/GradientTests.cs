using HwGen.Core.Network;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

/// <summary>Loss and gradient of whole networks against the naive double-precision twin and its finite differences.</summary>
public sealed class GradientTests(ITestOutputHelper output)
{
    private const int Steps = 3, Batch = 5;

    public static TheoryData<int, int, int, int> Shapes => new()
    {
        // hidden, k of the GRU layers, k of the dense layer, GRU layers
        { 5, 1, 1, 1 }, { 6, 2, 2, 1 }, { 10, 4, 8, 1 }, { 16, 8, 8, 1 }, { 12, 8, 4, 2 }, { 20, 16, 16, 1 }, { 33, 32, 1, 1 }, { 40, 64, 64, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Backward_OnCpu_MatchesFiniteDifferences(int hidden, int k, int denseK, int layers) => Check("cpu", hidden, k, denseK, layers);

    [Theory]
    [InlineData(5, 1, 1, 1)]
    [InlineData(12, 8, 4, 2)]
    [InlineData(20, 16, 16, 1)]
    public void Backward_OnSimulator_MatchesFiniteDifferences(int hidden, int k, int denseK, int layers) => Check("cpu-sim", hidden, k, denseK, layers);

    [DeviceTheory("pocl")]
    [InlineData(5, 1, 1, 1)]
    [InlineData(12, 8, 4, 2)]
    [InlineData(20, 16, 16, 1)]
    public void Backward_OnPocl_MatchesFiniteDifferences(int hidden, int k, int denseK, int layers) => Check("pocl", hidden, k, denseK, layers);

    [DeviceTheory("pocl")]
    [InlineData(12, 8, 4, 2)]
    public void Backward_InLanes_MatchesFiniteDifferences(int hidden, int k, int denseK, int layers) => Check(Devices.PoclLanes, hidden, k, denseK, layers);

    [Fact]
    public void Backward_OneSequenceOneStep_MatchesFiniteDifferences() => Check("cpu", 10, 4, 1, 1, steps: 1, batch: 1);

    private void Check(string device, int hidden, int k, int denseK, int layers, int steps = Steps, int batch = Batch)
    {
        const int seed = 20, inputs = 7, classes = 3;
        output.WriteLine($"seed {seed}");
        var shapes = Enumerable.Range(0, layers).Select(l => (LayerDescription)new GruLayer(l == 0 ? inputs : hidden, hidden, l == 0 ? k : k / 2))
            .Append(new DenseLayer(hidden, classes, denseK)).ToArray();
        var network = Sample.Network(seed, shapes);
        var data = Sample.Data(seed, batch, steps, inputs, classes);
        var sequences = Sample.Sequences(data);

        var ops = Devices.Get(device);
        using var model = new NetworkModel(ops, shapes, batch, steps);
        // On a grid of 2^-14, so that a parameter moves by exactly the step of a difference.
        var parameters = model.Layout.Pack(network).Select(v => MathF.Round(v * 16384) / 16384).ToArray();
        network = model.Layout.Unpack(parameters);
        ops.Upload(model.Parameters, parameters);
        model.Update();
        double loss = model.Forward(data, Enumerable.Range(0, batch).ToArray()).Loss / batch;
        model.Backward();
        var gradient = new float[parameters.Length];
        ops.Download(model.Gradient, gradient);

        // A value passes at most this many roundings on its way through all steps forth and back: sums over inputs, units
        // and rows, two butterflies a level of four transforms a step, and about 40 operations of cell and loss.
        double roundings = 2.0 * layers * steps * (inputs + 2 * hidden + 40 + 8 * Math.Log2(Math.Max(k, denseK))) + batch * steps;
        double expected = NaiveNetwork.Loss(network, sequences, data.AllLabels);
        Assert.InRange(loss, expected - roundings * Sample.Unit * (1 + expected), expected + roundings * Sample.Unit * (1 + expected));

        // Parameters of padded rows have no gradient; others are compared in a random order, at most 60 of them.
        const double step = 1.0 / 512;
        double largest = gradient.Max(Math.Abs), worst = 0;
        var order = new Random(seed);
        foreach (int i in Enumerable.Range(0, parameters.Length).OrderBy(_ => order.Next()).Take(60))
        {
            double up = Moved(i, step), down = Moved(i, -step), up2 = Moved(i, 2 * step), down2 = Moved(i, -2 * step);
            double difference = (8 * (up - down) - (up2 - down2)) / (12 * step);
            worst = Math.Max(worst, Math.Abs(difference - gradient[i]));
        }
        // Fourth-order differences are off by step^4/30 times the fifth derivative (below 100 for such sums of bounded
        // activations).
        double bound = roundings * Sample.Unit * Math.Max(largest, 1) + 100 * Math.Pow(step, 4) / 30;
        output.WriteLine($"largest {largest:E2}, worst difference {worst:E2}, bound {bound:E2}");
        Assert.True(worst <= bound, $"difference {worst:E3} above {bound:E3}");
        Assert.True(largest > 1000 * bound, "the check must be able to fail");

        double Moved(int index, double by)
        {
            var moved = (float[])parameters.Clone();
            moved[index] += (float)by;
            return NaiveNetwork.Loss(model.Layout.Unpack(moved), sequences, data.AllLabels);
        }
    }
}
