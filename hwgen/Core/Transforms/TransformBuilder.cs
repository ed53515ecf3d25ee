using System.Numerics;
using HwGen.Core.Numerics;

namespace HwGen.Core.Transforms;

/// <summary>Builds the data flow of a transform node by node and proves each node's range as it goes.</summary>
/// <remarks>A node's value is a linear form of the k input words plus an error. The coefficients give the range of what
/// any input can cause; the error collects rounding and twiddle quantization. So no width is assumed, and the distance
/// from the exact transform comes with the plan.</remarks>
public sealed class TransformBuilder
{
    private readonly record struct Lane(int Node, bool Negate)
    {
        public static Lane operator -(Lane lane) => new(lane.Node, !lane.Negate);
    }

    private sealed record Facts(double[] Coefficients, double Error, double Variance);

    private readonly int _blockSize;
    private readonly FixedFormat _input;
    private readonly FixedFormat _twiddle;
    private readonly IReadOnlyList<int> _shifts;
    private readonly List<TransformNode> _nodes = [];
    private readonly List<Facts> _facts = [];

    private TransformBuilder(int blockSize, FixedFormat input, FixedFormat twiddle, IReadOnlyList<int> shifts)
    {
        if (!int.IsPow2(blockSize)) throw new ArgumentOutOfRangeException(nameof(blockSize), blockSize, "A block size is a power of two.");
        if (shifts.Count != BitOperations.Log2((uint)blockSize))
            throw new ArgumentException($"{blockSize} words have {BitOperations.Log2((uint)blockSize)} levels, not {shifts.Count}.", nameof(shifts));
        (_blockSize, _input, _twiddle, _shifts) = (blockSize, input, twiddle, shifts);
    }

    /// <summary>Real block → packed spectrum, unscaled but for the level shifts (which move the binary point, not the value).</summary>
    /// <param name="blockSize">k, a power of two.</param>
    /// <param name="input">Word of the input; every raw value of it is allowed for.</param>
    /// <param name="twiddle">Word of the twiddles, all fraction but the sign.</param>
    /// <param name="levelShifts">0 or 1 for each of the log2 k levels, 2-point butterflies first.</param>
    public static TransformPlan Forward(int blockSize, FixedFormat input, FixedFormat twiddle, IReadOnlyList<int> levelShifts)
    {
        var builder = new TransformBuilder(blockSize, input, twiddle, levelShifts);
        Lane[] samples = builder.Inputs();
        return builder.Finish(false, builder.Forward(samples));
    }

    /// <summary>Packed spectrum → real block, 1/k included.</summary>
    /// <inheritdoc cref="Forward(int, FixedFormat, FixedFormat, IReadOnlyList{int})"/>
    public static TransformPlan Inverse(int blockSize, FixedFormat input, FixedFormat twiddle, IReadOnlyList<int> levelShifts)
    {
        var builder = new TransformBuilder(blockSize, input, twiddle, levelShifts);
        Lane[] bins = builder.Inputs();
        var samples = new Lane[blockSize];
        builder.Inverse(bins, samples, 0, 1);
        return builder.Finish(true, samples);
    }

    private Lane[] Inputs()
    {
        var lanes = new Lane[_blockSize];
        for (int i = 0; i < _blockSize; i++)
        {
            var unit = new double[_blockSize];
            unit[i] = 1;
            _nodes.Add(new(TransformOp.Input, i, -1, 0, 0, _input, _input.Min, _input.Max, 0));
            _facts.Add(new(unit, 0, 0));
            lanes[i] = new(i, false);
        }
        return lanes;
    }

    /// <summary>X = E + ω^j·O over the even and the odd samples; packed order DC, Nyquist, Re1, Im1, ….</summary>
    private Lane[] Forward(ReadOnlySpan<Lane> x)
    {
        int n = x.Length;
        if (n == 1) return [x[0]];
        var (even, odd) = (new Lane[n / 2], new Lane[n / 2]);
        for (int t = 0; t < n / 2; t++) (even[t], odd[t]) = (x[2 * t], x[2 * t + 1]);
        Lane[] e = Forward(even), o = Forward(odd);
        int shift = _shifts[BitOperations.Log2((uint)n) - 1];
        var result = new Lane[n];
        result[0] = Sum(e[0], o[0], shift);
        result[1] = Sum(e[0], -o[0], shift);
        if (n >= 4)
        {
            int quarter = n / 4;
            result[2 * quarter] = Scale(e[1], shift);
            result[2 * quarter + 1] = -Scale(o[1], shift);
        }
        for (int j = 1; j < n / 4; j++)
        {
            (Lane re, Lane im) = Rotate(o[2 * j], o[2 * j + 1], -2 * Math.PI * j / n, 8 * j == n);
            result[2 * j] = Sum(e[2 * j], re, shift);
            result[2 * j + 1] = Sum(e[2 * j + 1], im, shift);
            int mirror = n / 2 - j;
            result[2 * mirror] = Sum(e[2 * j], -re, shift);
            result[2 * mirror + 1] = Sum(im, -e[2 * j + 1], shift);
        }
        return result;
    }

    /// <summary>Splits a spectrum of n bins into those of the even and the odd samples: E = X[j] + X*[n/2−j],
    /// O = ω^−j·(X[j] − X*[n/2−j]), both doubled.</summary>
    private void Inverse(Lane[] x, Lane[] samples, int first, int stride)
    {
        int n = x.Length;
        if (n == 1)
        {
            samples[first] = x[0];
            return;
        }
        int shift = _shifts[_shifts.Count - BitOperations.Log2((uint)n)];
        var (e, o) = (new Lane[n / 2], new Lane[n / 2]);
        e[0] = Sum(x[0], x[1], shift);
        o[0] = Sum(x[0], -x[1], shift);
        if (n >= 4)
        {
            int quarter = n / 4;
            e[1] = Doubled(x[2 * quarter], shift);
            o[1] = -Doubled(x[2 * quarter + 1], shift);
        }
        for (int j = 1; j < n / 4; j++)
        {
            int mirror = n / 2 - j;
            e[2 * j] = Sum(x[2 * j], x[2 * mirror], shift);
            e[2 * j + 1] = Sum(x[2 * j + 1], -x[2 * mirror + 1], shift);
            Lane re = Sum(x[2 * j], -x[2 * mirror], shift);
            Lane im = Sum(x[2 * j + 1], x[2 * mirror + 1], shift);
            (o[2 * j], o[2 * j + 1]) = Rotate(re, im, 2 * Math.PI * j / n, 8 * j == n);
        }
        Inverse(e, samples, first, stride * 2);
        Inverse(o, samples, first + stride, stride * 2);
    }

    /// <summary>(re + i·im)·exp(i·angle): four multiplies, or two at an odd multiple of 45 degrees.</summary>
    private (Lane Re, Lane Im) Rotate(Lane re, Lane im, double angle, bool diagonal)
    {
        double cos = Math.Cos(angle), sin = Math.Sin(angle);
        if (diagonal)
        {
            Lane difference = Sum(re, sin > 0 ? -im : im, 0), sum = Sum(im, sin > 0 ? re : -re, 0);
            return (Scale(Product(difference, cos), _twiddle.FracBits), Scale(Product(sum, cos), _twiddle.FracBits));
        }
        Lane newRe = Sum(Product(re, cos), -Product(im, sin), _twiddle.FracBits);
        Lane newIm = Sum(Product(im, cos), Product(re, sin), _twiddle.FracBits);
        return (newRe, newIm);
    }

    private Lane Sum(Lane a, Lane b, int shift) => (a.Negate, b.Negate) switch
    {
        (false, false) => new(Append(TransformOp.Add, a.Node, b.Node, 0, shift), false),
        (false, true) => new(Append(TransformOp.Subtract, a.Node, b.Node, 0, shift), false),
        (true, false) => new(Append(TransformOp.Subtract, b.Node, a.Node, 0, shift), false),
        (true, true) => new(Append(TransformOp.Add, a.Node, b.Node, 0, shift), true),
    };

    private Lane Scale(Lane a, int shift) => shift == 0 ? a : new(Append(TransformOp.Round, a.Node, -1, 0, shift), a.Negate);

    /// <summary>2·a, or with a shift a itself, read as twice its value.</summary>
    private Lane Doubled(Lane a, int shift) => new(Append(TransformOp.Double, a.Node, -1, 0, shift), a.Negate);

    /// <summary>The constant is stored positive; its sign joins the lane's.</summary>
    private Lane Product(Lane a, double factor) =>
        new(Append(TransformOp.Multiply, a.Node, -1, Math.Abs(factor), 0), a.Negate ^ (factor < 0));

    private int Append(TransformOp op, int a, int b, double factor, int shift)
    {
        TransformNode left = _nodes[a];
        Facts of = _facts[a];
        long constant = op == TransformOp.Multiply ? _twiddle.Quantize(factor) : 0;
        double quantized = _twiddle.ToDouble(constant);
        double sign = op == TransformOp.Subtract ? -1 : 1;
        int frac = left.Format.FracBits - shift + (op == TransformOp.Multiply ? _twiddle.FracBits : 0);
        double scale = op switch { TransformOp.Multiply => factor, TransformOp.Double => 2, _ => 1 };
        var coefficients = new double[_blockSize];
        for (int i = 0; i < _blockSize; i++)
            coefficients[i] = scale * of.Coefficients[i] + (b < 0 ? 0 : sign * _facts[b].Coefficients[i]);
        double ulp = Math.ScaleB(1, -frac);
        bool rounds = shift > 0 && op != TransformOp.Double;
        double rounding = rounds ? ulp / 2 : 0;
        double error = (op == TransformOp.Multiply ? quantized : scale) * of.Error + (b < 0 ? 0 : _facts[b].Error) + rounding;
        if (op == TransformOp.Multiply) error += Magnitude(of.Coefficients) * Math.Abs(quantized - factor);
        double variance = scale * scale * of.Variance + (b < 0 ? 0 : _facts[b].Variance) + (rounds ? ulp * ulp / 12 : 0);
        (long min, long max) = Range(coefficients, error, frac);
        (long low, long high) = Interval(op, left, b < 0 ? left : _nodes[b], constant, shift);
        (min, max) = (Math.Max(min, low), Math.Min(max, high));
        int width = Math.Max(2, 1 + Math.Max(BitLength(max), BitLength(~min)));
        if (width > 63) throw new ArgumentOutOfRangeException(nameof(shift), $"A transform word of {width} bits does not fit 63; lower the bits or the block size.");
        bool registered = op is TransformOp.Add or TransformOp.Subtract or TransformOp.Multiply;
        int time = Math.Max(left.Time, b < 0 ? 0 : _nodes[b].Time) + (registered ? 1 : 0);
        _nodes.Add(new(op, a, b, constant, shift, new(width, frac), min, max, time));
        _facts.Add(new(coefficients, error, variance));
        return _nodes.Count - 1;
    }

    /// <summary>What the operands' own ranges allow: tighter than the linear form where only the error bound is in the way.</summary>
    private static (long Min, long Max) Interval(TransformOp op, TransformNode a, TransformNode b, long constant, int shift)
    {
        (long min, long max) = op switch
        {
            TransformOp.Add => (a.Min + b.Min, a.Max + b.Max),
            TransformOp.Subtract => (a.Min - b.Max, a.Max - b.Min),
            TransformOp.Multiply => (a.Min * constant, a.Max * constant),
            TransformOp.Double => (a.Min * 2, a.Max * 2),
            _ => (a.Min, a.Max),
        };
        return (FixedFormat.RoundHalfUp(min, shift), FixedFormat.RoundHalfUp(max, shift));
    }

    private static int BitLength(long value) => value <= 0 ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)value);

    /// <summary>Largest magnitude of the linear form over the input box, in the value's unit.</summary>
    private double Magnitude(double[] coefficients) => coefficients.Sum(Math.Abs) * -_input.ToDouble(_input.Min);

    private (long Min, long Max) Range(double[] coefficients, double error, int frac)
    {
        double low = -error, high = error, min = _input.ToDouble(_input.Min), max = _input.ToDouble(_input.Max);
        foreach (double c in coefficients)
        {
            low += Math.Min(c * min, c * max);
            high += Math.Max(c * min, c * max);
        }
        // Raw words are integers, so a bound may be rounded inwards; the slack covers the doubles' own rounding.
        (low, high) = (Math.ScaleB(low, frac), Math.ScaleB(high, frac));
        double slack = 1e-6 + Math.ScaleB(Math.Max(-low, high), -44);
        return ((long)Math.Ceiling(low - slack), (long)Math.Floor(high + slack));
    }

    private TransformPlan Finish(bool inverse, Lane[] lanes)
    {
        // Each level of the inverse doubles its values, so k·x comes out: the binary point moves by log2 k.
        int point = inverse ? BitOperations.Log2((uint)_blockSize) : 0;
        var outputs = new TransformOutput[lanes.Length];
        for (int i = 0; i < lanes.Length; i++)
        {
            Facts facts = _facts[lanes[i].Node];
            outputs[i] = new(lanes[i].Node, lanes[i].Negate, Math.ScaleB(facts.Error, -point), Math.ScaleB(facts.Variance, -2 * point));
        }
        return new(_blockSize, inverse, _input, _twiddle, _shifts, _nodes, outputs, point);
    }
}
