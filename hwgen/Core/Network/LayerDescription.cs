namespace HwGen.Core.Network;

/// <summary>Shape of one layer. Its weight matrices are block-circulant with square blocks, each with a block size of its own.</summary>
public abstract record LayerDescription
{
    /// <param name="inputSize">Features in, at least 1.</param>
    /// <param name="outputSize">Features out, at least 1.</param>
    /// <param name="blockSizes">k of each matrix, powers of two; 1 is dense. Shapes that k does not divide are zero-padded.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or a k is no power of two.</exception>
    protected LayerDescription(int inputSize, int outputSize, params ReadOnlySpan<int> blockSizes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputSize, 1);
        (InputSize, OutputSize, BlockSize) = (inputSize, outputSize, 1);
        foreach (int k in blockSizes)
        {
            if (!int.IsPow2(k)) throw new ArgumentOutOfRangeException(nameof(blockSizes), k, "A block size is a power of two.");
            BlockSize = Math.Max(BlockSize, k);
        }
    }

    public int InputSize { get; }

    public int OutputSize { get; }

    /// <summary>k of the layer's matrices; the largest where they differ.</summary>
    public int BlockSize { get; }

    /// <summary>Column blocks of the input: ceil(InputSize / k).</summary>
    public int InputBlocks => (InputSize + BlockSize - 1) / BlockSize;

    /// <summary>Blocks of the output: ceil(OutputSize / k).</summary>
    public int OutputBlocks => (OutputSize + BlockSize - 1) / BlockSize;

    /// <summary>Its weight matrices, in the order of <see cref="LayerWeights.Matrices"/>.</summary>
    public abstract IReadOnlyList<MatrixShape> Matrices { get; }

    /// <summary>The same layer with the block size of each matrix replaced.</summary>
    public abstract LayerDescription MapBlockSizes(Func<int, int> map);

    /// <summary>The same layer with another block size for all matrices.</summary>
    public LayerDescription WithBlockSize(int blockSize) => MapBlockSizes(_ => blockSize);
}
