using HwGen.Core.Design;
using HwGen.Frontend.Data;
using HwGen.Frontend.Robustness;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests.Robustness;

/// <summary>Where plain adversarial training learns to say the same of everything, a soft beginning finds the feature that stands.</summary>
public sealed class RescueTests(ITestOutputHelper output)
{
    private const int Epochs = 20, Batch = 100, Count = 1000;
    private const double Epsilon = 0.8, Rate = 0.01, Momentum = 0.9, Decay = 5e-4;

    [Fact]
    public void Compute_PerceptronOnTension_PsatIsRobustWherePgdCollapses()
    {
        var pgd = new AdversarialSettings(AdversarialMethod.Pgd, Epsilon, 7, Epsilon / 3);
        var psat = pgd with { Method = AdversarialMethod.Psat };
        var robust = new[] { pgd, psat }.Select(settings => new[] { 1, 2, 3 }.Select(seed => Robust(settings, seed)).ToArray()).ToArray();
        output.WriteLine($"seeds 1 to 3, accuracy under PGD-20: PGD-AT {string.Join(' ', robust[0])}, P-SAT {string.Join(' ', robust[1])}");
        Assert.True(robust[1].Order().ElementAt(1) > robust[0].Order().ElementAt(1) + 0.2);
    }

    /// <summary>By gradient descent with momentum, the product's loss and gradient.</summary>
    private static double Robust(AdversarialSettings settings, int seed)
    {
        SequenceDataset train = RobustSample.Tension(seed, Count, 3, 0.4), test = RobustSample.Tension(seed + 100, 500, 3, 0.4);
        var ops = Devices.Get("cpu");
        using var model = RobustSample.Model(ops, Initialization.Create(RobustSample.Perceptron, seed), Batch, train);
        using var objective = new AdversarialObjective(ops, model, settings, train, seed, null);
        float[] weights = new float[model.Layout.Length], velocity = new float[weights.Length], gradient = new float[weights.Length];
        ops.Download(model.Parameters, weights);
        for (int epoch = 0, step = 0; epoch < Epochs; epoch++)
        {
            var order = new RandomStream(seed, 5, epoch).Permutation(Count);
            for (int at = 0; at < Count; at += Batch, step++)
            {
                objective.Compute(order.AsSpan(at, Batch), TrainingPhase.Dense, step, settings.Threshold(epoch, Epochs));
                ops.Download(model.Gradient, gradient);
                double rate = epoch < 0.8 * Epochs ? Rate : Rate / 10;
                for (int i = 0; i < weights.Length; i++)
                {
                    velocity[i] = (float)(Momentum * velocity[i] + gradient[i] + Decay * weights[i]);
                    weights[i] -= (float)(rate * velocity[i]);
                }
                ops.Upload(model.Parameters, weights);
                model.Update();
            }
        }
        return RobustEvaluation.Run(model, test, test.Count, new(AttackKind.Pgd, Epsilon) { Steps = 20, StepSize = Epsilon / 8 }, seed, null).Accuracy;
    }
}
