namespace HwGen.Core.Numerics;

/// <summary>Two's-complement fixed point: value = raw · 2^-<see cref="FracBits"/>.</summary>
public sealed record FixedFormat
{
    /// <exception cref="ArgumentOutOfRangeException">The width is not 1..63 bits.</exception>
    public FixedFormat(int width, int fracBits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, 63);
        (Width, FracBits) = (width, fracBits);
    }

    /// <summary>Bits of the word, sign included.</summary>
    public int Width { get; }

    /// <summary>Bits behind the binary point; negative when the last bit is worth more than 1.</summary>
    public int FracBits { get; }

    public int Msb => Width - 1;

    public long Max => (1L << Msb) - 1;

    public long Min => -Max - 1;

    /// <summary>The value of one unit in the last place.</summary>
    public double Ulp => Math.ScaleB(1, -FracBits);

    /// <summary>The format of <paramref name="width"/> bits with most fraction bits that holds ±<paramref name="magnitude"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="magnitude"/> is negative, infinite or NaN.</exception>
    public static FixedFormat Covering(int width, double magnitude)
    {
        if (!double.IsFinite(magnitude) || magnitude < 0)
            throw new ArgumentOutOfRangeException(nameof(magnitude), magnitude, "A finite, non-negative range is needed.");
        int frac = width - 1 + 64;
        while (Math.Round(Math.ScaleB(magnitude, frac), MidpointRounding.ToEven) > (1L << (width - 1)) - 1 && frac > -1024)
            frac--;
        return new(width, magnitude == 0 ? width - 1 : frac);
    }

    /// <summary>Nearest raw value: ties to even, saturating. In range, off by at most half an <see cref="Ulp"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="x"/> is NaN.</exception>
    public long Quantize(double x)
    {
        if (double.IsNaN(x)) throw new ArgumentException("NaN has no fixed-point value.", nameof(x));
        double scaled = Math.Round(Math.ScaleB(x, FracBits), MidpointRounding.ToEven);
        return scaled >= Max ? Max : scaled <= Min ? Min : (long)scaled;
    }

    public double ToDouble(long raw) => Math.ScaleB(raw, -FracBits);

    /// <summary>The hardware's one saturation: the nearest raw value that the word holds.</summary>
    public long Saturate(long raw) => Math.Clamp(raw, Min, Max);

    /// <summary>The hardware's one rounding: half up, that is add half and shift arithmetically.</summary>
    /// <param name="raw">Any value of less than 63 bits.</param>
    /// <param name="shift">Bits dropped, 0..62.</param>
    public static long RoundHalfUp(long raw, int shift) => shift == 0 ? raw : (raw + (1L << (shift - 1))) >> shift;

    public override string ToString() => $"Q{Msb - FracBits}.{FracBits}";
}
