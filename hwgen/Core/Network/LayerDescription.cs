namespace HwGen.Core.Network;

/// <summary>Shape of one layer; its weights are block-circulant with square blocks of <see cref="BlockSize"/>.</summary>
public abstract record LayerDescription
{
    /// <param name="inputSize">Features in, at least 1.</param>
    /// <param name="outputSize">Features out, at least 1.</param>
    /// <param name="blockSize">k, a power of two; 1 is dense. Shapes that k does not divide are zero-padded.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or k is no power of two.</exception>
    protected LayerDescription(int inputSize, int outputSize, int blockSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputSize, 1);
        if (!int.IsPow2(blockSize))
            throw new ArgumentOutOfRangeException(nameof(blockSize), blockSize, "A block size is a power of two.");
        (InputSize, OutputSize, BlockSize) = (inputSize, outputSize, blockSize);
    }

    public int InputSize { get; }

    public int OutputSize { get; }

    public int BlockSize { get; }

    /// <summary>Column blocks of the input: ceil(InputSize / k).</summary>
    public int InputBlocks => (InputSize + BlockSize - 1) / BlockSize;

    /// <summary>Blocks of the output: ceil(OutputSize / k).</summary>
    public int OutputBlocks => (OutputSize + BlockSize - 1) / BlockSize;

    /// <summary>The same layer with another block size.</summary>
    public abstract LayerDescription WithBlockSize(int blockSize);
}
