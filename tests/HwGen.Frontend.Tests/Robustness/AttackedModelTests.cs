using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Robustness;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests.Robustness;

/// <summary>Attacks on a model that is not the network whose derivatives they take.</summary>
public sealed class AttackedModelTests(ITestOutputHelper output)
{
    private const int Seed = 47, Count = 40;

    private static readonly SequenceDataset Pictures = RobustSample.PictureData(Seed, Count);
    private static readonly TrainedNetwork Network = ImageSample.Network(Seed, RobustSample.Pictures);

    [Theory]
    [InlineData(AttackKind.Fgsm)]
    [InlineData(AttackKind.Pgd)]
    [InlineData(AttackKind.Square)]
    public void Run_ModelIsTheNetworkItself_AttacksAsWithout(AttackKind kind)
    {
        using var model = RobustSample.Model(Devices.Get("cpu"), Network, Count, Pictures);
        using var twin = RobustSample.Model(Devices.Get("cpu"), Network, Count, Pictures);
        var plan = new AttackPlan(kind, kind == AttackKind.Square ? 0.15 : 0.02) { Steps = 5, StepSize = 0.01, Queries = 30 };

        var without = RobustEvaluation.Run(model, Pictures, Count, plan, Seed, null);
        var with = RobustEvaluation.Run(model, Pictures, Count, plan, Seed, null, new(points => Outputs(twin, points), value => value));

        Assert.True(without.Accuracy < without.CleanAccuracy);
        Assert.Equal((without.CleanAccuracy, without.Accuracy), (with.CleanAccuracy, with.Accuracy));
        // Gradients are rounded elsewhere: a sign may differ where one is 0 but for rounding.
        int different = without.Examples.Inputs.Zip(with.Examples.Inputs).Count(p => p.First != p.Second);
        output.WriteLine($"{different} of {without.Examples.Inputs.Length} values differ");
        Assert.InRange(different, 0, kind == AttackKind.Square ? 0 : without.Examples.Inputs.Length / 100);
    }

    [Theory]
    [InlineData(AttackKind.Fgsm)]
    [InlineData(AttackKind.Pgd)]
    [InlineData(AttackKind.Square)]
    public void Run_CoarseModel_ItsVerdictAloneCounts(AttackKind kind)
    {
        using var model = RobustSample.Model(Devices.Get("cpu"), Network, Count, Pictures);
        using var twin = RobustSample.Model(Devices.Get("cpu"), Network, Count, Pictures);
        // Many outputs are equal.
        var coarse = new AttackedModel(points => [.. Outputs(twin, points).Select(o => o.Select(v => MathF.Round(2 * v) / 2).ToArray())], value => MathF.Round(8 * value) / 8);

        var result = RobustEvaluation.Run(model, Pictures, Count, new(kind, 0.02) { Steps = 5, StepSize = 0.01, Queries = 30 }, Seed, null, coarse);
        var replayed = RobustEvaluation.Replay(coarse, Pictures, Count, result);

        output.WriteLine($"{kind}: clean {result.CleanAccuracy}, attacked {result.Accuracy}");
        Assert.True(result.Accuracy < result.CleanAccuracy);
        Assert.NotEqual(Evaluation.Accuracy(model, Pictures), result.CleanAccuracy);
        Assert.Equal((result.CleanAccuracy, result.Accuracy), (replayed.CleanAccuracy, replayed.Accuracy));
        Assert.Equal(replayed.Images / 2, RobustEvaluation.Replay(coarse, Pictures, Count / 2, result).Images);
    }

    [Fact]
    public void Margin_EqualOutputs_TheFirstIsNamed()
    {
        Assert.Equal(0, RobustEvaluation.Margin([1, 3, 3], 1));
        Assert.True(RobustEvaluation.Margin([1, 3, 3], 2) < 0);
        Assert.Equal(-2, RobustEvaluation.Margin([1, 3, 3], 0));
    }

    private static float[][] Outputs(NetworkModel model, IReadOnlyList<float[]> points)
    {
        var data = new SequenceDataset(points.Count, Pictures.Steps, Pictures.InputSize, Pictures.Classes, [.. points.SelectMany(p => p)], new byte[points.Count]);
        model.Forward(data, RobustSample.All(data));
        return [.. RobustSample.All(data).Select(model.Outputs)];
    }
}
