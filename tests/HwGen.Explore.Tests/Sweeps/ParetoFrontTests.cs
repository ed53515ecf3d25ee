using HwGen.Core.Design;
using HwGen.Explore.Sweeps;

namespace HwGen.Explore.Tests.Sweeps;

public sealed class ParetoFrontTests
{
    [Theory]
    [InlineData(1, 300, 1000)]
    [InlineData(2, 2000, 1_000_000)]
    [InlineData(2, 2000, 20)]
    [InlineData(3, 2000, 1_000_000)]
    [InlineData(3, 2000, 6)]
    [InlineData(5, 1500, 8)]
    public void Of_RandomCosts_EqualsBruteForce(int goals, int count, int distinct)
    {
        var random = new Random(goals * distinct);
        double[] costs = [.. Enumerable.Range(0, goals * count).Select(_ => random.Next(50) == 0 ? double.NaN : random.Next(distinct))];

        bool[] front = ParetoFront.Of(costs, goals);

        Assert.Equal([.. Enumerable.Range(0, count).Select(p => Whole(p) && !Enumerable.Range(0, count).Any(q => Whole(q) && Beats(q, p)))], front);
        Assert.Contains(true, front);

        bool Whole(int p) => !costs.Skip(p * goals).Take(goals).Any(double.IsNaN);

        bool Beats(int q, int p)
        {
            bool better = false;
            for (int g = 0; g < goals; g++)
            {
                if (costs[q * goals + g] > costs[p * goals + g]) return false;
                better |= costs[q * goals + g] < costs[p * goals + g];
            }
            return better;
        }
    }

    [Fact]
    public void Of_FigureThatNoPointHas_IsLeftOut()
    {
        PointFigures?[] points =
        [
            new() { Accuracy = 0.9, CyclesPerFrame = 100 }, new() { Accuracy = 0.8, CyclesPerFrame = 50 },
            new() { Accuracy = 0.8, CyclesPerFrame = 60 }, new() { Accuracy = 0.99 }, null,
        ];

        Assert.Equal([true, true, false, false, false], ParetoFront.Of(points, [FigureName.Accuracy, FigureName.CyclesPerFrame, FigureName.Dsp]));
    }

    [Fact]
    public void Of_BothAccuracies_AreBetterWhenLarger()
    {
        PointFigures natural = new() { Accuracy = 0.9, RobustAccuracy = 0.1, EnergyPerFrameNanojoule = 5 };

        Assert.Equal([true, true, false], ParetoFront.Of([natural, natural with { Accuracy = 0.8, RobustAccuracy = 0.6 }, natural with { RobustAccuracy = 0 }],
            [FigureName.Accuracy, FigureName.RobustAccuracy, FigureName.EnergyPerFrameNanojoule]));
    }

    [Fact]
    public void Of_NoFigures_IsEmpty() => Assert.Equal([false, false], ParetoFront.Of([null, new()], FigureName.DefaultFront));
}
