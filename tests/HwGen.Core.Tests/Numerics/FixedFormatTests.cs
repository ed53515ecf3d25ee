using System.Numerics;
using HwGen.Core.Numerics;

namespace HwGen.Core.Tests.Numerics;

public sealed class FixedFormatTests
{
    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(1.5, 2)]
    [InlineData(2.5, 2)]
    [InlineData(-0.5, 0)]
    [InlineData(-1.5, -2)]
    [InlineData(-2.5, -2)]
    public void Quantize_Tie_GoesToEven(double ulps, long raw) => Assert.Equal(raw, new FixedFormat(8, 3).Quantize(ulps / 8));

    [Theory]
    [InlineData(4, 3)]
    [InlineData(12, 20)]
    [InlineData(18, -5)]
    [InlineData(63, 0)]
    public void Quantize_OutsideRange_Saturates(int width, int frac)
    {
        var format = new FixedFormat(width, frac);
        Assert.Equal(format.Max, format.Quantize(format.ToDouble(format.Max) * 1.5));
        Assert.Equal(format.Min, format.Quantize(format.ToDouble(format.Min) * 1.5));
        Assert.Equal(format.Max, format.Quantize(double.PositiveInfinity));
        Assert.Equal(format.Min, format.Quantize(double.NegativeInfinity));
        Assert.Equal(format.Max, format.Saturate(long.MaxValue));
        Assert.Equal(format.Min, format.Saturate(long.MinValue));
    }

    [Fact]
    public void Quantize_NaN_Throws() => Assert.Throws<ArgumentException>(() => new FixedFormat(12, 8).Quantize(double.NaN));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Quantize_Random_MatchesExactRational(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            var format = new FixedFormat(random.Next(2, 54), random.Next(-20, 60));
            double x = Math.ScaleB(random.NextDouble() * 2 - 1, random.Next(-30, 30) - format.FracBits);
            if (i % 4 == 0) x = Math.ScaleB(random.Next(-64, 65) + 0.5, -format.FracBits);
            Assert.Equal(ExactQuantize(x, format), format.Quantize(x));
        }
    }

    [Theory]
    [InlineData(3)]
    public void RoundHalfUp_Random_MatchesExactRational(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            int shift = random.Next(0, 63);
            long limit = 1L << random.Next(1, 63), raw = random.NextInt64(-limit, limit);
            if (i % 4 == 0 && shift > 0) raw = (raw >> shift << shift) + (1L << (shift - 1));     // a tie
            BigInteger scale = BigInteger.One << shift;
            Assert.Equal(Floor(2 * (BigInteger)raw + scale, 2 * scale), FixedFormat.RoundHalfUp(raw, shift));
        }
    }

    [Theory]
    [InlineData(4)]
    public void Covering_Random_HoldsTheRangeAndNoFinerFormatDoes(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 5_000; i++)
        {
            int width = random.Next(2, 54);
            double magnitude = i % 5 == 0 ? Math.ScaleB(1, random.Next(-40, 40)) : Math.ScaleB(random.NextDouble(), random.Next(-40, 40));
            FixedFormat format = FixedFormat.Covering(width, magnitude);
            Assert.Equal(width, format.Width);
            foreach (double x in new[] { magnitude, -magnitude })
                Assert.True(Math.Abs(format.ToDouble(format.Quantize(x)) - x) <= format.Ulp / 2, $"{format} does not hold {x:R}");
            var finer = new FixedFormat(width, format.FracBits + 1);
            Assert.True(Math.Abs(finer.ToDouble(finer.Quantize(magnitude)) - magnitude) > finer.Ulp / 2, $"{finer} holds {magnitude:R} too");
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1.0)]
    public void Covering_NoRange_Throws(double magnitude) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => FixedFormat.Covering(12, magnitude));

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    public void Constructor_WidthOutOfRange_Throws(int width) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedFormat(width, 0));

    /// <summary>The double as mantissa · 2^exponent, scaled and rounded with integers only.</summary>
    private static long ExactQuantize(double x, FixedFormat format)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (exponent > 0 ? 1L << 52 : 0);
        if (bits < 0) mantissa = -mantissa;
        int shift = Math.Max(exponent, 1) - 1075 + format.FracBits;
        BigInteger numerator = shift > 0 ? mantissa << shift : mantissa, denominator = BigInteger.One << Math.Max(0, -shift);
        BigInteger rounded = Floor(2 * numerator + denominator, 2 * denominator);
        bool tie = 2 * numerator + denominator == rounded * 2 * denominator;
        if (tie && !rounded.IsEven) rounded--;
        return (long)BigInteger.Clamp(rounded, format.Min, format.Max);
    }

    private static BigInteger Floor(BigInteger numerator, BigInteger denominator)
    {
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger rest);
        return rest < 0 ? quotient - 1 : quotient;
    }
}
