using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using HwGen.Core.Numerics;

namespace HwGen.Explore.Batch;

/// <summary>Raw words of <see cref="Count"/> sequences side by side: word i of all of them lies at i · Count. Words are doubles,
/// which are exact up to 53 bits: what a plan proves of a width holds here too.</summary>
internal static class Lanes
{
    public const int Count = 8;

    /// <summary>Widest raw word, sign included.</summary>
    public const int MaxBits = 53;

    /// <summary>The hardware's rounding and saturation of many words.</summary>
    /// <param name="from">A multiple of <see cref="Count"/> long.</param>
    /// <param name="shift">Bits dropped, at least 0.</param>
    /// <param name="format">What the result saturates to.</param>
    /// <param name="to">As long; may be <paramref name="from"/>.</param>
    public static void RoundSaturate(ReadOnlySpan<double> from, int shift, FixedFormat format, Span<double> to)
    {
        Vector256<double> half = Vector256.Create(Half(shift)), scale = Vector256.Create(Scale(shift));
        Vector256<double> min = Vector256.Create((double)format.Min), max = Vector256.Create((double)format.Max);
        var source = MemoryMarshal.Cast<double, Vector256<double>>(from);
        var target = MemoryMarshal.Cast<double, Vector256<double>>(to);
        for (int i = 0; i < source.Length; i++)
            target[i] = Vector256.Min(Vector256.Max(Vector256.Floor((source[i] + half) * scale), min), max);
    }

    /// <summary>floor((raw + <see cref="Half"/>) · <see cref="Scale"/>) is <see cref="FixedFormat.RoundHalfUp"/>.</summary>
    public static double Half(int shift) => shift == 0 ? 0 : Math.ScaleB(1, shift - 1);

    public static double Scale(int shift) => Math.ScaleB(1, -shift);
}
