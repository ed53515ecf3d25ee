using HwGen.Core.Numerics;

namespace HwGen.Core.Activations;

/// <summary>A piecewise-linear sigmoid or tanh in fixed point, decided: segments of equal power-of-two width over the
/// non-negative half, the other half by symmetry (σ(−x) = 1 − σ(x), tanh(−x) = −tanh(x)), saturated beyond.</summary>
/// <remarks>|x| = segment · width + d; y = offset[segment] + slope[segment] · d, one half-up rounding, one saturation.
/// Words with fewer values than segments have a segment for each word, so that d vanishes.</remarks>
public sealed class ActivationPlan
{
    private readonly long[] _slopes;
    private readonly long[] _offsets;

    /// <param name="function">What is approximated.</param>
    /// <param name="input">Word of x; 0 to 40 fraction bits.</param>
    /// <param name="output">Word of y: all fraction but the sign.</param>
    /// <param name="segments">Segments of the non-negative half, a power of two from 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input's fraction bits are not 0..40, or the segments no power of two from 2.</exception>
    public ActivationPlan(ActivationFunction function, FixedFormat input, FixedFormat output, int segments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(segments, 2);
        if (!int.IsPow2(segments)) throw new ArgumentOutOfRangeException(nameof(segments), segments, "The segments are a power of two.");
        ArgumentOutOfRangeException.ThrowIfNegative(input.FracBits, nameof(input));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(input.FracBits, 40, nameof(input));
        (Function, Input, Output) = (function, input, output);
        int rangeBits = function == ActivationFunction.Sigmoid ? 3 : 2, segmentBits = int.Log2(segments);
        RemainderBits = Math.Max(0, input.FracBits + rangeBits - segmentBits);
        LimitBits = input.FracBits + rangeBits;
        long words = Math.Min(1L << LimitBits, input.Max + 2);       // |x| = 0 .. −Min
        Segments = (int)Math.Min(1L << Math.Min(segmentBits, LimitBits), (words + (1L << RemainderBits) - 1) >> RemainderBits);
        // |slope| is at most 1 (tanh at 0), the offset below 1; guard bits keep the tables' own rounding under half an ulp.
        Slope = new(output.Width + 1, output.Width - 1);
        Offset = new(output.Width + 3, output.Width + 1);
        SumFracBits = Math.Max(Slope.FracBits + input.FracBits, Offset.FracBits);
        _slopes = new long[Segments];
        _offsets = new long[Segments];
        for (int s = 0; s < Segments; s++) Fit(s, words);
        MaxError = MeasureMaxError();
    }

    public ActivationFunction Function { get; }

    public FixedFormat Input { get; }

    public FixedFormat Output { get; }

    public FixedFormat Slope { get; }

    public FixedFormat Offset { get; }

    /// <summary>Entries of the table: only those that a word of <see cref="Input"/> reaches.</summary>
    public int Segments { get; }

    /// <summary>Low bits of |x| that count within a segment.</summary>
    public int RemainderBits { get; }

    /// <summary>|x| of 2^LimitBits and more is saturated.</summary>
    public int LimitBits { get; }

    /// <summary>Fraction bits of the sum before its rounding.</summary>
    public int SumFracBits { get; }

    /// <summary>Bits by which an offset is raised to the sum's binary point.</summary>
    public int OffsetShift => SumFracBits - Offset.FracBits;

    /// <summary>Bits by which a product is raised to the sum's binary point.</summary>
    public int SlopeShift => SumFracBits - Slope.FracBits - Input.FracBits;

    /// <summary>Bits that the one rounding drops.</summary>
    public int RoundShift => SumFracBits - Output.FracBits;

    /// <summary>Width of the sum: both parts, and a carry.</summary>
    public int SumBits => Math.Max(Offset.Width + OffsetShift, Slope.Width + Math.Max(1, RemainderBits) + 1 + SlopeShift) + 1;

    /// <summary>Largest distance from the true function over every input word, in the value's own unit: measured, not estimated.</summary>
    public double MaxError { get; }

    public ReadOnlySpan<long> Slopes => _slopes;

    public ReadOnlySpan<long> Offsets => _offsets;

    /// <summary>The exact function.</summary>
    public static double Exact(ActivationFunction function, double x) =>
        function == ActivationFunction.Sigmoid ? 1 / (1 + Math.Exp(-x)) : Math.Tanh(x);

    /// <summary>y for one raw word.</summary>
    public long Evaluate(long raw)
    {
        long magnitude = Math.Abs(raw);
        long y = Output.Max;
        if (magnitude >> LimitBits == 0)
        {
            int segment = (int)(magnitude >> RemainderBits);
            long remainder = magnitude & ((1L << RemainderBits) - 1);
            long sum = (_offsets[segment] << OffsetShift)
                + ((_slopes[segment] * remainder) << SlopeShift);
            y = Output.Saturate(FixedFormat.RoundHalfUp(sum, RoundShift));
        }
        if (raw >= 0) return y;
        return Function == ActivationFunction.Sigmoid ? Output.Max + 1 - y : -y;
    }

    /// <summary>The chord of the segment, moved by half of its largest deviation: the error of both signs is equal.</summary>
    private void Fit(int segment, long words)
    {
        long first = (long)segment << RemainderBits, last = Math.Min(words - 1, first + (1L << RemainderBits) - 1);
        double width = Input.ToDouble(last - first);
        double left = Value(first), slope = width == 0 ? 0 : (Value(last) - left) / width;
        _slopes[segment] = Slope.Quantize(slope);
        slope = Slope.ToDouble(_slopes[segment]);
        double low = double.MaxValue, high = double.MinValue;
        for (long x = first; x <= last; x++)
        {
            double deviation = Value(x) - left - slope * Input.ToDouble(x - first);
            (low, high) = (Math.Min(low, deviation), Math.Max(high, deviation));
        }
        _offsets[segment] = Offset.Quantize(left + (low + high) / 2);
    }

    private double Value(long raw) => Exact(Function, Input.ToDouble(raw));

    private double MeasureMaxError()
    {
        double error = 0;
        for (long raw = Input.Min; raw <= Input.Max; raw++)
            error = Math.Max(error, Math.Abs(Output.ToDouble(Evaluate(raw)) - Value(raw)));
        return error;
    }
}
