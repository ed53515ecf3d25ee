namespace HwGen.Core.Numerics;

/// <summary>All integers from <see cref="Min"/> to <see cref="Max"/>: what a net can hold. Sums and products of less than 63 bits.</summary>
public readonly record struct Interval(long Min, long Max)
{
    public static readonly Interval Zero = new(0, 0);

    public static Interval operator +(Interval a, Interval b) => new(a.Min + b.Min, a.Max + b.Max);

    public static Interval operator -(Interval a) => new(-a.Max, -a.Min);

    public static Interval operator -(Interval a, Interval b) => a + -b;

    public static Interval operator *(Interval a, long b) => b < 0 ? new(a.Max * b, a.Min * b) : new(a.Min * b, a.Max * b);

    public static Interval operator *(Interval a, Interval b) => (a * b.Min).Hull(a * b.Max);

    public static Interval operator <<(Interval a, int shift) => new(a.Min << shift, a.Max << shift);

    /// <summary>Every word of a format.</summary>
    public static Interval Of(FixedFormat format) => new(format.Min, format.Max);

    /// <summary>The smallest interval that holds both.</summary>
    public Interval Hull(Interval other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));

    /// <summary>What is in both; both hold the value that is meant, so they meet.</summary>
    public Interval Meet(Interval other) => new(Math.Max(Min, other.Min), Math.Min(Max, other.Max));

    public bool Holds(Interval other) => Min <= other.Min && other.Max <= Max;

    public bool Holds(long value) => Min <= value && value <= Max;

    /// <inheritdoc cref="FixedFormat.RoundHalfUp"/>
    public Interval RoundHalfUp(int shift) => new(FixedFormat.RoundHalfUp(Min, shift), FixedFormat.RoundHalfUp(Max, shift));

    public Interval Saturate(FixedFormat format) => new(format.Saturate(Min), format.Saturate(Max));

    /// <summary>Bits of a two's-complement word that holds it.</summary>
    public int Bits => 1 + Math.Max(Length(Max), Length(~Min));

    private static int Length(long value) => value <= 0 ? 0 : 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)value);

    public override string ToString() => $"{Min} to {Max}";
}
