using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Robustness;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests.Robustness;

public sealed class AttackTests(ITestOutputHelper output)
{
    private const int Seed = 41;
    private const double Epsilon = 0.1;

    private static readonly SequenceDataset Pictures = RobustSample.PictureData(Seed, 40);
    private static readonly TrainedNetwork Network = ImageSample.Network(Seed, RobustSample.Pictures);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void Ascend_AnySteps_StaysInTheBallAndBetweenTheEnds(int steps)
    {
        using var model = RobustSample.Model(Devices.Get("cpu"), Network, Pictures.Count, Pictures);
        var batch = Loaded();
        new GradientAttack(model).Ascend(batch, steps, 1, StopRule.Never, slot => new(Seed, 1, slot));
        // ε of a range of 4; a bound and a point are each rounded once, at values up to 4.
        double bound = 4 * Epsilon + 2 * 4 * Sample.Unit, farthest = 0;
        foreach (int slot in batch.Slots)
            for (int i = 0; i < batch.Point(slot).Length; i++)
            {
                Assert.InRange(batch.Point(slot)[i], -1f, 3f);
                farthest = Math.Max(farthest, Math.Abs((double)batch.Point(slot)[i] - Pictures.Sequence(slot)[i]));
            }
        Assert.InRange(farthest, 3.9 * Epsilon, bound);
    }

    [Fact]
    public void Ascend_OneLongStepWithoutStart_IsFgsmBitwise()
    {
        using var model = RobustSample.Model(Devices.Get("cpu"), Network, Pictures.Count, Pictures);
        PerturbedBatch fgsm = Loaded(), pgd = Loaded();
        new GradientAttack(model).Ascend(fgsm, 1, 1, StopRule.Never, null);
        new GradientAttack(model).Ascend(pgd, 1, 3, StopRule.Never, null);
        Assert.All(fgsm.Slots, slot => Assert.Equal(fgsm.Point(slot).ToArray(), pgd.Point(slot).ToArray()));
        Assert.NotEqual(fgsm.Point(0).ToArray(), Pictures.Sequence(0).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_LinearNetwork_AllAttacksLeaveTheClosedForm(int seed)
    {
        output.WriteLine($"seed {seed}");
        var data = RobustSample.Tension(seed, 300, 1, 0.4);
        var network = Sample.Network(seed, RobustSample.Linear);
        var w = ((DenseWeights)network.Weights[1]).Weight;
        double[] towards = [.. Enumerable.Range(0, RobustSample.Features).Select(f => (double)w[1, f] - w[0, f])];
        var bias = ((DenseWeights)network.Weights[1]).Bias;
        using var model = RobustSample.Model(Devices.Get("cpu"), network, 64, data);
        foreach (double epsilon in new[] { 0.02, 0.1, 0.3 })
        {
            double reach = epsilon * towards.Sum(Math.Abs);
            double[] margins = [.. Enumerable.Range(0, data.Count).Select(i => (data.AllLabels[i] == 1 ? 1 : -1)
                * (data.Sequence(i).ToArray().Zip(towards, (x, v) => x * v).Sum() + bias[1] - bias[0]) - reach)];
            Assert.DoesNotContain(margins, m => Math.Abs(m) < 1e-4);     // no float can decide otherwise
            double expected = margins.Count(m => m > 0) / (double)data.Count;
            foreach (var plan in new AttackPlan[] { new(AttackKind.Fgsm, epsilon), new(AttackKind.Pgd, epsilon) { Steps = 7, StepSize = epsilon / 3 } })
                Assert.Equal(expected, RobustEvaluation.Run(model, data, data.Count, plan, seed, null).Accuracy);
        }
    }

    [Fact]
    public void Run_MoreRestarts_NeverRaisesAccuracyAndNoneDependsOnTheBatch()
    {
        using var small = RobustSample.Model(Devices.Get("cpu"), Network, 7, Pictures);
        using var large = RobustSample.Model(Devices.Get("cpu"), Network, 40, Pictures);
        double last = 1;
        var seen = new List<double>();
        for (int restarts = 1; restarts <= 4; restarts++)
        {
            var plan = new AttackPlan(AttackKind.Pgd, 0.004) { Steps = 3, StepSize = 0.002, Restarts = restarts };
            var result = RobustEvaluation.Run(large, Pictures, 40, plan, Seed, null);
            Assert.True(result.Accuracy <= last);
            Assert.True(result.Accuracy <= result.CleanAccuracy);
            Assert.Equal(result.Accuracy, RobustEvaluation.Run(small, Pictures, 40, plan, Seed, null).Accuracy);
            seen.Add(last = result.Accuracy);
        }
        output.WriteLine(string.Join(' ', seen));
    }

    [Theory]
    [InlineData(AttackKind.Fgsm)]
    [InlineData(AttackKind.Pgd)]
    [InlineData(AttackKind.Square)]
    public void Run_TrainedNetwork_ExamplesShowWhatTheScoreSays(AttackKind kind)
    {
        var network = Trained();
        using var model = RobustSample.Model(Devices.Get("cpu"), network, 40, Pictures);
        var result = RobustEvaluation.Run(model, Pictures, 40, new(kind, 0.15), Seed, null);
        output.WriteLine($"{kind}: clean {result.CleanAccuracy}, attacked {result.Accuracy}");
        Assert.True(result.CleanAccuracy > 0.9);
        Assert.True(result.Accuracy < result.CleanAccuracy);
        Assert.Equal(result.Accuracy, Evaluation.Accuracy(model, result.Examples));
        // A ball of the whole range leaves nothing to tell by gradients.
        var all = RobustEvaluation.Run(model, Pictures, 40, new(kind, 1) { StepSize = 0.1 }, Seed, null);
        Assert.InRange(all.Accuracy, 0, kind == AttackKind.Pgd ? 0.05 : result.Accuracy);
    }

    [Fact]
    public void Stationarity_LinearNetworkAtTheVertex_IsZero()
    {
        var data = RobustSample.Tension(Seed, 20, 1, 0.4);
        using var model = RobustSample.Model(Devices.Get("cpu"), Sample.Network(Seed, RobustSample.Linear), 20, data);
        var batch = new PerturbedBatch(data, 20, 0.5);
        batch.Load(RobustSample.All(data));
        var attack = new GradientAttack(model);
        var gradient = new float[RobustSample.Features];
        for (int pass = 0; pass < 2; pass++)
        {
            model.Forward(batch, batch.Slots);
            model.BackwardToInputs();
            foreach (int slot in batch.Slots)
            {
                model.InputGradient(slot, gradient);
                double reach = 0.5 * gradient.Sum(g => Math.Abs((double)g)), c = batch.Stationarity(slot, gradient);
                // At the input itself it is ε‖g‖₁; at the vertex 0, but for a point's rounding at values up to 4.
                if (pass == 0) Assert.Equal(reach, c, 1e-9);
                else Assert.InRange(Math.Abs(c), 0, reach * 4 * Sample.Unit / 0.5);
                Assert.True(reach > 1e-6);
            }
            attack.Ascend(batch, 1, 1, StopRule.Never, null);
        }
    }

    [Fact]
    public void Ascend_StationarityThresholdOfZero_IsPlainPgdBitwise()
    {
        using var model = RobustSample.Model(Devices.Get("cpu"), Network, Pictures.Count, Pictures);
        PerturbedBatch plain = Loaded(), open = Loaded(), closed = Loaded();
        foreach (var (batch, rule) in new[] { (plain, StopRule.Never), (open, new StopRule(StopKind.Stationarity, 0)), (closed, new(StopKind.Stationarity, 1e9)) })
            new GradientAttack(model).Ascend(batch, 4, 0.3, rule, null);
        Assert.All(plain.Slots, slot => Assert.Equal(plain.Point(slot).ToArray(), open.Point(slot).ToArray()));
        Assert.All(closed.Slots, slot => Assert.Equal(Pictures.Sequence(slot).ToArray(), closed.Point(slot).ToArray()));
    }

    [Fact]
    public void Ascend_HigherLambda_TakesNoFewerStepsAndStopsAfterTheFirstExcess()
    {
        using var model = RobustSample.Model(Devices.Get("cpu"), Trained(), Pictures.Count, Pictures);
        var taken = new List<long>();
        foreach (var kind in new[] { StopKind.ProbabilityGap, StopKind.Curvature })
        {
            taken.Clear();
            foreach (double lambda in new[] { -1.0, -0.5, 0, 0.3, 0.7, 1 })
            {
                var attack = new GradientAttack(model);
                attack.Ascend(Loaded(), 6, 0.3, new(kind, lambda), slot => new(Seed, 2, slot));
                taken.Add(attack.StepsTaken);
            }
            output.WriteLine($"{kind}: {string.Join(' ', taken)}");
            Assert.Equal((0, 6 * Pictures.Count), (taken[0], taken[^1]));
            Assert.Equal(taken.Order(), taken);
            Assert.True(taken.Distinct().Count() > 3, "the check must be able to fail");
        }

        // λ = 0: step by step, an input that moved was right before it did.
        var stepped = Loaded();
        int moved = 0, stayed = 0;
        for (int step = 0; step < 6; step++)
        {
            model.Forward(stepped, stepped.Slots);
            bool[] right = [.. stepped.Slots.Select(slot => model.Predicted(slot) == stepped.Labels(slot)[0])];
            float[][] before = [.. stepped.Slots.Select(slot => stepped.Point(slot).ToArray())];
            new GradientAttack(model).Ascend(stepped, 1, 0.5, new(StopKind.ProbabilityGap, 0), null);
            foreach (int slot in stepped.Slots)
                if (before[slot].SequenceEqual(stepped.Point(slot).ToArray())) stayed++;
                else
                {
                    Assert.True(right[slot]);
                    moved++;
                }
        }
        Assert.True(moved > 40 && stayed > 20, $"{moved} moved, {stayed} stayed");
    }

    [Fact]
    public void ProbabilityGap_RandomOutputs_IsAboveZeroExactlyWhereTheLabelIsNotNamed()
    {
        var values = Sample.Values(Seed, 400);
        foreach (var logits in values.Chunk(4))
            for (int label = 0; label < 4; label++)
            {
                double gap = StopRule.ProbabilityGap(StopRule.Probabilities([.. logits.Select(v => 9 * v)]), label);
                Assert.InRange(gap, -1, 1);
                Assert.Equal(Array.IndexOf(logits, logits.Max()) != label, gap > 0);
            }
    }

    private static PerturbedBatch Loaded()
    {
        var batch = new PerturbedBatch(Pictures, Pictures.Count, Epsilon);
        batch.Load(RobustSample.All(Pictures));
        return batch;
    }

    /// <summary>Trained on the pictures it is tested with: all that matters here is that it knows them.</summary>
    private static TrainedNetwork Trained() => TrainedOnce.Value;

    private static readonly Lazy<TrainedNetwork> TrainedOnce = new(() => Training.Run(RobustSample.Pictures, Pictures, Pictures, t => t).Dense);
}
