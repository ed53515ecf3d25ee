using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>Π for matrices whose padding is not stored: the nearest matrix that is the upper left part of a block-circulant one.</summary>
/// <remarks>Each first-column word is the mean of the entries on its wrapped diagonal that lie inside the matrix; a diagonal
/// wholly in the padding gives 0. Where k divides the shape this is <see cref="BlockCirculantMatrix.Project"/>; elsewhere
/// that one averages the padding's zeros in and so shrinks the weights at the edge, although nothing reads the padding.</remarks>
public static class CirculantProjection
{
    /// <param name="dense">A matrix with block size 1.</param>
    /// <param name="blockSize">k, a power of two.</param>
    public static BlockCirculantMatrix Project(BlockCirculantMatrix dense, int blockSize)
    {
        int rows = dense.Rows, columns = dense.Columns, p = (rows + blockSize - 1) / blockSize, q = (columns + blockSize - 1) / blockSize;
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
                        sum += dense.FirstColumns[row * columns + column];
                        count++;
                    }
                    result[(i * q + j) * blockSize + d] = count == 0 ? 0f : (float)(sum / count);
                }
        return new(rows, columns, blockSize, result);
    }

    /// <summary>The same matrix with block size 1.</summary>
    public static BlockCirculantMatrix Expand(BlockCirculantMatrix matrix)
    {
        var dense = new float[matrix.Rows * matrix.Columns];
        for (int r = 0; r < matrix.Rows; r++)
            for (int c = 0; c < matrix.Columns; c++)
                dense[r * matrix.Columns + c] = matrix[r, c];
        return new(matrix.Rows, matrix.Columns, 1, dense);
    }

    /// <summary>Π of every matrix of a dense network; layers that stay dense and biases are kept.</summary>
    public static TrainedNetwork Project(TrainedNetwork dense, IReadOnlyList<LayerDescription> layers) =>
        Map(dense, layers, (matrix, layer) => Project(matrix, layer.BlockSize));

    /// <summary>The dense network that computes the same.</summary>
    public static TrainedNetwork Expand(TrainedNetwork network) =>
        Map(network, [.. network.Layers.Select(l => l.WithBlockSize(1))], (matrix, _) => Expand(matrix));

    private static TrainedNetwork Map(TrainedNetwork network, IReadOnlyList<LayerDescription> layers, Func<BlockCirculantMatrix, LayerDescription, BlockCirculantMatrix> map) =>
        new(layers, [.. layers.Zip(network.Weights, (layer, weights) => (LayerWeights)(weights switch
        {
            GruWeights gru => gru with { Input = [.. gru.Input.Select(m => map(m, layer))], Recurrent = [.. gru.Recurrent.Select(m => map(m, layer))] },
            DenseWeights dense => dense with { Weight = map(dense.Weight, layer) },
            _ => throw new ArgumentException($"No projection for {weights.GetType().Name}.", nameof(network)),
        }))]);
}
