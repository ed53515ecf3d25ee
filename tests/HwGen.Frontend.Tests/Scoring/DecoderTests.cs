using HwGen.Frontend.Scoring;

namespace HwGen.Frontend.Tests.Scoring;

public sealed class DecoderTests
{
    [Theory]
    [InlineData(1, 3, 0.5)]
    [InlineData(5, 1, 0.5)]
    [InlineData(5, 3, 0)]
    [InlineData(6, 3, 0.4)]
    [InlineData(6, 3, 1.5)]
    [InlineData(4, 4, 100)]
    public void BestLabels_RandomScores_MatchesAllPaths(int steps, int classes, double penalty)
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            var logits = Sample.Values(seed, steps * classes).Select(x => 3 * x).ToArray();
            var best = Paths.All(steps, classes).MaxBy(path => Paths.LogProbability(logits, classes, path) - penalty * (Paths.Merged(path).Length - 1))!;
            Assert.True(Paths.Merged(best).AsSpan().SequenceEqual(Decoder.BestLabels(logits, steps, classes, penalty)), $"seed {seed}");
        }
    }

    [Fact]
    public void BestLabels_Penalty_RemovesTheFlicker()
    {
        float[] logits = [2, 0, 0, 1, 2, 0, 0, 5, 0, 5];
        Assert.Equal([0, 1, 0, 1], Decoder.BestLabels(logits, 5, 2, 0));
        Assert.Equal([0, 1], Decoder.BestLabels(logits, 5, 2, 0.75));
    }

    [Fact]
    public void BestLabels_EqualScores_KeepsTheSmallestLabel() => Assert.Equal([0], Decoder.BestLabels(new float[12], 4, 3, 0));

    [Fact]
    public void BestPath_RepeatsAndBlanks_CollapsesAsCtcDoes()
    {
        byte[] path = [3, 0, 0, 3, 0, 1, 1, 3, 3, 2, 3];
        Assert.Equal([0, 0, 1, 2], Decoder.BestPath(OneHot(path, 4), path.Length, 4));
    }

    [Fact]
    public void BestPath_OnlyBlanks_IsEmpty() => Assert.Equal([], Decoder.BestPath(OneHot([2, 2], 3), 2, 3));

    [Fact]
    public void Decode_NoSteps_IsEmpty()
    {
        Assert.Equal([], Decoder.BestLabels([], 0, 3, 1));
        Assert.Equal([], Decoder.BestPath([], 0, 3));
    }

    [Fact]
    public void Decode_WrongArguments_Throws()
    {
        Assert.Throws<ArgumentException>(() => Decoder.BestPath(new float[5], 2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Decoder.BestPath(new float[258], 1, 258));
        Assert.Throws<ArgumentOutOfRangeException>(() => Decoder.BestLabels(new float[6], 2, 3, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Decoder.BestLabels(new float[6], 2, 3, double.NaN));
    }

    private static float[] OneHot(byte[] path, int classes) =>
        [.. path.SelectMany(label => Enumerable.Range(0, classes).Select(c => c == label ? 1f : 0f))];
}
