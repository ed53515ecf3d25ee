using System.Numerics;

namespace HwGen.Core.Tests.Transforms;

/// <summary>The split-radix transforms of packed spectra on whole numbers, computed as they come: no graph, no ranges, no registers.</summary>
/// <param name="shifts">Of each level, in the order of the data flow.</param>
/// <param name="twiddleFracBits">Places of the twiddles.</param>
internal sealed class StraightforwardFft(IReadOnlyList<int> shifts, int twiddleFracBits)
{
    /// <summary>A number, or its opposite still to be taken: a half is rounded up before the sign, not after.</summary>
    private readonly record struct Number(BigInteger Magnitude, bool Minus)
    {
        public BigInteger Value => Minus ? -Magnitude : Magnitude;

        public static Number operator -(Number n) => new(n.Magnitude, !n.Minus);
    }

    public long[] Run(bool inverse, IReadOnlyList<long> input)
    {
        Number[] words = [.. input.Select(w => new Number(w, false))];
        return [.. (inverse ? Inverse(words, 0) : Forward(words, 0)).Select(n => (long)n.Value)];
    }

    /// <summary>X[j] = E[j] + ω^j·O1[j] + ω^3j·O3[j], X[n/2 − j] from the conjugates, of the samples 2t, 4t + 1 and 4t + 3.</summary>
    private Number[] Forward(Number[] x, int passed)
    {
        int n = x.Length;
        if (n == 1) return x;
        int outer = shifts[BitOperations.Log2((uint)n) - 1];
        if (n == 2) return [Add(x[0], x[1], outer), Add(x[0], -x[1], outer + passed)];
        int inner = shifts[BitOperations.Log2((uint)n) - 2];
        Number[] e = Forward([.. x.Where((_, t) => t % 2 == 0)], outer);
        Number[] first = Forward([.. x.Where((_, t) => t % 4 == 1)], 0), third = Forward([.. x.Where((_, t) => t % 4 == 3)], 0);
        var result = new Number[n];
        Number odd = Add(first[0], third[0], inner);
        (result[0], result[1]) = (Add(e[0], odd, outer), Add(e[0], -odd, outer + passed));
        (result[n / 2], result[n / 2 + 1]) = (e[1], Add(third[0], -first[0], inner + outer));
        for (int j = 1; j < n / 4; j++)
        {
            Number re, im;
            if (j == n / 8)
            {
                re = Round(Times(Add(first[1], -third[1], 0), Math.Sqrt(0.5)), twiddleFracBits + inner);
                im = Round(Times(Add(first[1], third[1], 0), -Math.Sqrt(0.5)), twiddleFracBits + inner);
            }
            else
            {
                // Of the bin above n/8 the mirror of the one below: i·(O3 − O1), conjugated.
                int low = Math.Min(j, n / 4 - j);
                var (re1, im1) = Turn(first[2 * low], first[2 * low + 1], -2 * Math.PI * low / n);
                var (re3, im3) = Turn(third[2 * low], third[2 * low + 1], -6 * Math.PI * low / n);
                (re, im) = j == low ? (Add(re1, re3, inner), Add(im1, im3, inner)) : (Add(im3, -im1, inner), Add(re3, -re1, inner));
            }
            int mirror = n / 2 - j;
            (result[2 * j], result[2 * j + 1]) = (Add(e[2 * j], re, outer), Add(e[2 * j + 1], im, outer));
            (result[2 * mirror], result[2 * mirror + 1]) = (Add(e[2 * j], -re, outer), Add(im, -e[2 * j + 1], outer));
        }
        return result;
    }

    /// <summary>E = X[j] + X*[n/2 − j], O1 = ω^−j·(A + iB), O3 = ω^−3j·(A − iB) with A = X[j] − X*[n/2 − j] and B = X[n/4 + j] − X*[n/4 − j].</summary>
    private Number[] Inverse(Number[] x, int level)
    {
        int n = x.Length;
        if (n == 1) return x;
        int outer = shifts[level];
        if (n == 2) return [Add(x[0], x[1], outer), Add(x[0], -x[1], outer)];
        int inner = shifts[level + 1];
        var (e, first, third) = (new Number[n / 2], new Number[n / 4], new Number[n / 4]);
        (e[0], e[1]) = (Add(x[0], x[1], outer), Twice(x[n / 2], outer));
        Number re0 = Add(x[0], -x[1], outer), im0 = Twice(x[n / 2 + 1], outer);
        (first[0], third[0]) = (Add(re0, -im0, inner), Add(re0, im0, inner));
        for (int j = 1; j < n / 4; j++)
            (e[2 * j], e[2 * j + 1]) = (Add(x[2 * j], x[n - 2 * j], outer), Add(x[2 * j + 1], -x[n - 2 * j + 1], outer));
        for (int j = 1; j <= n / 8; j++)
        {
            var (re, im) = Difference(j);
            if (j == n / 8)
            {
                first[1] = Round(Twice(Times(Add(re, -im, 0), Math.Sqrt(0.5)), 1), twiddleFracBits + inner - 1);
                third[1] = Round(Twice(Times(Add(re, im, 0), -Math.Sqrt(0.5)), 1), twiddleFracBits + inner - 1);
                break;
            }
            var (re2, im2) = Difference(n / 4 + j);
            (first[2 * j], first[2 * j + 1]) = Turn(Add(re, -im2, inner), Add(im, re2, inner), 2 * Math.PI * j / n);
            (third[2 * j], third[2 * j + 1]) = Turn(Add(re, im2, inner), Add(im, -re2, inner), 6 * Math.PI * j / n);
        }
        Number[] even = Inverse(e, level + 1), one = Inverse(first, level + 2), three = Inverse(third, level + 2);
        return [.. Enumerable.Range(0, n).Select(t => t % 2 == 0 ? even[t / 2] : t % 4 == 1 ? one[t / 4] : three[t / 4])];

        (Number Re, Number Im) Difference(int bin) => (Add(x[2 * bin], -x[n - 2 * bin], outer), Add(x[2 * bin + 1], x[n - 2 * bin + 1], outer));
    }

    private static Number Add(Number a, Number b, int shift) => a.Minus && b.Minus
        ? new(HalfUp(a.Magnitude + b.Magnitude, shift), true) : new(HalfUp(a.Value + b.Value, shift), false);

    /// <summary>A level that takes its bit back has nothing to do here.</summary>
    private static Number Twice(Number a, int shift) => shift == 1 ? a : new(2 * a.Magnitude, a.Minus);

    private static Number Round(Number a, int shift) => new(HalfUp(a.Magnitude, shift), a.Minus);

    private Number Times(Number a, double factor) => new(a.Magnitude * Quantized(factor), a.Minus);

    private (Number Re, Number Im) Turn(Number re, Number im, double angle) =>
        (Add(Times(re, Math.Cos(angle)), Times(im, -Math.Sin(angle)), twiddleFracBits), Add(Times(im, Math.Cos(angle)), Times(re, Math.Sin(angle)), twiddleFracBits));

    private BigInteger Quantized(double factor) => new(Math.Clamp(Math.Round(factor * (1L << twiddleFracBits)), -(1L << twiddleFracBits), (1L << twiddleFracBits) - 1));

    private static BigInteger HalfUp(BigInteger value, int shift) => shift == 0 ? value : (value + (BigInteger.One << (shift - 1))) >> shift;
}
