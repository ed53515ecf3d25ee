using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Compression;
using HwGen.Frontend.Data;
using HwGen.Frontend.Training;
using MathNet.Numerics.LinearAlgebra;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests.Robustness;

public sealed class CascadedProjectionTests(ITestOutputHelper output)
{
    private const int Seed = 61;

    private static readonly SequenceDataset Data = RobustSample.PictureData(Seed, 40);
    private static readonly double[][] Inputs = [.. Enumerable.Range(0, 10).Select(i => Data.Sequence(i).ToArray().Select(v => (double)v).ToArray())];

    [Fact]
    public void Bake_IdentityOrPermutation_ComputesTheSame()
    {
        var network = Network(rectify: true);
        var projection = new CascadedProjection(network);
        Matrix<double>[] whole = [.. projection.Channels.Select(c => Matrix<double>.Build.DenseIdentity(c))];
        Assert.InRange(Difference(network, projection.Bake(whole)), 0, 1e-10);
        Matrix<double>[] mixed = [.. projection.Channels.Select(c => CascadedProjection.Selection(c, new RandomStream(Seed, c, 0).Permutation(c)))];
        Assert.InRange(Difference(network, projection.Bake(mixed)), 0, 1e-10);
    }

    [Fact]
    public void Bake_OrthogonalMatrix_ComputesTheSameOnlyWithoutRectifiers()
    {
        output.WriteLine($"seed {Seed}");
        double linear = Change(rectify: false), rectified = Change(rectify: true);
        output.WriteLine($"linear {linear:E2}, rectified {rectified:E2}");
        // Weights are rounded to floats once more; outputs are sums of products below 100.
        Assert.InRange(linear, 0, 100 * 100 * Sample.Unit);
        Assert.True(rectified > 0.01);

        double Change(bool rectify)
        {
            var network = Network(rectify);
            var projection = new CascadedProjection(network);
            return Difference(network, projection.Bake([.. projection.Channels.Select(c => Random(c, c))]));
        }
    }

    [Fact]
    public void Bake_Selections_IsChannelPruningBitwise()
    {
        var network = Network(rectify: true);
        var projection = new CascadedProjection(network);
        int[] ranks = [3, 5, 4];
        var baked = projection.Bake(projection.Selections(ranks));
        var pruned = ChannelSelection.Keep(network, [.. ranks.Select((r, i) => projection.Strongest(i).Take(r).Order().ToArray())]);
        Assert.Equal(pruned.Layers, baked.Layers);
        Assert.Equal(Training.Pack(pruned), Training.Pack(baked));
        Assert.True(Difference(network, baked) > 0.01, "the check must be able to fail");
    }

    [Fact]
    public void Expand_AnyProjections_ComputesWhatIsBaked()
    {
        var projection = new CascadedProjection(Network(rectify: true));
        int[] ranks = [4, 3, 5];
        Matrix<double>[] p = [.. ranks.Select((r, i) => Random(projection.Channels[i], r))];
        double difference = Difference(projection.Expand(p), projection.Bake(p));
        Assert.InRange(difference, 0, 100 * 100 * Sample.Unit);
        p[1] = Random(projection.Channels[1], 3, Seed + 5);
        Assert.True(Difference(projection.Bake(p), projection.Bake([.. ranks.Select((r, i) => Random(projection.Channels[i], r))])) > 0.01, "the check must be able to fail");
    }

    [Fact]
    public void Multiplications_Projected_AreTheFormula()
    {
        var projection = new CascadedProjection(Network(rectify: true));
        int[] ranks = [4, 3, 5];
        var layers = projection.Bake(projection.Selections(ranks)).Layers;
        // 3×3 on 6×6, 3×3 without padding on 3×3, one position of 3 channels to 5, 5 to 3 classes.
        Assert.Equal(9 * 36 * 4 * 2 + 9 * 1 * 3 * 4 + 3 * 5 + 5 * 3, CascadedProjection.Multiplications(layers));
        Assert.Equal(9 * 4 * 2 + 4 + 9 * 3 * 4 + 3 + 3 * 5 + 5 + 5 * 3 + 3, projection.Bake(projection.Selections(ranks)).ParameterCount);
    }

    [Fact]
    public void FoldBatchNorm_BeforeProjecting_ComputesTheSame()
    {
        var network = ImageSample.Network(Seed, RobustSample.Pictures);
        var folded = network.FoldBatchNorm();
        var projection = new CascadedProjection(folded);
        double difference = Difference(network, projection.Bake([.. projection.Channels.Select(c => Matrix<double>.Build.DenseIdentity(c))]));
        Assert.InRange(difference, 0, 100 * 100 * Sample.Unit);
    }

    [Fact]
    public void Compute_Loss_MatchesFiniteDifferencesAlongTheGradient()
    {
        using var work = Work(0.5, 0.7, null);
        int[] batch = RobustSample.All(Data);
        var (score, gradients) = work.Compute(batch);
        Matrix<double>[] at = work.Projections, pulled = [.. at.Zip(gradients, (p, g) => new ProxyMatrix(p).Pull(g))];
        double squares = pulled.Sum(g => g.PointwisePower(2).Enumerate().Sum());
        const double step = 2e-3;
        double up = Loss(step), down = Loss(-step), difference = (up - down) / (2 * step) * Math.Sqrt(squares);
        output.WriteLine($"loss {score.Loss / score.Labels:F4}, difference {difference:E3}, gradient {squares:E3}");
        // A float loss is off by 1e-6 over the step; rectifiers that turn within it add less than two parts in a hundred.
        Assert.InRange(difference, 0.98 * squares - 1e-3, 1.02 * squares + 1e-3);
        Assert.True(squares > 0.05, "the check must be able to fail");

        double Loss(double by)
        {
            using var moved = Work(0.5, 0.7, [.. at.Zip(pulled, (p, g) => p + by / Math.Sqrt(squares) * g)]);
            var s = moved.Compute(batch).Score;
            return s.Loss / s.Labels;
        }
    }

    [Fact]
    public void Step_AnyRank_EndsBelowTheSelectionItBeganWithAndHigherRanksLower()
    {
        var ends = new List<double>();
        int[] batch = RobustSample.All(Data);
        foreach (double keep in new[] { 0.25, 0.5, 1 })
        {
            using var work = Work(keep, 1, null);
            double first = Mean(), lowest = first;
            for (int step = 0; step < 150; step++)
            {
                work.Step(batch, 0.01);
                lowest = Math.Min(lowest, Mean());
            }
            output.WriteLine($"keep {keep}: loss {first:F4} to {Mean():F4}, lowest {lowest:F4}");
            Assert.True(lowest < (keep < 1 ? 0.9 : 1) * first);
            Assert.InRange(Mean(), lowest, 1.1 * lowest);
            ends.Add(lowest);

            double Mean()
            {
                var s = work.Compute(batch).Score;
                return s.Loss / s.Labels;
            }
        }
        Assert.Equal(ends.OrderDescending(), ends);
    }

    [Fact]
    public void Run_Cap_BeatsChannelPruningBeforeAndLearnsAgainAfterwards()
    {
        SequenceDataset train = RobustSample.PictureData(Seed, 300), test = RobustSample.PictureData(Seed + 1, 200);
        var outcome = Training.Run(RobustSample.Pictures, train, test, t => t with { Method = CompressionMethod.Cap, Cap = new(new(8, 0.1, 0.01), 0.34, 1, 1), Retrain = new(4, 0.01, 0.001) });
        var folded = outcome.Dense.FoldBatchNorm();
        var projection = new CascadedProjection(folded);
        var pruned = projection.Bake(projection.Selections([2, 3]));
        double selection = TrainingRun.Accuracy(pruned, test, Devices.Get("cpu"));
        double before = outcome.Log.Epochs.Last(e => e.Phase == TrainingPhase.Cap).TestAccuracy;
        output.WriteLine($"dense {outcome.DenseAccuracy}, channels left out {selection}, projected {before}, trained on {outcome.CirculantAccuracy}");
        Assert.Equal(pruned.Layers, outcome.Circulant.Layers);
        Assert.True(before >= selection);
        Assert.True(outcome.CirculantAccuracy >= before - 0.02);
        Assert.True(outcome.CirculantAccuracy > outcome.DenseAccuracy - 0.15);
    }

    private static ProjectionWork Work(double keep, double reconstruction, Matrix<double>[]? proxies)
    {
        var network = Network(rectify: true);
        var design = Training.Design([.. network.Layers], t => t with { BatchSize = Data.Count, Cap = new(new(1, 0.01, 0.01), keep, 1, reconstruction) });
        var state = TrainingState.Start(TrainingPhase.Cap, Training.Pack(network), new([], []));
        if (proxies is not null) state.Proxies = [.. proxies.SelectMany(p => p.ToRowMajorArray()), .. proxies.SelectMany(p => new double[p.RowCount * p.ColumnCount])];
        return new(new(Devices.Get("cpu"), design, new(Data, [new("test", Data)]), null, default, TrainingIntervals.Default), network.Layers, state);
    }

    private static TrainedNetwork Network(bool rectify) => Sample.Network(Seed,
        new ConvLayer(new(6, 6, 2), 6, 3, 3, 1, 1, 1, rectify: rectify), new PoolLayer(new(6, 6, 6), rectify ? PoolKind.Max : PoolKind.Average, 2, 2),
        new ConvLayer(new(3, 3, 6), 8, 3, 3, 1, 0, 1, rectify: rectify), new DenseLayer(8, 7, 1, rectify), new DenseLayer(7, 3, 1));

    /// <summary>Largest difference of outputs.</summary>
    private static double Difference(TrainedNetwork a, TrainedNetwork b) => new NaiveImages(train: false).Outputs(a, Inputs)
        .Zip(new NaiveImages(train: false).Outputs(b, Inputs), (x, y) => x.Zip(y, (u, v) => Math.Abs(u - v)).Max()).Max();

    /// <summary>Orthonormal columns.</summary>
    private static Matrix<double> Random(int n, int r, int seed = Seed)
    {
        var values = new float[n * r];
        new RandomStream(seed, 2, n * 64 + r).Normal(values);
        return new ProxyMatrix(Matrix<double>.Build.DenseOfRowMajor(n, r, values.Select(v => (double)v))).Orthonormal;
    }
}
