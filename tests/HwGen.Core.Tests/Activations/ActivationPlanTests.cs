using System.Numerics;
using HwGen.Core.Activations;
using HwGen.Core.Numerics;

namespace HwGen.Core.Tests.Activations;

public sealed class ActivationPlanTests
{
    public static TheoryData<ActivationFunction, int, int, int> Formats()
    {
        var data = new TheoryData<ActivationFunction, int, int, int>();
        foreach (ActivationFunction function in Enum.GetValues<ActivationFunction>())
        {
            foreach (int bits in new[] { 4, 5, 6, 8, 10, 12, 13 })
                for (int frac = 0; frac <= 14; frac++) data.Add(function, bits, frac, 32);
            foreach (int frac in new[] { 0, 9, 14 })
                foreach (int bits in new[] { 16, 18 }) data.Add(function, bits, frac, 32);
            foreach (int segments in new[] { 2, 4, 8, 16, 64, 256 })
                foreach (int bits in new[] { 4, 8, 12 })
                    foreach (int frac in new[] { 0, 3, 5, 8 }) data.Add(function, bits, frac, segments);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Evaluate_EveryWord_MatchesNaiveTwinAndStaysWithinMaxError(ActivationFunction function, int bits, int frac, int segments)
    {
        ActivationPlan plan = Build(function, bits, frac, segments);
        for (long raw = plan.Input.Min; raw <= plan.Input.Max; raw++)
        {
            long y = plan.Evaluate(raw);
            Assert.Equal(Twin(plan, segments, raw), y);
            double error = Math.Abs(plan.Output.ToDouble(y) - Exact(function, plan.Input.ToDouble(raw)));
            Assert.True(error <= plan.MaxError + 1e-15, $"word {raw}: {error} > {plan.MaxError}");
            Assert.InRange(y, plan.Output.Min, plan.Output.Max);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Evaluate_NegatedWord_IsSymmetric(ActivationFunction function, int bits, int frac, int segments)
    {
        ActivationPlan plan = Build(function, bits, frac, segments);
        long one = plan.Output.Max + 1;
        for (long raw = 1; raw <= plan.Input.Max; raw++)
            Assert.Equal(function == ActivationFunction.Sigmoid ? one - plan.Evaluate(raw) : -plan.Evaluate(raw), plan.Evaluate(-raw));
    }

    [Theory]
    [InlineData(ActivationFunction.Sigmoid)]
    [InlineData(ActivationFunction.Tanh)]
    public void MaxError_TwelveBits_IsBelowOneThousandth(ActivationFunction function) =>
        Assert.True(Build(function, 12, 8, 32).MaxError < 0.001, $"{Build(function, 12, 8, 32).MaxError}");

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    public void ActivationPlan_NoPowerOfTwo_Throws(int segments) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Build(ActivationFunction.Tanh, 12, 8, segments));

    /// <summary>Chord error w²/16·max|f''|, half an output ulp, the tables' own rounding (under half an ulp), and what lies beyond the
    /// table: 1 is no word, and the function is not yet 1.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void MaxError_AnyFormat_IsWithinTheDerivedBound(ActivationFunction function, int bits, int frac, int segments)
    {
        ActivationPlan plan = Build(function, bits, frac, segments);
        var (width, curvature, tail) = function == ActivationFunction.Sigmoid
            ? (8.0 / segments, 1 / (6 * Math.Sqrt(3)), 1 - Exact(function, 8)) : (4.0 / segments, 4 / (3 * Math.Sqrt(3)), 1 - Exact(function, 4));
        double chord = width * width / 16 * curvature, ulp = plan.Output.Ulp;
        Assert.True(plan.MaxError <= Math.Max(chord + ulp, Math.Max(ulp, tail)) + 1e-12, $"{plan.MaxError} > {chord} + {ulp}, {tail}");
    }

    private static ActivationPlan Build(ActivationFunction function, int bits, int frac, int segments) =>
        new(function, new FixedFormat(bits, frac), new FixedFormat(bits, bits - 1), segments);

    private static double Exact(ActivationFunction function, double x) =>
        function == ActivationFunction.Sigmoid ? 1 / (1 + Math.Exp(-x)) : Math.Tanh(x);

    /// <summary>The same by its definition: a segment's value is a fraction with one common denominator, rounded half up.</summary>
    private static long Twin(ActivationPlan plan, int segments, long raw)
    {
        BigInteger magnitude = BigInteger.Abs(raw), range = plan.Function == ActivationFunction.Sigmoid ? 8 : 4;
        BigInteger one = BigInteger.One << plan.Input.FracBits, result = plan.Output.Max;
        if (magnitude < range * one)
        {
            BigInteger words = BigInteger.Max(1, range * one / segments);          // of a segment
            int segment = (int)(magnitude / words);
            BigInteger rest = magnitude % words;
            int denominator = plan.Offset.FracBits + plan.Slope.FracBits + plan.Input.FracBits;
            BigInteger sum = ((BigInteger)plan.Offsets[segment] << (denominator - plan.Offset.FracBits))
                + ((plan.Slopes[segment] * rest) << plan.Offset.FracBits);
            BigInteger twice = 2 * sum * (plan.Output.Max + 1) + (BigInteger.One << denominator);
            BigInteger rounded = BigInteger.DivRem(twice, BigInteger.One << (denominator + 1), out BigInteger below);
            if (below < 0) rounded--;
            result = BigInteger.Clamp(rounded, plan.Output.Min, plan.Output.Max);
        }
        if (raw >= 0) return (long)result;
        return (long)(plan.Function == ActivationFunction.Sigmoid ? plan.Output.Max + 1 - result : -result);
    }
}
