using System.Numerics;
using System.Runtime.CompilerServices;

namespace HwGen.Frontend.Scoring;

/// <summary>Positive numbers mantissa · 2^exponent, a vector of them: the range of logarithms at the price of multiplications.</summary>
/// <param name="Mantissa">1 or more and below 2 in a normal number.</param>
/// <param name="Exponent">Any; <see cref="Never"/> and below stands for zero.</param>
internal readonly record struct Wide(Vector<double> Mantissa, Vector<long> Exponent)
{
    /// <summary>Exponent of what is as good as 0: out of reach of any product of probabilities, and added to itself a million times still a long.</summary>
    public const long Never = -(1L << 40);

    /// <summary>Exponents further apart than this add nothing; two of them are still normal doubles.</summary>
    private const long Apart = -500;

    private const int FractionBits = 52, Bias = 1023;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Wide operator *(Wide a, Wide b) => Normal(a.Mantissa * b.Mantissa, a.Exponent + b.Exponent);

    /// <summary>a + b + c; each sum is off by at most 3 roundings.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Wide Sum(Wide a, Wide b, Wide c)
    {
        var top = Vector.Max(Vector.Max(a.Exponent, b.Exponent), c.Exponent);
        return Normal(Shifted(a, top) + Shifted(b, top) + Shifted(c, top), top);
    }

    /// <summary>The numbers times 2^-<paramref name="exponent"/> as doubles, which must be in range; about 2^-500 stands for anything less.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Shifted(Wide x, Vector<long> exponent) =>
        x.Mantissa * PowerOfTwo(Vector.Max(x.Exponent - exponent, new Vector<long>(Apart)));

    /// <summary>One number from its natural logarithm.</summary>
    public static (double Mantissa, long Exponent) Exp(double log)
    {
        double exponent = Math.Floor(log / Math.Log(2));
        return (Math.Exp(log - exponent * Math.Log(2)), (long)exponent);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> PowerOfTwo(Vector<long> exponent) =>
        Vector.AsVectorDouble(Vector.ShiftLeft(exponent + new Vector<long>(Bias), FractionBits));

    /// <param name="x">Normal positive doubles.</param>
    /// <param name="exponent">Added to theirs.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Wide Normal(Vector<double> x, Vector<long> exponent)
    {
        var bits = Vector.AsVectorInt64(x);
        var fraction = bits & new Vector<long>((1L << FractionBits) - 1) | new Vector<long>((long)Bias << FractionBits);
        return new(Vector.AsVectorDouble(fraction), exponent + Vector.ShiftRightLogical(bits, FractionBits) - new Vector<long>(Bias));
    }
}
