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
