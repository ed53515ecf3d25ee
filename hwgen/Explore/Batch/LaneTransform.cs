using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using HwGen.Core.Transforms;

namespace HwGen.Explore.Batch;

/// <summary>A transform's data flow on the blocks of all <see cref="Lanes"/> at once: the words that <see cref="TransformPlan.Evaluate"/> gives.</summary>
internal sealed class LaneTransform
{
    private readonly int _blockSize;
    private readonly Node[] _nodes;
    private readonly TransformOutput[] _outputs;

    public LaneTransform(TransformPlan plan)
    {
        _blockSize = plan.BlockSize;
        _nodes = [.. plan.Nodes.Skip(plan.BlockSize).Select(n => new Node(n.Op, n.A, n.B, n.Constant, n.Shift, Lanes.Half(n.Shift), Lanes.Scale(n.Shift)))];
        _outputs = [.. plan.Outputs];
    }

    /// <summary>Words that <see cref="Run"/> needs to work in.</summary>
    public int ScratchLength => (_blockSize + _nodes.Length) * Lanes.Count;

    /// <summary>Whether all its words fit, those before a rounding too.</summary>
    public static bool Fits(TransformPlan plan) => plan.Nodes.All(n => n.Format.Width + n.Shift < Lanes.MaxBits);

    /// <param name="input">Shape (k, lanes).</param>
    /// <param name="output">Shape (k, lanes), not rounded.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/>.</param>
    public void Run(ReadOnlySpan<double> input, Span<double> output, Span<double> scratch)
    {
        input.CopyTo(scratch);
        var words = MemoryMarshal.Cast<double, Vector512<double>>(scratch);
        for (int n = 0; n < _nodes.Length; n++)
        {
            ref readonly Node node = ref _nodes[n];
            Vector512<double> value = node.Op switch
            {
                TransformOp.Add => words[node.A] + words[node.B],
                TransformOp.Subtract => words[node.A] - words[node.B],
                TransformOp.Multiply => words[node.A] * Vector512.Create(node.Constant),
                TransformOp.Round => words[node.A],
                TransformOp.Double => words[node.A] + words[node.A],
                _ => throw new InvalidOperationException($"No such operation: {node.Op}."),
            };
            words[_blockSize + n] = node.Shift == 0 ? value
                : Vector512.Floor((value + Vector512.Create(node.Half)) * Vector512.Create(node.Scale));
        }
        var lanes = MemoryMarshal.Cast<double, Vector512<double>>(output);
        for (int lane = 0; lane < _outputs.Length; lane++)
            lanes[lane] = _outputs[lane].Negate ? Vector512<double>.Zero - words[_outputs[lane].Node] : words[_outputs[lane].Node];
    }

    private readonly record struct Node(TransformOp Op, int A, int B, double Constant, int Shift, double Half, double Scale);
}
