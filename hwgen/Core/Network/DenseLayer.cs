namespace HwGen.Core.Network;

/// <summary>Fully connected layer y = W x + b, with or without rectification. In a recurrent network it is applied at every step;
/// behind a convolution or a pool it sees the whole map, position by position, the channels of a position together.</summary>
public sealed record DenseLayer : LayerDescription
{
    /// <inheritdoc cref="LayerDescription(int, int, ReadOnlySpan{int})"/>
    /// <param name="rectify">Whether y = max(0, W x + b).</param>
    public DenseLayer(int inputSize, int outputSize, int blockSize, bool rectify = false) : base(inputSize, outputSize, blockSize) => Rectify = rectify;

    public bool Rectify { get; }

    public override IReadOnlyList<MatrixShape> Matrices => [new(OutputSize, InputSize, BlockSize)];

    public override LayerDescription MapBlockSizes(Func<int, int> map) => new DenseLayer(InputSize, OutputSize, map(BlockSize), Rectify);
}
