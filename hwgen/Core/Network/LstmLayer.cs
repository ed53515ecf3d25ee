namespace HwGen.Core.Network;

/// <summary>Long short-term memory with optional peepholes and projection: with both, the Google LSTM of ESE, C-LSTM and E-RNN.</summary>
/// <remarks>
/// i = σ(W_i x + R_i y + P_i ∘ c + b_i), f = σ(W_f x + R_f y + P_f ∘ c + b_f), g = tanh(W_c x + R_c y + b_c),
/// c' = f ∘ c + i ∘ g, o = σ(W_o x + R_o y + P_o ∘ c' + b_o), y' = o ∘ tanh(c'), or y' = M (o ∘ tanh(c')) with a projection.
/// Source: ONNX operator LSTM, opset 14; the projection: Sak, Senior, Beaufays, arXiv:1402.1128.
/// </remarks>
public sealed record LstmLayer : LayerDescription
{
    /// <summary>Gates in ONNX's order: i, o, f, c.</summary>
    public const int Gates = 4;

    /// <summary>Peepholes in ONNX's order: i, o, f.</summary>
    public const int PeepholeGates = 3;

    /// <inheritdoc cref="LayerDescription(int, int, ReadOnlySpan{int})"/>
    /// <param name="cells">Size of the cell state, at least 1.</param>
    /// <param name="projection">Size of the projected output, or 0: the output has as many features as there are cells.</param>
    /// <param name="peepholes">Whether the gates see the cell state.</param>
    /// <param name="inputBlockSize">k of W.</param>
    /// <param name="recurrentBlockSize">k of R.</param>
    /// <param name="projectionBlockSize">k of M; without a projection it counts for nothing.</param>
    public LstmLayer(int inputSize, int cells, int projection, bool peepholes, int inputBlockSize, int recurrentBlockSize, int projectionBlockSize)
        : base(inputSize, projection == 0 ? cells : projection, inputBlockSize, recurrentBlockSize, projection == 0 ? 1 : projectionBlockSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cells, 1);
        (Cells, Projection, Peepholes) = (cells, projection, peepholes);
        (InputBlockSize, RecurrentBlockSize, ProjectionBlockSize) = (inputBlockSize, recurrentBlockSize, projection == 0 ? 1 : projectionBlockSize);
    }

    public int Cells { get; }

    /// <summary>0 without a projection.</summary>
    public int Projection { get; }

    public bool Peepholes { get; }

    public int InputBlockSize { get; }

    public int RecurrentBlockSize { get; }

    /// <summary>1 without a projection.</summary>
    public int ProjectionBlockSize { get; }

    public override IReadOnlyList<MatrixShape> Matrices =>
    [
        .. Enumerable.Repeat(new MatrixShape(Cells, InputSize, InputBlockSize), Gates),
        .. Enumerable.Repeat(new MatrixShape(Cells, OutputSize, RecurrentBlockSize), Gates),
        .. Projection == 0 ? (MatrixShape[])[] : [new MatrixShape(Projection, Cells, ProjectionBlockSize)],
    ];

    public override LayerDescription MapBlockSizes(Func<int, int> map) => new LstmLayer(InputSize, Cells, Projection, Peepholes,
        map(InputBlockSize), map(RecurrentBlockSize), map(ProjectionBlockSize));
}
