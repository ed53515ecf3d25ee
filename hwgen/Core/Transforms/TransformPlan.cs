using HwGen.Core.Numerics;

namespace HwGen.Core.Transforms;

/// <summary>A pipelined FFT (real block → packed spectrum) or inverse FFT (packed spectrum → real block) of k words in
/// fixed point, decided: every operation, width, shift and register stage. The reference runs it, the printer prints it.</summary>
/// <remarks>Split radix, decimation in time (inverse: in frequency), conjugate symmetry used throughout, so k words stay k
/// words. A level doubles its values; its scaling shift takes the bit back with half-up rounding or leaves it to grow.</remarks>
public sealed class TransformPlan
{
    private readonly TransformNode[] _program;
    private readonly TransformOutput[] _lanes;

    internal TransformPlan(
        int blockSize, bool inverse, FixedFormat input, FixedFormat twiddle, IReadOnlyList<int> levelShifts,
        IReadOnlyList<TransformNode> nodes, IReadOnlyList<TransformOutput> outputs, int point)
    {
        (BlockSize, Inverse, Input, Twiddle, LevelShifts, Nodes, Outputs) =
            (blockSize, inverse, input, twiddle, levelShifts, nodes, outputs);
        LatencyCycles = outputs.Max(o => nodes[o.Node].Time);
        _program = [.. nodes];
        _lanes = [.. outputs];
        Format = new(outputs.Max(o => nodes[o.Node].Format.Width), nodes[outputs[0].Node].Format.FracBits + point);
    }

    public int BlockSize { get; }

    public bool Inverse { get; }

    public FixedFormat Input { get; }

    /// <summary>Format of the twiddle constants; all are below 1 in magnitude.</summary>
    public FixedFormat Twiddle { get; }

    /// <summary>Scaling shift of each level, in the order of the data flow, 0 or 1 each; log2 k of them.</summary>
    public IReadOnlyList<int> LevelShifts { get; }

    public IReadOnlyList<TransformNode> Nodes { get; }

    /// <summary>k lanes, packed spectrum or time samples.</summary>
    public IReadOnlyList<TransformOutput> Outputs { get; }

    /// <summary>Widest output lane; all lanes share its fraction bits. The inverse's 1/k is in the fraction bits.</summary>
    public FixedFormat Format { get; }

    /// <summary>Bits of an output lane as the hardware carries it: a negated node may need one more.</summary>
    public int OutputBits => Outputs.Max(o => Nodes[o.Node].Format.Width + (o.Negate ? 1 : 0));

    /// <summary>Register stages between input and output.</summary>
    public int LatencyCycles { get; }

    public int Multipliers => Nodes.Count(n => n.Op == TransformOp.Multiply);

    /// <summary>Sum of the widths of all registered results: the cost by which plans are compared.</summary>
    public int RegisterBits => Nodes.Where(n => n.Registered).Sum(n => n.Format.Width);

    /// <summary>Runs the data flow on one block.</summary>
    /// <param name="input">Raw words, shape (k).</param>
    /// <param name="output">Raw words in <see cref="Format"/>, shape (k).</param>
    /// <param name="scratch">At least one word a node; its content is lost.</param>
    public void Evaluate(ReadOnlySpan<long> input, Span<long> output, Span<long> scratch)
    {
        input.CopyTo(scratch);      // the first k nodes are the input words
        for (int n = input.Length; n < _program.Length; n++)
        {
            TransformNode node = _program[n];
            long value = node.Op switch
            {
                TransformOp.Add => scratch[node.A] + scratch[node.B],
                TransformOp.Subtract => scratch[node.A] - scratch[node.B],
                TransformOp.Multiply => scratch[node.A] * node.Constant,
                TransformOp.Round => scratch[node.A],
                TransformOp.Double => scratch[node.A] * 2,
                _ => throw new InvalidOperationException($"No such operation: {node.Op}."),
            };
            scratch[n] = FixedFormat.RoundHalfUp(value, node.Shift);
        }
        for (int lane = 0; lane < output.Length; lane++)
        {
            long value = scratch[_lanes[lane].Node];
            output[lane] = _lanes[lane].Negate ? -value : value;
        }
    }

    /// <summary>What the output lanes can hold for words from given ranges: each node's own proof and its operands' ranges together.</summary>
    /// <param name="input">Of each input word, shape (k).</param>
    /// <returns>Shape (k).</returns>
    public Interval[] Bounds(IEnumerable<Interval> input)
    {
        var ranges = new Interval[_program.Length];
        int words = 0;
        foreach (Interval word in input) ranges[words++] = word;
        for (int n = words; n < _program.Length; n++)
        {
            TransformNode node = _program[n];
            Interval value = node.Op switch
            {
                TransformOp.Add => ranges[node.A] + ranges[node.B],
                TransformOp.Subtract => ranges[node.A] - ranges[node.B],
                TransformOp.Multiply => ranges[node.A] * node.Constant,
                TransformOp.Round => ranges[node.A],
                TransformOp.Double => ranges[node.A] * 2,
                _ => throw new InvalidOperationException($"No such operation: {node.Op}."),
            };
            ranges[n] = value.RoundHalfUp(node.Shift).Meet(new(node.Min, node.Max));
        }
        return [.. _lanes.Select(l => l.Negate ? -ranges[l.Node] : ranges[l.Node])];
    }
}
