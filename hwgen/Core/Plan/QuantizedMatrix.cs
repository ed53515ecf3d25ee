using HwGen.Core.Network;
using HwGen.Core.Numerics;

namespace HwGen.Core.Plan;

/// <summary>A block-circulant matrix as the memory holds it: the spectra of its blocks, quantized once from double.</summary>
public sealed class QuantizedMatrix
{
    private readonly int[] _words;

    public QuantizedMatrix(BlockCirculantMatrix matrix, FixedFormat format)
    {
        (RowBlocks, ColumnBlocks, BlockSize, Format) = (matrix.RowBlocks, matrix.ColumnBlocks, matrix.BlockSize, format);
        _words = new int[RowBlocks * ColumnBlocks * BlockSize];
        for (int i = 0; i < RowBlocks; i++)
            for (int j = 0; j < ColumnBlocks; j++)
            {
                double[] spectrum = Spectrum.Forward(matrix.Block(i, j));
                for (int w = 0; w < BlockSize; w++) _words[(i * ColumnBlocks + j) * BlockSize + w] = (int)format.Quantize(spectrum[w]);
            }
    }

    public int RowBlocks { get; }

    public int ColumnBlocks { get; }

    public int BlockSize { get; }

    public FixedFormat Format { get; }

    /// <summary>Packed raw spectrum of block (i, j), shape (k).</summary>
    public ReadOnlySpan<int> Block(int i, int j) => _words.AsSpan((i * ColumnBlocks + j) * BlockSize, BlockSize);
}
