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
        return builder.Finish(false, builder.Forward(samples, 0));
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

    /// <summary>X[j] = E[j] + (ω^j·O1[j] + ω^3j·O3[j]) over the samples 2t, 4t + 1 and 4t + 3; packed order DC, Nyquist, Re1, Im1, ….</summary>
    /// <remarks>The odd quarters skip a level: its shift is on their sum and difference. Bin n/4 only passes a level: what that level
    /// would shift is shifted with the sum before, in one rounding.
    /// Split radix on real data. Source: Sorensen, Jones, Heideman, Burrus, Real-valued fast Fourier transform algorithms, IEEE Trans. ASSP 35 (1987).</remarks>
    /// <param name="x">n samples.</param>
    /// <param name="passed">Shift of the level that the Nyquist bin passes next.</param>
    private Lane[] Forward(ReadOnlySpan<Lane> x, int passed)
    {
        int n = x.Length;
        if (n == 1) return [x[0]];
        int level = BitOperations.Log2((uint)n) - 1, outer = _shifts[level];
        if (n == 2) return [Sum(x[0], x[1], outer), Sum(x[0], -x[1], outer + passed)];
        int quarter = n / 4, eighth = n / 8, inner = _shifts[level - 1];
        var (even, first, third) = (new Lane[n / 2], new Lane[quarter], new Lane[quarter]);
        for (int t = 0; t < n / 2; t++) even[t] = x[2 * t];
        for (int t = 0; t < quarter; t++) (first[t], third[t]) = (x[4 * t + 1], x[4 * t + 3]);
        Lane[] e = Forward(even, outer), o1 = Forward(first, 0), o3 = Forward(third, 0);
        var result = new Lane[n];
        Lane sum = Sum(o1[0], o3[0], inner);
        result[0] = Sum(e[0], sum, outer);
        result[1] = Sum(e[0], -sum, outer + passed);
        result[2 * quarter] = e[1];
        result[2 * quarter + 1] = Sum(o3[0], -o1[0], inner + outer);
        if (eighth > 0)
        {
            // Both quarters are real here, their twiddles (1 − i)·√½ and (−1 − i)·√½.
            Lane re = Scale(Product(Sum(o1[1], -o3[1], 0), Math.Sqrt(0.5)), _twiddle.FracBits + inner);
            Lane im = Scale(Product(Sum(o1[1], o3[1], 0), -Math.Sqrt(0.5)), _twiddle.FracBits + inner);
            Join(eighth, n / 2 - eighth, e[2 * eighth], e[2 * eighth + 1], re, im);
        }
        for (int j = 1; j < eighth; j++)
        {
            (Lane re1, Lane im1) = Rotate(o1[2 * j], o1[2 * j + 1], -2 * Math.PI * j / n);
            (Lane re3, Lane im3) = Rotate(o3[2 * j], o3[2 * j + 1], -6 * Math.PI * j / n);
            Join(j, n / 2 - j, e[2 * j], e[2 * j + 1], Sum(re1, re3, inner), Sum(im1, im3, inner));
            // X[n/4 ∓ j] = E[n/4 − j] and its conjugate, plus i·(O3 − O1) and its conjugate.
            int low = quarter - j;
            Join(low, quarter + j, e[2 * low], e[2 * low + 1], Sum(im3, -im1, inner), Sum(re3, -re1, inner));
        }
        return result;

        // A bin and the mirror of its partner: (a + b) and conj(a − b).
        void Join(int bin, int mirror, Lane re, Lane im, Lane oddRe, Lane oddIm)
        {
            result[2 * bin] = Sum(re, oddRe, outer);
            result[2 * bin + 1] = Sum(im, oddIm, outer);
            result[2 * mirror] = Sum(re, -oddRe, outer);
            result[2 * mirror + 1] = Sum(oddIm, -im, outer);
        }
    }

    /// <summary>Splits a spectrum of n bins into those of the samples 2t, 4t + 1 and 4t + 3, the mirror image of <see cref="Forward(ReadOnlySpan{Lane}, int)"/>:
    /// E = X[j] + X*[n/2−j], doubled; A = X[j] − X*[n/2−j], B = X[n/4+j] − X*[n/4−j], O1 = ω^−j·(A + iB), O3 = ω^−3j·(A − iB), doubled twice.</summary>
    private void Inverse(Lane[] x, Lane[] samples, int first, int stride)
    {
        int n = x.Length;
        if (n == 1)
        {
            samples[first] = x[0];
            return;
        }
        int level = _shifts.Count - BitOperations.Log2((uint)n), outer = _shifts[level];
        if (n == 2)
        {
            (samples[first], samples[first + stride]) = (Sum(x[0], x[1], outer), Sum(x[0], -x[1], outer));
            return;
        }
        int quarter = n / 4, eighth = n / 8, inner = _shifts[level + 1];
        var (e, o1, o3) = (new Lane[n / 2], new Lane[quarter], new Lane[quarter]);
        e[0] = Sum(x[0], x[1], outer);
        e[1] = Doubled(x[2 * quarter], outer);
        for (int j = 1; j < quarter; j++)
        {
            int mirror = n / 2 - j;
            e[2 * j] = Sum(x[2 * j], x[2 * mirror], outer);
            e[2 * j + 1] = Sum(x[2 * j + 1], -x[2 * mirror + 1], outer);
        }
        Lane real = Sum(x[0], -x[1], outer), imaginary = Doubled(x[2 * quarter + 1], outer);
        (o1[0], o3[0]) = (Sum(real, -imaginary, inner), Sum(real, imaginary, inner));
        if (eighth > 0)
        {
            // Here B = −A*, so that both quarters are real: 2·√½·(re − im) and −2·√½·(re + im).
            (Lane re, Lane im) = Odd(eighth, n / 2 - eighth);
            o1[1] = Scale(Doubled(Product(Sum(re, -im, 0), Math.Sqrt(0.5)), 1), _twiddle.FracBits + inner - 1);
            o3[1] = Scale(Doubled(Product(Sum(re, im, 0), -Math.Sqrt(0.5)), 1), _twiddle.FracBits + inner - 1);
        }
        for (int j = 1; j < eighth; j++)
        {
            (Lane re, Lane im) = Odd(j, n / 2 - j);
            (Lane re2, Lane im2) = Odd(quarter + j, quarter - j);
            (o1[2 * j], o1[2 * j + 1]) = Rotate(Sum(re, -im2, inner), Sum(im, re2, inner), 2 * Math.PI * j / n);
            (o3[2 * j], o3[2 * j + 1]) = Rotate(Sum(re, im2, inner), Sum(im, -re2, inner), 6 * Math.PI * j / n);
        }
        Inverse(e, samples, first, 2 * stride);
        Inverse(o1, samples, first + stride, 4 * stride);
        Inverse(o3, samples, first + 3 * stride, 4 * stride);

        // X[bin] − X*[mirror].
        (Lane Re, Lane Im) Odd(int bin, int mirror) =>
            (Sum(x[2 * bin], -x[2 * mirror], outer), Sum(x[2 * bin + 1], x[2 * mirror + 1], outer));
    }

    /// <summary>(re + i·im)·exp(i·angle): four multiplies.</summary>
    private (Lane Re, Lane Im) Rotate(Lane re, Lane im, double angle)
    {
        double cos = Math.Cos(angle), sin = Math.Sin(angle);
        return (Sum(Product(re, cos), Product(im, -sin), _twiddle.FracBits), Sum(Product(im, cos), Product(re, sin), _twiddle.FracBits));
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

    private Lane Product(Lane a, double factor) => new(Append(TransformOp.Multiply, a.Node, -1, factor, 0), a.Negate);

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
        double error = Math.Abs(op == TransformOp.Multiply ? quantized : scale) * of.Error + (b < 0 ? 0 : _facts[b].Error) + rounding;
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
            TransformOp.Multiply => (Math.Min(a.Min * constant, a.Max * constant), Math.Max(a.Min * constant, a.Max * constant)),
            TransformOp.Double => (a.Min * 2, a.Max * 2),
            _ => (a.Min, a.Max),
        };
        return (FixedFormat.RoundHalfUp(min, shift), FixedFormat.RoundHalfUp(max, shift));
    }

    /// <summary>Puts a level's rounding behind the registers that its word waits in, where it shares them with whoever needs the word
    /// unrounded, and where a plain chain of registers can become a shift register. A product is rounded first: it sheds many bits.</summary>
    private void WaitBeforeRounding(Lane[] outputs)
    {
        var needed = new int[_nodes.Count];
        Array.Fill(needed, int.MaxValue);
        int latency = outputs.Max(o => _nodes[o.Node].Time);
        foreach (Lane lane in outputs) needed[lane.Node] = latency;
        for (int n = _nodes.Count - 1; n >= _blockSize; n--)
        {
            TransformNode node = _nodes[n];
            if (!node.Registered && node.Shift <= 1) node = _nodes[n] = node with { Time = needed[n] };
            int entry = node.Time - (node.Registered ? 1 : 0);
            needed[node.A] = Math.Min(needed[node.A], entry);
            if (node.B >= 0) needed[node.B] = Math.Min(needed[node.B], entry);
        }
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
        WaitBeforeRounding(lanes);
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
