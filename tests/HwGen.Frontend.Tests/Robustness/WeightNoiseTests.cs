using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Robustness;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests.Robustness;

public sealed class WeightNoiseTests(ITestOutputHelper output)
{
    private const int Seed = 81;

    private static readonly SequenceDataset Train = RobustSample.PictureData(Seed, 60), Test = RobustSample.PictureData(Seed + 1, 60);
    private static readonly AdversarialSettings Hybrid = new(AdversarialMethod.Pgd, 0.1, 3, 0.05) { CleanWeight = 0.5 };

    [Fact]
    public void Draw_ScalesOfZero_LeavesTheNetworkBitwise()
    {
        using var model = RobustSample.Model(Devices.Get("cpu"), ImageSample.Network(Seed, RobustSample.Pictures), Train.Count, Train);
        using var noise = new WeightNoise(Devices.Get("cpu"), model, Seed);
        float[] plain = Outputs(model), silent = Drawn(noise, model, 0);
        Assert.Equal(plain, silent);
        Upload(noise, 0.3f);
        float[] noisy = Drawn(noise, model, 0);
        Assert.NotEqual(plain, noisy);
        Assert.Equal(noisy, Drawn(noise, model, 0));
        Assert.NotEqual(noisy, Drawn(noise, model, 1));
        noise.Silence();
        Assert.Equal(plain, Outputs(model));
    }

    [Fact]
    public void Collect_FrozenDraw_MatchesFiniteDifferences()
    {
        output.WriteLine($"seed {Seed}");
        var ops = Devices.Get("cpu");
        using var model = RobustSample.Model(ops, ImageSample.Network(Seed, RobustSample.Pictures), Train.Count, Train);
        using var noise = new WeightNoise(ops, model, Seed);
        float[] alpha = [.. Enumerable.Repeat(0.25f, noise.Channels)];
        double before = Loss(alpha);
        model.Backward();
        noise.Collect(model.Gradient, 1);
        var gradient = new float[noise.Channels];
        ops.Download(noise.Gradient, gradient);
        // Along the gradient, where a float loss tells most: it is off by 1e-6 over the step, and by rectifiers that turn.
        double squares = gradient.Sum(g => (double)g * g), norm = Math.Sqrt(squares);
        const double step = 4e-3;
        double difference = (Loss(Moved(step)) - Loss(Moved(-step))) / (2 * step) * norm;
        output.WriteLine($"loss {before:F4}, difference {difference:E3}, gradient {squares:E3}");
        Assert.InRange(difference, 0.97 * squares - 1e-3 * norm, 1.03 * squares + 1e-3 * norm);
        Assert.True(norm > 0.01, "the check must be able to fail");

        float[] Moved(double by) => [.. alpha.Zip(gradient, (a, g) => (float)(a + by * g / norm))];

        double Loss(float[] scales)
        {
            ops.Upload(noise.Alpha, scales);
            noise.Begin(3);
            noise.Draw();
            return model.Forward(Train, RobustSample.All(Train)).Loss / Train.Count;
        }
    }

    [Fact]
    public void Normal_ManyNumbers_HaveTheMomentsOfANormalDistribution()
    {
        output.WriteLine($"seed {Seed}");
        var values = new float[40_001];
        new RandomStream(Seed, 0, 0).Normal(values);
        double n = values.Length, mean = values.Average(), variance = values.Average(v => (double)v * v) - mean * mean;
        double fourth = values.Average(v => Math.Pow(v, 4));
        Assert.InRange(mean, -4 / Math.Sqrt(n), 4 / Math.Sqrt(n));
        Assert.InRange(variance, 1 - 4 * Math.Sqrt(2 / n), 1 + 4 * Math.Sqrt(2 / n));
        Assert.InRange(fourth, 3 - 4 * Math.Sqrt(96 / n), 3 + 4 * Math.Sqrt(96 / n));
    }

    [Fact]
    public void Run_NoNoiseNoLasso_IsHybridTrainingBitwise()
    {
        float[] hybrid = Pack(t => t with { Adversarial = Hybrid });
        Assert.Equal(hybrid, Pack(t => t with { Adversarial = Hybrid, Noise = new(0, false) }));
        Assert.NotEqual(hybrid, Pack(t => t with { Adversarial = Hybrid, Noise = new(0.1, false) }));
        Assert.NotEqual(hybrid, Pack(t => t with { Adversarial = Hybrid, Lasso = 0.01 }));
    }

    [Fact]
    public void Run_LargerLasso_LeavesFewerWeights()
    {
        var left = new List<int>();
        foreach (double lasso in new[] { 0, 0.05, 0.3, 1, 1000 })
            left.Add(Training.Run(RobustSample.Pictures, Train, Test, t => t with { Lasso = lasso }).Dense.Weights.SelectMany(w => w.Matrices).Sum(m => m.FirstColumns.Count(v => v != 0)));
        output.WriteLine(string.Join(' ', left));
        Assert.Equal(left.OrderDescending(), left);
        Assert.Equal(0, left[^1]);
        Assert.True(left[1] < left[0] && left[2] > 0);
    }

    [Fact]
    public void Shrink_AnyValues_IsTheSoftThreshold()
    {
        var ops = Devices.Get("cpu");
        float[] values = [.. Sample.Values(Seed, 3000), 0f, 0.25f, -0.25f];
        using var tensor = ops.Allocate(values);
        ops.Shrink(tensor, 5, values.Length - 5, 0.25);
        var shrunk = new float[values.Length];
        ops.Download(tensor, shrunk);
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(i < 5 ? values[i] : MathF.Sign(values[i]) * MathF.Max(MathF.Abs(values[i]) - 0.25f, 0), shrunk[i]);
    }

    [Fact]
    public void Run_WithoutAttacks_ShrinksTheNoise()
    {
        float[] clean = Training.Run(RobustSample.Pictures, Train, Test, t => t with { Noise = new(0.25, true), Dense = new(10, 0.02, 0.002) }).Noise!;
        output.WriteLine($"clean training: mean |α| {clean.Average(Math.Abs)} from 0.25");
        Assert.Equal(6 + 8 + 3, clean.Length);
        Assert.True(clean.Average(Math.Abs) < 0.2);
    }

    [Fact]
    public void Run_NoisyNetwork_AveragedGradientsAttackNoWorse()
    {
        var outcome = Training.Run(RobustSample.Pictures, Train, Test, t => t with { Adversarial = Hybrid, Noise = new(0.25, true) });
        var plan = new AttackPlan(AttackKind.Pgd, 0.15) { Steps = 7, StepSize = 0.05 };
        using var model = RobustSample.Model(Devices.Get("cpu"), outcome.Dense, Test.Count, Test);
        using var noise = new WeightNoise(Devices.Get("cpu"), model, Seed);
        Devices.Get("cpu").Upload(noise.Alpha, outcome.Noise);
        double off = RobustEvaluation.Run(model, Test, 60, plan, Seed, null).Accuracy, on = Mean(plan), averaged = Mean(plan with { Draws = 8 });
        output.WriteLine($"noise off {off:F3}, on {on:F3}, on with averaged gradients {averaged:F3}");
        // Eight seeds of 60 pictures: a share is off by at most 0.5 / √480 in one standard deviation.
        Assert.True(averaged <= on + 3 * 0.5 / Math.Sqrt(480));
        Assert.True(RobustEvaluation.Run(outcome.Dense, Test, 60, plan with { Epsilon = 1, StepSize = 0.2 }, Seed, "cpu", outcome.Noise).Accuracy < 0.1);

        double Mean(AttackPlan p) => Enumerable.Range(0, 8).Average(s => RobustEvaluation.Run(model, Test, 60, p, Seed + s, noise).Accuracy);
    }

    private static float[] Pack(Func<TrainingSettings, TrainingSettings> change) => Training.Pack(Training.Run(RobustSample.Pictures, Train, Test, change).Dense);

    private static void Upload(WeightNoise noise, float scale) => Devices.Get("cpu").Upload(noise.Alpha, [.. Enumerable.Repeat(scale, noise.Channels)]);

    private static float[] Drawn(WeightNoise noise, NetworkModel model, int step)
    {
        noise.Begin(step);
        noise.Draw();
        return Outputs(model);
    }

    private static float[] Outputs(NetworkModel model)
    {
        model.Forward(Train, RobustSample.All(Train));
        return [.. RobustSample.All(Train).SelectMany(model.Outputs)];
    }
}
