using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

/// <summary>Loss and gradient of whole networks against the naive double-precision twin and its finite differences.</summary>
public sealed class GradientTests(ITestOutputHelper output)
{
    private const int Seed = 20, Inputs = 7, Classes = 3;

    /// <summary>Networks by name: every kind of layer, block sizes alike and mixed, sizes that no block divides.</summary>
    private static readonly Dictionary<string, LayerDescription[]> Networks = new()
    {
        ["gru 1"] = [new GruLayer(Inputs, 5, 1), new DenseLayer(5, Classes, 1)],
        ["gru 2"] = [new GruLayer(Inputs, 6, 2), new DenseLayer(6, Classes, 2)],
        ["gru 4, dense 8"] = [new GruLayer(Inputs, 10, 4), new DenseLayer(10, Classes, 8)],
        ["gru 8"] = [new GruLayer(Inputs, 16, 8), new DenseLayer(16, Classes, 8)],
        ["gru 8, gru 4, dense 4"] = [new GruLayer(Inputs, 12, 8), new GruLayer(12, 12, 4), new DenseLayer(12, Classes, 4)],
        ["gru 16"] = [new GruLayer(Inputs, 20, 16), new DenseLayer(20, Classes, 16)],
        ["gru 32, dense 1"] = [new GruLayer(Inputs, 33, 32), new DenseLayer(33, Classes, 1)],
        ["gru 64"] = [new GruLayer(Inputs, 40, 64), new DenseLayer(40, Classes, 64)],
        ["gru W 8, R 2"] = [new GruLayer(Inputs, 10, 8, 2, true), new DenseLayer(10, Classes, 4)],
        ["gru W 1, R 4"] = [new GruLayer(Inputs, 10, 1, 4, true), new DenseLayer(10, Classes, 1)],
        ["gru reset first 1"] = [new GruLayer(Inputs, 9, 1, 1, false), new DenseLayer(9, Classes, 1)],
        ["gru reset first 4"] = [new GruLayer(Inputs, 10, 4, 4, false), new DenseLayer(10, Classes, 4)],
        ["gru reset first W 2, R 8"] = [new GruLayer(Inputs, 12, 2, 8, false), new DenseLayer(12, Classes, 2)],
        ["lstm 1"] = [new LstmLayer(Inputs, 9, 0, false, 1, 1, 1), new DenseLayer(9, Classes, 1)],
        ["lstm 4"] = [new LstmLayer(Inputs, 10, 0, false, 4, 4, 4), new DenseLayer(10, Classes, 4)],
        ["lstm 1, peepholes, projection"] = [new LstmLayer(Inputs, 9, 5, true, 1, 1, 1), new DenseLayer(5, Classes, 1)],
        ["lstm 8, peepholes, projection"] = [new LstmLayer(Inputs, 20, 10, true, 8, 8, 8), new DenseLayer(10, Classes, 8)],
        ["lstm W 8, R 2, M 4"] = [new LstmLayer(Inputs, 13, 7, true, 8, 2, 4), new DenseLayer(7, Classes, 1)],
        ["lstm W 1, R 4, M 1"] = [new LstmLayer(Inputs, 13, 7, true, 1, 4, 1), new DenseLayer(7, Classes, 2)],
        ["lstm W 2, R 1, M 16"] = [new LstmLayer(Inputs, 13, 7, false, 2, 1, 16), new DenseLayer(7, Classes, 2)],
        ["lstm 4, gru 8, dense 2 rectified, dense 1"] =
            [new LstmLayer(Inputs, 12, 6, true, 4, 4, 4), new GruLayer(6, 9, 8), new DenseLayer(9, 7, 2, rectify: true), new DenseLayer(7, Classes, 1)],
    };

    public static TheoryData<string> All => [.. Networks.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void Backward_OnCpu_MatchesFiniteDifferences(string network) => Check("cpu", network, Sequences(5, 3));

    [Theory]
    [MemberData(nameof(All))]
    public void Backward_LabelForEachStep_MatchesFiniteDifferences(string network) => Check("cpu", network, FrameData.Random(Seed, Inputs, Classes, 4, 1, 0, 3));

    [Theory]
    [MemberData(nameof(All))]
    public void Backward_OnSimulator_MatchesFiniteDifferences(string network) => Check("cpu-sim", network, FrameData.Random(Seed, Inputs, Classes, 2, 1));

    [DeviceTheory("pocl")]
    [MemberData(nameof(All))]
    public void Backward_OnPocl_MatchesFiniteDifferences(string network) => Check("pocl", network, FrameData.Random(Seed, Inputs, Classes, 3, 2));

    [DeviceTheory("pocl")]
    [MemberData(nameof(All))]
    public void Backward_InLanes_MatchesFiniteDifferences(string network) => Check(Devices.PoclLanes, network, Sequences(3, 2));

    [Theory]
    [MemberData(nameof(All))]
    public void Backward_OneSequenceOneStep_MatchesFiniteDifferences(string network) => Check("cpu", network, Sequences(1, 1));

    [Fact]
    public void Forward_EmptySequences_AreWorthNothing()
    {
        var ops = Devices.Get("cpu");
        using var model = new NetworkModel(ops, Networks["lstm 4"], 3, 5, LabelKind.Frame);
        ops.Upload(model.Parameters, model.Layout.Pack(Sample.Network(Seed, Networks["lstm 4"])));
        model.Update();
        var score = model.Forward(FrameData.Random(Seed, Inputs, Classes, 0, 0), [0, 1], train: true);
        model.Backward();
        Assert.Equal(new(0, 0, 0), score);
        Assert.Equal(0, ops.SumSquares(model.Gradient));
    }

    private static SequenceDataset Sequences(int batch, int steps) => Sample.Data(Seed, batch, steps, Inputs, Classes);

    private void Check(string device, string name, LabelledData data)
    {
        output.WriteLine($"seed {Seed}");
        var shapes = Networks[name];
        var network = Sample.Network(Seed, shapes);
        int steps = data.LongestLength, batch = data.Count;

        var ops = Devices.Get(device);
        using var model = new NetworkModel(ops, shapes, batch + 1, steps + 2, data.Kind);
        // On a grid of 2^-14, so that a parameter moves by exactly the step of a difference.
        var parameters = model.Layout.Pack(network).Select(v => MathF.Round(v * 16384) / 16384).ToArray();
        network = model.Layout.Unpack(parameters);
        ops.Upload(model.Parameters, parameters);
        model.Update();
        var score = model.Forward(data, Enumerable.Range(0, batch).ToArray(), train: true);
        double loss = score.Loss / score.Labels;
        model.Backward();
        var gradient = new float[parameters.Length];
        ops.Download(model.Gradient, gradient);

        // A value passes at most this many roundings on its way through all steps forth and back: sums over inputs, units
        // and rows, two butterflies a level of six transforms a step, and about 60 operations of cell and loss.
        int widest = shapes.Max(l => Math.Max(l.InputSize, l is LstmLayer m ? m.Cells : l.OutputSize)), k = shapes.Max(l => l.BlockSize);
        double roundings = 2.0 * shapes.Length * steps * (Inputs + 3 * widest + 60 + 12 * Math.Log2(k)) + batch * steps;
        double expected = NaiveNetwork.Loss(network, data);
        Assert.InRange(loss, expected - roundings * Sample.Unit * (1 + expected), expected + roundings * Sample.Unit * (1 + expected));

        // Parameters of padded rows have no gradient; others are compared in a random order, at most 60 of them.
        const double step = 1.0 / 512;
        double largest = gradient.Max(Math.Abs), worst = 0;
        var order = new Random(Seed);
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
            return NaiveNetwork.Loss(model.Layout.Unpack(moved), data);
        }
    }
}
