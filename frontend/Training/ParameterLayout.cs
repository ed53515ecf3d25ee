using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>Where each layer's parameters lie in one vector, and the way there and back.</summary>
/// <remarks>A layer has its matrices in planes (see <see cref="WeightMatrix"/>), then its biases. Features of a layer with
/// block size k are in lanes: feature f at (f mod k)·blocks + f / k. Gates of W lie in the order n, z, r, those of R in
/// the order z, r, n: then the gradients n, z, r, R_n h of a step serve both without a copy.</remarks>
internal sealed class ParameterLayout
{
    /// <summary>Index in <see cref="GruWeights"/> (z, r, n) of the gates in the vector.</summary>
    private static readonly int[] InputGates = [2, 0, 1], RecurrentGates = [0, 1, 2];

    public ParameterLayout(IReadOnlyList<LayerDescription> layers)
    {
        Layers = layers;
        var starts = new List<int>();
        foreach (var layer in layers)
        {
            starts.Add(Length);
            Length += MatrixLength(layer) + BiasLength(layer);
        }
        Starts = starts;
    }

    public IReadOnlyList<LayerDescription> Layers { get; }

    /// <summary>Of each layer's first parameter.</summary>
    public IReadOnlyList<int> Starts { get; }

    public int Length { get; }

    /// <summary>Floats of a layer's matrices: first W, then R.</summary>
    public static int MatrixLength(LayerDescription layer) => layer is GruLayer
        ? GruLayer.Gates * layer.OutputBlocks * layer.BlockSize * (layer.InputBlocks + layer.OutputBlocks)
        : layer.OutputBlocks * layer.BlockSize * layer.InputBlocks;

    /// <summary>Floats of a layer's biases.</summary>
    public static int BiasLength(LayerDescription layer) => (layer is GruLayer ? 2 * GruLayer.Gates : 1) * layer.OutputBlocks * layer.BlockSize;

    /// <summary>Of R's first parameter.</summary>
    public int RecurrentStart(int layer) =>
        Starts[layer] + GruLayer.Gates * Layers[layer].OutputBlocks * Layers[layer].BlockSize * Layers[layer].InputBlocks;

    /// <summary>Of the first bias: Wb, then Rb.</summary>
    public int BiasStart(int layer) => Starts[layer] + MatrixLength(Layers[layer]);

    /// <summary>Where feature <paramref name="f"/> lies among <paramref name="blocks"/> blocks of <paramref name="k"/>.</summary>
    public static int Lane(int f, int k, int blocks) => f % k * blocks + f / k;

    public float[] Pack(TrainedNetwork network)
    {
        var vector = new float[Length];
        for (int l = 0; l < Layers.Count; l++)
            Walk(l, network.Weights[l], (at, values, i) => vector[at] = values[i]);
        return vector;
    }

    public TrainedNetwork Unpack(ReadOnlyMemory<float> vector)
    {
        var weights = new List<LayerWeights>();
        for (int l = 0; l < Layers.Count; l++)
        {
            var empty = Empty(Layers[l]);
            Walk(l, empty, (at, values, i) => values[i] = vector.Span[at]);
            weights.Add(empty);
        }
        return new(Layers, weights);
    }

    private static LayerWeights Empty(LayerDescription layer)
    {
        BlockCirculantMatrix Matrix(int columns, int blocks) =>
            new(layer.OutputSize, columns, layer.BlockSize, new float[layer.OutputBlocks * blocks * layer.BlockSize]);
        IReadOnlyList<T> Gates<T>(Func<T> make) => [make(), make(), make()];
        return layer is GruLayer
            ? new GruWeights(Gates(() => Matrix(layer.InputSize, layer.InputBlocks)), Gates(() => Matrix(layer.OutputSize, layer.OutputBlocks)),
                Gates(() => new float[layer.OutputSize]), Gates(() => new float[layer.OutputSize]))
            : new DenseWeights(Matrix(layer.InputSize, layer.InputBlocks), new float[layer.OutputSize]);
    }

    /// <summary>Calls <paramref name="visit"/>(place in the vector, array of the weights, place there) for every parameter.</summary>
    private void Walk(int l, LayerWeights weights, Action<int, float[], int> visit)
    {
        if (weights is GruWeights gru)
        {
            Matrices(Starts[l], gru.Input, InputGates, visit);
            Matrices(RecurrentStart(l), gru.Recurrent, RecurrentGates, visit);
            int n = Layers[l].OutputBlocks * Layers[l].BlockSize;
            Biases(l, BiasStart(l), gru.InputBias, InputGates, visit);
            Biases(l, BiasStart(l) + GruLayer.Gates * n, gru.RecurrentBias, RecurrentGates, visit);
        }
        else
        {
            var dense = (DenseWeights)weights;
            Matrices(Starts[l], [dense.Weight], [0], visit);
            Biases(l, BiasStart(l), [dense.Bias], [0], visit);
        }
    }

    private static void Matrices(int start, IReadOnlyList<BlockCirculantMatrix> gates, int[] order, Action<int, float[], int> visit)
    {
        var m = gates[0];
        for (int g = 0; g < order.Length; g++)
            for (int p = 0; p < m.RowBlocks; p++)
                for (int q = 0; q < m.ColumnBlocks; q++)
                    for (int j = 0; j < m.BlockSize; j++)
                        visit(start + (j * m.ColumnBlocks + q) * order.Length * m.RowBlocks + g * m.RowBlocks + p,
                            gates[order[g]].FirstColumns, (p * m.ColumnBlocks + q) * m.BlockSize + j);
    }

    private void Biases(int l, int start, IReadOnlyList<float[]> gates, int[] order, Action<int, float[], int> visit)
    {
        int k = Layers[l].BlockSize, blocks = Layers[l].OutputBlocks;
        for (int g = 0; g < order.Length; g++)
            for (int u = 0; u < Layers[l].OutputSize; u++)
                visit(start + g * k * blocks + Lane(u, k, blocks), gates[order[g]], u);
    }
}
