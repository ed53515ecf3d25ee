using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>Π over whole networks, and back.</summary>
public static class CirculantProjection
{
    /// <param name="dense">A matrix with block size 1.</param>
    /// <param name="blockSize">k, a power of two.</param>
    public static BlockCirculantMatrix Project(BlockCirculantMatrix dense, int blockSize) =>
        BlockCirculantMatrix.Project(dense.FirstColumns, dense.Rows, dense.Columns, blockSize);

    /// <summary>The same matrix with block size 1.</summary>
    public static BlockCirculantMatrix Expand(BlockCirculantMatrix matrix) => Expand(matrix, matrix.Columns);

    /// <summary>Π of every matrix of a dense network; matrices that stay dense and the vectors are kept.</summary>
    /// <param name="layers">The dense network's, with the block sizes of the result.</param>
    public static TrainedNetwork Project(TrainedNetwork dense, IReadOnlyList<LayerDescription> layers) =>
        new(layers, [.. layers.Zip(dense.Weights, (layer, weights) => weights.MapMatrices(
            Numbered((matrix, m) => EachTap(matrix, layer, tap => Project(tap, layer.Matrices[m].BlockSize)))))]);

    /// <summary>The dense network that computes the same.</summary>
    public static TrainedNetwork Expand(TrainedNetwork network) => new(
        [.. network.Layers.Select(l => l.WithBlockSize(1))],
        [.. network.Layers.Zip(network.Weights, (layer, weights) => weights.MapMatrices(
            matrix => EachTap(matrix, layer, tap => Expand(tap, layer is ConvLayer c ? c.Input.Channels : tap.Columns))))]);

    private static Func<BlockCirculantMatrix, BlockCirculantMatrix> Numbered(Func<BlockCirculantMatrix, int, BlockCirculantMatrix> map)
    {
        int next = 0;
        return matrix => map(matrix, next++);
    }

    private static BlockCirculantMatrix Expand(BlockCirculantMatrix matrix, int columns)
    {
        var dense = new float[matrix.Rows * columns];
        for (int r = 0; r < matrix.Rows; r++)
            for (int c = 0; c < columns; c++)
                dense[r * columns + c] = matrix[r, c];
        return new(matrix.Rows, columns, 1, dense);
    }

    /// <summary>Maps a convolution's matrix tap by tap, since the channels of each tap are padded on their own; others as a whole.</summary>
    private static BlockCirculantMatrix EachTap(BlockCirculantMatrix matrix, LayerDescription layer, Func<BlockCirculantMatrix, BlockCirculantMatrix> map)
    {
        if (layer is not ConvLayer conv || conv.Taps == 1) return map(matrix);
        int run = matrix.ColumnBlocks / conv.Taps * matrix.BlockSize, columns = matrix.Columns / conv.Taps;
        BlockCirculantMatrix[] taps = [.. Enumerable.Range(0, conv.Taps).Select(t => map(new(matrix.Rows, columns, matrix.BlockSize, Cut(t))))];
        int k = taps[0].BlockSize, width = taps[0].ColumnBlocks * k;
        var joined = new float[taps[0].RowBlocks * width * conv.Taps];
        for (int i = 0; i < taps[0].RowBlocks; i++)
            for (int t = 0; t < conv.Taps; t++)
                taps[t].FirstColumns.AsSpan(i * width, width).CopyTo(joined.AsSpan((i * conv.Taps + t) * width));
        return new(matrix.Rows, width * conv.Taps, k, joined);

        float[] Cut(int t)
        {
            var part = new float[matrix.RowBlocks * run];
            for (int i = 0; i < matrix.RowBlocks; i++)
                matrix.FirstColumns.AsSpan((i * conv.Taps + t) * run, run).CopyTo(part.AsSpan(i * run));
            return part;
        }
    }
}
