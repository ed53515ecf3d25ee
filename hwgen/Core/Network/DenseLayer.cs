namespace HwGen.Core.Network;

/// <summary>Fully connected layer y = W x + b, applied at every step of the sequence.</summary>
public sealed record DenseLayer : LayerDescription
{
    /// <inheritdoc cref="LayerDescription(int, int, int)"/>
    public DenseLayer(int inputSize, int outputSize, int blockSize) : base(inputSize, outputSize, blockSize) { }

    public override LayerDescription WithBlockSize(int blockSize) => new DenseLayer(InputSize, OutputSize, blockSize);
}
