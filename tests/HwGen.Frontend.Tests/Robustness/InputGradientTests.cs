using HwGen.Core.Network;
using HwGen.Frontend.Data;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests.Robustness;

/// <summary>Gradients at the inputs, against finite differences of naive networks in double precision.</summary>
public sealed class InputGradientTests(ITestOutputHelper output)
{
    private const int Seed = 31;

    public static TheoryData<string, bool> Images => new() { { "cpu", false }, { "cpu", true }, { "cpu-sim", false } };

    [Theory]
    [MemberData(nameof(Images))]
    public void BackwardToInputs_Images_MatchesFiniteDifferences(string device, bool train)
    {
        var network = ImageSample.Network(Seed,
            new ConvLayer(new(5, 6, 2), 8, 3, 3, 1, 1, 2, batchNorm: true, normGroup: 2, rectify: true), new PoolLayer(new(5, 6, 8), PoolKind.Max, 2, 2),
            new ConvLayer(new(2, 3, 8), 8, 2, 2, 1, 0, 4, rectify: true), new DenseLayer(16, 3, 1));
        Check(device, network, Sample.Data(Seed, 4, 5, 12, 3), train, (n, data) =>
        {
            var naive = new NaiveImages(train);
            double loss = naive.Loss(n, [.. Enumerable.Range(0, data.Count).Select(i => data.Sequence(i).ToArray().Select(v => (double)v).ToArray())], data.AllLabels);
            return (loss, naive.Decisions);
        });
    }

    [Fact]
    public void BackwardToInputs_Gru_MatchesFiniteDifferences() =>
        Check("cpu", Sample.Network(Seed, new GruLayer(6, 8, 4), new DenseLayer(8, 3, 1)), Sample.Data(Seed, 3, 4, 6, 3), true, (n, data) => (NaiveNetwork.Loss(n, data), 0));

    [Fact]
    public void BackwardToInputs_Lstm_MatchesFiniteDifferences() =>
        Check("cpu", Sample.Network(Seed, new LstmLayer(6, 8, 4, true, 2, 2, 2), new DenseLayer(4, 3, 1)), Sample.Data(Seed, 3, 4, 6, 3), true, (n, data) => (NaiveNetwork.Loss(n, data), 0));

    private void Check(string device, TrainedNetwork network, SequenceDataset data, bool train, Func<TrainedNetwork, SequenceDataset, (double Loss, int Decisions)> naive)
    {
        output.WriteLine($"seed {Seed}");
        float[] grid = [.. data.Inputs.Select(v => MathF.Round(v * 4096) / 4096)];      // so that a step is exact
        data = With(grid);
        using var model = RobustSample.Model(Devices.Get(device), network, data.Count + (train ? 0 : 1), data);
        model.Forward(data, RobustSample.All(data), train);
        model.BackwardToInputs();
        int size = data.Steps * data.InputSize;
        var gradient = new float[grid.Length];
        for (int i = 0; i < data.Count; i++) model.InputGradient(i, gradient.AsSpan(i * size, size));

        const double step = 1.0 / (1 << 12);
        int before = naive(network, data).Decisions, compared = 0;
        double worst = 0, largest = gradient.Max(Math.Abs);
        for (int i = 0; i < grid.Length; i += 3)
        {
            var (up, d1) = Moved(i, step);
            var (down, d2) = Moved(i, -step);
            if (d1 != before || d2 != before) continue;
            worst = Math.Max(worst, Math.Abs((up - down) / (2 * step) - gradient[i]));
            compared++;
        }
        // Differences are off by step²/6 times a third derivative below 100; a float gradient by some hundred roundings, times γ/σ below 16 of one norm.
        double bound = 100 * step * step / 6 + 500 * 16 * Sample.Unit * Math.Max(largest, 1);
        output.WriteLine($"compared {compared}, largest {largest:E2}, worst {worst:E2}, bound {bound:E2}");
        Assert.True(worst <= bound, $"difference {worst:E3} above {bound:E3}");
        Assert.True(compared > grid.Length / 6, $"only {compared} compared");
        Assert.True(largest > 20 * bound, "the check must be able to fail");

        SequenceDataset With(float[] values) => new(data.Count, data.Steps, data.InputSize, data.Classes, values, data.AllLabels);

        (double, int) Moved(int index, double by)
        {
            var moved = (float[])grid.Clone();
            moved[index] += (float)by;
            return naive(network, With(moved));
        }
    }
}
