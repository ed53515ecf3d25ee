namespace HwGen.Core.Network;

/// <summary>Gated recurrent unit.</summary>
/// <remarks>
/// z = σ(W_z x + Wb_z + R_z h + Rb_z), r = σ(W_r x + Wb_r + R_r h + Rb_r), h' = (1 − z) ∘ n + z ∘ h, where with
/// linear_before_reset = 1 (PyTorch's) n = tanh(W_n x + Wb_n + r ∘ (R_n h + Rb_n)), and with linear_before_reset = 0 (E-RNN's)
/// n = tanh(W_n x + Wb_n + R_n (r ∘ h) + Rb_n). Source: ONNX operator GRU, opset 14.
/// </remarks>
public sealed record GruLayer : LayerDescription
{
    /// <summary>Gates in ONNX's order: z, r, n (ONNX calls the candidate h).</summary>
    public const int Gates = 3;

    /// <summary>One block size for W and R, linear_before_reset = 1.</summary>
    public GruLayer(int inputSize, int hiddenSize, int blockSize) : this(inputSize, hiddenSize, blockSize, blockSize, true) { }

    /// <inheritdoc cref="LayerDescription(int, int, ReadOnlySpan{int})"/>
    /// <param name="inputBlockSize">k of W.</param>
    /// <param name="recurrentBlockSize">k of R.</param>
    /// <param name="linearBeforeReset">ONNX's linear_before_reset.</param>
    public GruLayer(int inputSize, int hiddenSize, int inputBlockSize, int recurrentBlockSize, bool linearBeforeReset)
        : base(inputSize, hiddenSize, inputBlockSize, recurrentBlockSize) =>
        (InputBlockSize, RecurrentBlockSize, LinearBeforeReset) = (inputBlockSize, recurrentBlockSize, linearBeforeReset);

    public int InputBlockSize { get; }

    public int RecurrentBlockSize { get; }

    public bool LinearBeforeReset { get; }

    public override IReadOnlyList<MatrixShape> Matrices =>
    [
        .. Enumerable.Repeat(new MatrixShape(OutputSize, InputSize, InputBlockSize), Gates),
        .. Enumerable.Repeat(new MatrixShape(OutputSize, OutputSize, RecurrentBlockSize), Gates),
    ];

    public override LayerDescription MapBlockSizes(Func<int, int> map) =>
        new GruLayer(InputSize, OutputSize, map(InputBlockSize), map(RecurrentBlockSize), LinearBeforeReset);
}
