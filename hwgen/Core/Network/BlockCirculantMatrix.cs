namespace HwGen.Core.Network;

/// <summary>Weights W in R^{rows × columns} as p × q circulant blocks, each given by its first column:
/// W_ij[r, c] = w_ij[(r − c) mod k]. Shapes that k does not divide are zero-padded to p·k × q·k.</summary>
/// <remarks>Source: Ding et al., CirCNN, MICRO-50 (2017), arXiv:1708.08917. k = 1 is a dense matrix.</remarks>
public sealed class BlockCirculantMatrix
{
    /// <param name="rows">Rows of W before padding.</param>
    /// <param name="columns">Columns of W before padding.</param>
    /// <param name="blockSize">k, a power of two.</param>
    /// <param name="firstColumns">Shape (p, q, k), row-major; kept, not copied.</param>
    /// <exception cref="ArgumentException">The length is not p·q·k.</exception>
    public BlockCirculantMatrix(int rows, int columns, int blockSize, float[] firstColumns)
    {
        (Rows, Columns, BlockSize) = (rows, columns, blockSize);
        (RowBlocks, ColumnBlocks) = ((rows + blockSize - 1) / blockSize, (columns + blockSize - 1) / blockSize);
        if (firstColumns.Length != RowBlocks * ColumnBlocks * blockSize)
            throw new ArgumentException($"{RowBlocks}×{ColumnBlocks} blocks of {blockSize} need {RowBlocks * ColumnBlocks * blockSize} values, not {firstColumns.Length}.", nameof(firstColumns));
        FirstColumns = firstColumns;
    }

    public int Rows { get; }

    public int Columns { get; }

    public int BlockSize { get; }

    public int RowBlocks { get; }

    public int ColumnBlocks { get; }

    /// <summary>Shape (p, q, k), row-major.</summary>
    public float[] FirstColumns { get; }

    /// <summary>First column of block (i, j), shape (k).</summary>
    public ReadOnlySpan<float> Block(int i, int j) => FirstColumns.AsSpan((i * ColumnBlocks + j) * BlockSize, BlockSize);

    /// <summary>Entry of the expanded matrix, row 0..p·k−1, column 0..q·k−1.</summary>
    public float this[int row, int column] =>
        Block(row / BlockSize, column / BlockSize)[(row - column) & (BlockSize - 1)];

    /// <summary>Π: the nearest block-circulant matrix in the Frobenius norm, the mean over each wrapped diagonal of each block.
    /// In a padded block only the entries inside the matrix count, since nothing reads the padding; a diagonal wholly in the
    /// padding gives 0.</summary>
    /// <param name="dense">Shape (rows, columns), row-major.</param>
    /// <param name="rows">Rows of W.</param>
    /// <param name="columns">Columns of W.</param>
    /// <param name="blockSize">k, a power of two.</param>
    /// <remarks>Source: Li et al., E-RNN, HPCA 2019, arXiv:1812.07106.</remarks>
    public static BlockCirculantMatrix Project(ReadOnlySpan<float> dense, int rows, int columns, int blockSize)
    {
        int p = (rows + blockSize - 1) / blockSize, q = (columns + blockSize - 1) / blockSize;
        var result = new float[p * q * blockSize];
        for (int i = 0; i < p; i++)
            for (int j = 0; j < q; j++)
                for (int d = 0; d < blockSize; d++)
                {
                    double sum = 0;
                    int count = 0;
                    for (int c = 0; c < blockSize; c++)
                    {
                        int row = i * blockSize + ((c + d) & (blockSize - 1)), column = j * blockSize + c;
                        if (row >= rows || column >= columns) continue;
                        sum += dense[row * columns + column];
                        count++;
                    }
                    result[(i * q + j) * blockSize + d] = count == 0 ? 0f : (float)(sum / count);
                }
        return new(rows, columns, blockSize, result);
    }
}
