using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Robustness;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests.Robustness;

public sealed class AdversarialTrainingTests(ITestOutputHelper output) : IDisposable
{
    private static readonly SequenceDataset Train = RobustSample.PictureData(1, 60), Test = RobustSample.PictureData(2, 40);
    private static readonly AdversarialSettings Pgd = new(AdversarialMethod.Pgd, 0.1, 3, 0.05);

    private readonly string _root = Directory.CreateTempSubdirectory("hwgen-robust-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(AdversarialMethod.Psat, 1.0)]
    [InlineData(AdversarialMethod.Hsat, 1.0)]
    [InlineData(AdversarialMethod.Dynamic, 0.0)]
    public void Run_OpenThreshold_IsPgdBitwise(AdversarialMethod method, double open)
    {
        float[] plain = Pack(Pgd), smooth = Pack(Pgd with { Method = method, FirstThreshold = open, FinalThreshold = open });
        Assert.Equal(plain, smooth);
        Assert.NotEqual(plain, Pack(Pgd with { Method = method, FirstThreshold = 0.4, FinalThreshold = 0.4 }));
    }

    [Fact]
    public void Run_LambdaBelowEveryGap_TrainsOnRandomStartsBitwise()
    {
        var none = new AdversarialSettings(AdversarialMethod.Pgd, 0.1, 1, 1e-30);    // moves no float
        Assert.Equal(Pack(none), Pack(Pgd with { Method = AdversarialMethod.Psat, FirstThreshold = -1, FinalThreshold = -1 }));
    }

    [Fact]
    public void Run_CleanWeightOfOneOrWarmup_IsNaturalBitwise()
    {
        float[] natural = Pack(null);
        Assert.Equal(natural, Pack(Pgd with { CleanWeight = 1 }));
        Assert.Equal(natural, Pack(Pgd with { WarmupEpochs = 100 }));
        Assert.NotEqual(natural, Pack(Pgd with { WarmupEpochs = 5 }));
        Assert.NotEqual(natural, Pack(Pgd with { CleanWeight = 0.5 }));
    }

    [Fact]
    public void Run_TradesWithoutDivergence_IsNatural()
    {
        // Without batch norm, whose running moments see the moved inputs too. Softmax is taken in double here and in float there.
        LayerDescription[] layers = [new ConvLayer(new(6, 6, 2), 6, 3, 3, 1, 1, 1, rectify: true), new DenseLayer(216, 3, 1)];
        var trades = Pgd with { Method = AdversarialMethod.Trades, Beta = 0 };
        float[] natural = Gradient(layers, null), without = Gradient(layers, trades), with = Gradient(layers, trades with { Beta = 6 });
        double largest = natural.Max(Math.Abs);
        // A gradient is a sum over 10 pictures and 36 positions of what a softmax rounded by some ten roundings sends back.
        double bound = (360 + 20) * Sample.Unit * 10 * largest;
        double worst = natural.Zip(without, (a, b) => Math.Abs((double)a - b)).Max();
        output.WriteLine($"largest {largest:E2}, worst difference {worst:E2}, bound {bound:E2}");
        Assert.InRange(worst, 0, bound);
        Assert.True(natural.Zip(with, (a, b) => Math.Abs((double)a - b)).Max() > 100 * bound, "the check must be able to fail");
    }

    [Fact]
    public void Divergence_RandomLogits_IsZeroAtEqualOnesAndMatchesFiniteDifferences()
    {
        output.WriteLine("seed 3");
        float[] z = Sample.Values(3, 5), other = Sample.Values(4, 5);
        double[] p = StopRule.Probabilities(z), q = StopRule.Probabilities(other);
        Assert.Equal(0, Divergence.Value(p, p));
        Assert.All(Divergence.GradientAtSecond(p, p).Concat(Divergence.GradientAtFirst(p, p)), g => Assert.Equal(0, g, 1e-15));
        Assert.True(Divergence.Value(p, q) > 0);
        const float step = 1f / 1024;
        for (int c = 0; c < 5; c++)
        {
            Assert.Equal(Difference(z, c, v => Divergence.Value(StopRule.Probabilities(v), q)), Divergence.GradientAtFirst(p, q)[c], 1e-6);
            Assert.Equal(Difference(other, c, v => Divergence.Value(p, StopRule.Probabilities(v))), Divergence.GradientAtSecond(p, q)[c], 1e-6);
        }

        static double Difference(float[] at, int c, Func<float[], double> value)
        {
            float[] up = (float[])at.Clone(), down = (float[])at.Clone();
            up[c] += step;
            down[c] -= step;
            return (value(up) - value(down)) / ((double)up[c] - down[c]);
        }
    }

    public static TheoryData<string> Ways => ["pgd", "trades", "psat", "hsat", "dynamic", "hybrid", "noise", "dnr", "dnr balanced", "dnr channels", "cap", "cap and admm"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Run_StoppedAnywhere_EndsWithTheSameBytes(string way)
    {
        var design = Training.Design(way == "cap and admm" ? Blocks() : RobustSample.Pictures, t => Change(way, t with { Dense = t.Dense with { Epochs = 2 }, Scratch = t.Dense with { Epochs = 3 } }));
        int steps = 0;
        Training.Run(Path.Combine(_root, "whole"), design, Train, Test, () => steps++);
        var random = new Random(5);
        output.WriteLine($"seed 5, {steps} steps");
        for (int trial = 0; trial < 2; trial++)
        {
            string root = Path.Combine(_root, $"stopped{trial}");
            int left = random.Next(1, steps);
            using var stop = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() => Training.Run(root, design, Train, Test, () =>
            {
                if (--left == 0) stop.Cancel();
            }, stop.Token));
            int more = 0;
            Training.Run(root, design, Train, Test, () => more++);
            Assert.True(more < steps, "goes on, doesn't start again");
            string[] files = [.. Directory.GetFiles(Path.Combine(_root, "whole"), "*.bin", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "speed.bin")];
            Assert.InRange(files.Length, 4, 9);
            foreach (string file in files)
                Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(root, Path.GetRelativePath(Path.Combine(_root, "whole"), file))));
        }
    }

    /// <summary>The strong feature of <see cref="RobustSample.Tension"/> is all that stands: a linear network finds it under attack, and only then.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_LinearNetworkOnTension_AdversarialTrainingAloneIsRobust(int seed)
    {
        output.WriteLine($"seed {seed}");
        SequenceDataset train = RobustSample.Tension(seed, 2000, 1, 0.4), test = RobustSample.Tension(seed + 100, 1000, 1, 0.4);
        TrainingSettings Epochs(TrainingSettings t) => t with { BatchSize = 50, Dense = new(10, 0.02, 0.001) };
        var natural = Training.Run(RobustSample.Linear, train, test, Epochs, seed).Dense;
        var robust = Training.Run(RobustSample.Linear, train, test, t => Epochs(t) with { Adversarial = new(AdversarialMethod.Pgd, 0.8, 1, 0.8) { RandomStart = false } }, seed).Dense;
        (double clean, double fgsm, double pgd) = Scores(natural, test, 0.8);
        Assert.True(clean > 0.98 && fgsm < 0.02 && fgsm == pgd, $"natural {clean} {fgsm} {pgd}");
        (clean, fgsm, pgd) = Scores(robust, test, 0.8);
        output.WriteLine($"robust {clean} {fgsm} {pgd}");
        Assert.True(pgd > 0.92 && fgsm == pgd && clean - pgd < 0.03, $"robust {clean} {fgsm} {pgd}");
    }

    private static (double Clean, double Fgsm, double Pgd) Scores(TrainedNetwork network, SequenceDataset test, double epsilon)
    {
        using var model = RobustSample.Model(Devices.Get("cpu"), network, 100, test);
        var fgsm = RobustEvaluation.Run(model, test, test.Count, new(AttackKind.Fgsm, epsilon), 1, null);
        var pgd = RobustEvaluation.Run(model, test, test.Count, new(AttackKind.Pgd, epsilon) { Steps = 7, StepSize = epsilon / 3 }, 1, null);
        return (fgsm.CleanAccuracy, fgsm.Accuracy, pgd.Accuracy);
    }

    private static LayerDescription[] Blocks() => [RobustSample.Pictures[0], RobustSample.Pictures[1], RobustSample.Pictures[2].WithBlockSize(2), RobustSample.Pictures[3]];

    private static TrainingSettings Change(string way, TrainingSettings t) => way switch
    {
        "pgd" => t with { Adversarial = Pgd },
        "trades" => t with { Adversarial = Pgd with { Method = AdversarialMethod.Trades } },
        "psat" => t with { Adversarial = Pgd with { Method = AdversarialMethod.Psat, Schedule = ThresholdSchedule.Linear } },
        "hsat" => t with { Adversarial = Pgd with { Method = AdversarialMethod.Hsat, FirstThreshold = 0.3 } },
        "dynamic" => t with { Adversarial = Pgd with { Method = AdversarialMethod.Dynamic, FirstThreshold = 0.5, FinalThreshold = 0 } },
        "hybrid" => t with { Adversarial = Pgd with { CleanWeight = 0.5 }, Lasso = 0.1 },
        "noise" => t with { Adversarial = Pgd with { CleanWeight = 0.5 }, Noise = new(0.25, true), Lasso = 0.1 },
        "dnr" => t with { Method = CompressionMethod.Dnr, Adversarial = Pgd with { CleanWeight = 0.5 }, Noise = new(0.1, true), Dnr = new(0.3, PruningUnit.Weight, 0.5, 0.01) { Rho = 0.01 } },
        "dnr balanced" => t with { Method = CompressionMethod.Dnr, Dnr = new(0.3, PruningUnit.Weight, 0.5, 0.01) { Rho = 0.01, IsBalanced = true } },
        "dnr channels" => t with { Method = CompressionMethod.Dnr, Dnr = new(0.5, PruningUnit.Channel, 0.5, 0.01) },
        _ => t with { Method = CompressionMethod.Cap, Adversarial = Pgd, Cap = new(new(2, 0.01, 0.001), 0.5, 2, 1) },
    };

    private static float[] Pack(AdversarialSettings? settings) => Training.Pack(Training.Run(RobustSample.Pictures, Train, Test, t => t with { Adversarial = settings }).Dense);

    /// <summary>Of one batch at random weights.</summary>
    private static float[] Gradient(LayerDescription[] layers, AdversarialSettings? settings)
    {
        var ops = Devices.Get("cpu");
        using var model = RobustSample.Model(ops, Sample.Network(9, layers), 10, Train);
        int[] batch = RobustSample.All(Train)[..10];
        if (settings is null)
        {
            model.Forward(Train, batch, train: true);
            model.Backward();
        }
        else
        {
            using var objective = new AdversarialObjective(ops, model, settings, Train, 3, null);
            objective.Compute(batch, TrainingPhase.Dense, 0, 1);
        }
        var gradient = new float[model.Layout.Length];
        ops.Download(model.Gradient, gradient);
        return gradient;
    }
}
