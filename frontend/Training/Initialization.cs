using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>Random weights to start from.</summary>
internal static class Initialization
{
    private const int Purpose = 0x1A17;

    /// <summary>Matrices uniform with variance 1 / fan-in of the expanded matrix; biases 0, but 1 for the update gate of a
    /// GRU, which so starts by keeping most of its state.</summary>
    public static TrainedNetwork Create(IReadOnlyList<LayerDescription> layers, int seed)
    {
        var random = new RandomStream(seed, Purpose, 0);
        return new(layers, [.. layers.Select(layer => Layer(layer, ref random))]);
    }

    private static LayerWeights Layer(LayerDescription layer, ref RandomStream random)
    {
        if (layer is not GruLayer) return new DenseWeights(Matrix(layer, layer.InputSize, ref random), new float[layer.OutputSize]);
        BlockCirculantMatrix[] input = new BlockCirculantMatrix[GruLayer.Gates], recurrent = new BlockCirculantMatrix[GruLayer.Gates];
        for (int g = 0; g < GruLayer.Gates; g++) input[g] = Matrix(layer, layer.InputSize, ref random);
        for (int g = 0; g < GruLayer.Gates; g++) recurrent[g] = Matrix(layer, layer.OutputSize, ref random);
        float[] Zeros() => new float[layer.OutputSize];
        var keep = Zeros();
        Array.Fill(keep, 1f);
        return new GruWeights(input, recurrent, [keep, Zeros(), Zeros()], [Zeros(), Zeros(), Zeros()]);
    }

    private static BlockCirculantMatrix Matrix(LayerDescription layer, int columns, ref RandomStream random)
    {
        int k = layer.BlockSize;
        var values = new float[layer.OutputBlocks * ((columns + k - 1) / k) * k];
        double bound = Math.Sqrt(3.0 / columns);
        for (int i = 0; i < values.Length; i++) values[i] = (float)(bound * (2 * random.NextUniform() - 1));
        return new(layer.OutputSize, columns, k, values);
    }
}
