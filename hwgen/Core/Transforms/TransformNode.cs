using HwGen.Core.Numerics;

namespace HwGen.Core.Transforms;

/// <summary>One node of a transform's data flow. Nodes only refer to earlier ones.</summary>
/// <param name="Op">The operation.</param>
/// <param name="A">First operand: a node, or for <see cref="TransformOp.Input"/> the word.</param>
/// <param name="B">Second operand of a sum, otherwise −1.</param>
/// <param name="Constant">Raw twiddle of a product, signed, otherwise 0.</param>
/// <param name="Shift">Bits dropped by half-up rounding, 0 for none.</param>
/// <param name="Format">The result's word.</param>
/// <param name="Min">Least raw value that any input can cause: proven.</param>
/// <param name="Max">Largest raw value that any input can cause: proven.</param>
/// <param name="Time">Register stage in which the result is valid, from 0 at the input.</param>
public sealed record TransformNode(
    TransformOp Op, int A, int B, long Constant, int Shift, FixedFormat Format, long Min, long Max, int Time)
{
    /// <summary>Whether the result is registered; the others are wires in their successor's stage.</summary>
    public bool Registered => Op is TransformOp.Add or TransformOp.Subtract or TransformOp.Multiply;

    public bool Summing => Op is TransformOp.Add or TransformOp.Subtract;
}
