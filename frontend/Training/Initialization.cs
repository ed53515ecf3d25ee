using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>Random weights to start from.</summary>
internal static class Initialization
{
    private const int Purpose = 0x1A17;

    /// <summary>Matrices uniform with variance 1 / fan-in of the expanded matrix, 2 / fan-in where the outputs are rectified (He et al.,
    /// arXiv:1502.01852). Biases 0, but 1 for the update gate of a GRU and the forget gate of an LSTM, which so start by keeping most
    /// of their state; peepholes 0; batch norm the identity.</summary>
    /// <param name="layers">Shapes.</param>
    /// <param name="seed">Draws the weights.</param>
    /// <param name="gain">Scales the matrices.</param>
    /// <param name="spread">Standard deviation that is added to biases and peepholes.</param>
    /// <param name="density">Share of every row's weights that are drawn, rounded up; the others are zero. The fan-in is that of the drawn ones.</param>
    public static TrainedNetwork Create(IReadOnlyList<LayerDescription> layers, int seed, double gain = 1, double spread = 0, double density = 1)
    {
        var random = new RandomStream(seed, Purpose, 0);
        var layout = new ParameterLayout(layers);
        var network = layout.Unpack(new float[layout.Length]);
        foreach (var (layer, weights) in network.Layers.Zip(network.Weights)) Fill(layer, weights, gain, density, ref random);
        foreach (float[] vector in network.Weights.Where(w => spread > 0 && w is not ConvWeights { Norm: not null }).SelectMany(w => w.Vectors))
            for (int i = 0; i < vector.Length; i++) vector[i] += (float)(spread * Math.Sqrt(3) * (2 * random.NextUniform() - 1));
        return network;
    }

    private static void Fill(LayerDescription layer, LayerWeights weights, double gain, double density, ref RandomStream random)
    {
        bool rectified = layer is DenseLayer { Rectify: true } or ConvLayer { Rectify: true };
        foreach (var matrix in weights.Matrices)
        {
            int fanIn = layer is ConvLayer conv ? conv.Taps * conv.Input.Channels : (int)Math.Ceiling(density * matrix.Columns);
            double bound = gain * Math.Sqrt((rectified ? 6.0 : 3.0) / fanIn);
            for (int i = 0; i < matrix.FirstColumns.Length; i++) matrix.FirstColumns[i] = (float)(bound * (2 * random.NextUniform() - 1));
            for (int row = 0; density < 1 && row < matrix.Rows; row++)
                foreach (int column in random.Permutation(matrix.Columns)[fanIn..]) matrix.FirstColumns[row * matrix.Columns + column] = 0;
        }
        if (weights is GruWeights gru) Array.Fill(gru.InputBias[0], 1f);
        if (weights is LstmWeights lstm) Array.Fill(lstm.Bias[2], 1f);
        if (weights is not ConvWeights { Norm: { } norm }) return;
        Array.Fill(norm.Scale, 1f);
        Array.Fill(norm.Variance, 1f);
    }
}
