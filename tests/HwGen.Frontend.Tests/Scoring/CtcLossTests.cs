using HwGen.Frontend.Scoring;

namespace HwGen.Frontend.Tests.Scoring;

public sealed class CtcLossTests
{
    /// <summary>Sums of some hundred rounded doubles: far above their error, far below what a wrong path would change.</summary>
    private const double Exact = 1e-12;

    public static TheoryData<int, int, byte[]> SmallCases => new()
    {
        { 1, 3, [] },
        { 1, 3, [1] },
        { 3, 1, [] },
        { 4, 3, [] },
        { 3, 3, [0, 0] },
        { 5, 3, [0, 0] },
        { 5, 3, [0, 1] },
        { 5, 4, [2, 0, 2] },
        { 6, 3, [1, 1, 0] },
        { 6, 4, [0, 1, 2, 0] },
    };

    [Theory]
    [MemberData(nameof(SmallCases))]
    public void Compute_SmallCase_MatchesAllPaths(int steps, int classes, byte[] symbols)
    {
        const int seed = 7;
        var logits = Logits(seed, steps * classes);
        var gradient = new float[logits.Length];
        double loss = CtcLoss.Compute(logits, steps, classes, symbols, gradient);

        var matching = Paths.All(steps, classes).Where(path => Paths.Merged(path).Where(c => c != classes - 1).SequenceEqual(symbols))
            .Select(path => (Path: path, P: Math.Exp(Paths.LogProbability(logits, classes, path)))).ToArray();
        double p = matching.Sum(m => m.P);
        Assert.Equal(-Math.Log(p), loss, Exact);

        for (int t = 0; t < steps; t++)
            for (int c = 0; c < classes; c++)
            {
                double there = matching.Where(m => m.Path[t] == c).Sum(m => m.P) / p;
                double softmax = Math.Exp(Paths.LogProbability(logits[(t * classes)..((t + 1) * classes)], classes, [(byte)c]));
                // The difference of two shares, rounded to float once.
                Assert.Equal(softmax - there, gradient[t * classes + c], Sample.Unit + Exact);
            }
    }

    [Theory]
    [InlineData(12, 5, new byte[] { 0, 3, 3, 1 })]
    [InlineData(30, 9, new byte[] { 1, 2, 3, 4, 5, 5, 6, 7, 0, 0 })]
    public void Compute_Gradient_MatchesDifferences(int steps, int classes, byte[] symbols)
    {
        const int seed = 11;
        const float h = 1f / 256;
        var logits = Logits(seed, steps * classes);
        float[] gradient = new float[logits.Length], unused = new float[logits.Length];
        CtcLoss.Compute(logits, steps, classes, symbols, gradient);
        for (int i = 0; i < logits.Length; i++)
        {
            float[] above = [.. logits], below = [.. logits];
            above[i] += h;
            below[i] -= h;
            double difference = (CtcLoss.Compute(above, steps, classes, symbols, unused) - CtcLoss.Compute(below, steps, classes, symbols, unused))
                / ((double)above[i] - below[i]);
            // A central difference is off by h²/6 of the third derivative, a third cumulant of a 0-or-1 variable less another: below 1/5 together.
            Assert.Equal(difference, gradient[i], h * h / 30 + 2 * Sample.Unit);
        }
    }

    [Fact]
    public void Compute_LongSequence_StaysFiniteAndSumsToZero()
    {
        const int steps = 3000, classes = 40, seed = 13;
        var logits = Logits(seed, steps * classes);
        byte[] symbols = [.. Enumerable.Range(0, 500).Select(i => (byte)(i * 7 % 39))];
        var gradient = new float[logits.Length];
        double loss = CtcLoss.Compute(logits, steps, classes, symbols, gradient);
        Assert.InRange(loss, 1, steps * (Math.Log(classes) + 6));
        AssertSumsToZero(gradient, classes);
    }

    [Fact]
    public void Compute_ExtremeLogits_StaysFinite()
    {
        // Every step but one is sure of the blank: e^-900 is below the smallest double.
        const int steps = 50, classes = 3;
        var logits = new float[steps * classes];
        for (int t = 0; t < steps; t++) logits[t * classes + 2] = 900;
        var gradient = new float[logits.Length];
        double loss = CtcLoss.Compute(logits, steps, classes, [0, 1], gradient);
        // Any two steps in order.
        Assert.Equal(1800 - Math.Log(steps * (steps - 1) / 2), loss, 1e-9);
        AssertSumsToZero(gradient, classes);
    }

    [Fact]
    public void Compute_SureOfTheSymbols_IsZero()
    {
        float[] logits = [100, 0, 0, 0, 0, 100, 0, 100, 0];
        var gradient = new float[9];
        Assert.Equal(0, CtcLoss.Compute(logits, 3, 3, [0, 1], gradient), Exact);
        Assert.All(gradient, g => Assert.Equal(0, g, Sample.Unit));
    }

    [Fact]
    public void Compute_NoStepsNoSymbols_IsZero() => Assert.Equal(0, CtcLoss.Compute([], 0, 3, [], []));

    [Theory]
    [InlineData(0, new byte[] { 0 })]
    [InlineData(1, new byte[] { 0, 1 })]
    [InlineData(2, new byte[] { 1, 1 })]
    [InlineData(4, new byte[] { 1, 1, 1 })]
    public void Compute_TooFewSteps_IsInfiniteWithoutGradient(int steps, byte[] symbols)
    {
        float[] gradient = [.. Enumerable.Repeat(5f, steps * 3)];
        Assert.Equal(double.PositiveInfinity, CtcLoss.Compute(new float[steps * 3], steps, 3, symbols, gradient));
        Assert.All(gradient, g => Assert.Equal(0, g));
    }

    [Fact]
    public void Compute_WrongArguments_Throws()
    {
        Assert.Throws<ArgumentException>(() => CtcLoss.Compute(new float[5], 2, 3, [], new float[6]));
        Assert.Throws<ArgumentException>(() => CtcLoss.Compute(new float[6], 2, 3, [], new float[5]));
        Assert.Throws<ArgumentException>(() => CtcLoss.Compute(new float[6], 2, 3, [2], new float[6]));
    }

    private static float[] Logits(int seed, int count) => [.. Sample.Values(seed, count).Select(x => 3 * x)];

    private static void AssertSumsToZero(float[] gradient, int classes)
    {
        foreach (var step in gradient.Chunk(classes))
        {
            Assert.All(step, g => Assert.InRange(g, -1, 1));
            // Each is a share below 1 rounded to float; before that the shares add up to 1 but for the doubles' error.
            Assert.Equal(0, step.Sum(g => (double)g), classes * Sample.Unit);
        }
    }
}
