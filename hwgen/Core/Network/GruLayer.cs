namespace HwGen.Core.Network;

/// <summary>Gated recurrent unit with linear_before_reset = 1 (ONNX's name; PyTorch's convention).</summary>
/// <remarks>
/// z = σ(W_z x + Wb_z + R_z h + Rb_z), r = σ(W_r x + Wb_r + R_r h + Rb_r),
/// n = tanh(W_n x + Wb_n + r ∘ (R_n h + Rb_n)), h' = (1 − z) ∘ n + z ∘ h. Source: ONNX operator GRU, opset 14.
/// </remarks>
public sealed record GruLayer : LayerDescription
{
    /// <summary>Gates in ONNX's order: z, r, n (ONNX calls the candidate h).</summary>
    public const int Gates = 3;

    /// <inheritdoc cref="LayerDescription(int, int, int)"/>
    public GruLayer(int inputSize, int hiddenSize, int blockSize) : base(inputSize, hiddenSize, blockSize) { }

    public override LayerDescription WithBlockSize(int blockSize) => new GruLayer(InputSize, OutputSize, blockSize);
}
