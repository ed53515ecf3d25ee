using System.Numerics;
using System.Runtime.CompilerServices;

namespace HwGen.Frontend.Scoring;

/// <summary>A row of <see cref="Wide"/> numbers in memory.</summary>
internal readonly ref struct WideRow(Span<double> mantissas, Span<long> exponents)
{
    public Span<double> Mantissas { get; } = mantissas;

    public Span<long> Exponents { get; } = exponents;

    public int Length => Mantissas.Length;

    /// <summary>The numbers from <paramref name="index"/> on, as many as a vector holds.</summary>
    public Wide this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(new(Mantissas[index..]), new(Exponents[index..]));
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set
        {
            value.Mantissa.CopyTo(Mantissas[index..]);
            value.Exponent.CopyTo(Exponents[index..]);
        }
    }

    public WideRow Slice(int start, int length) => new(Mantissas.Slice(start, length), Exponents.Slice(start, length));

    public void Set(int index, double mantissa, long exponent) => (Mantissas[index], Exponents[index]) = (mantissa, exponent);
}
