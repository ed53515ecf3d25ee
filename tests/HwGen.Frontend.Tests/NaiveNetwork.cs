using HwGen.Core.Network;

namespace HwGen.Frontend.Tests;

/// <summary>The network as ONNX writes it: dense loops in double precision, nothing shared with the product.</summary>
internal static class NaiveNetwork
{
    /// <summary>Mean softmax cross-entropy of the outputs after the last step.</summary>
    public static double Loss(TrainedNetwork network, float[][][] sequences, byte[] labels)
    {
        double sum = 0;
        for (int i = 0; i < sequences.Length; i++)
        {
            var logits = Logits(network, sequences[i]);
            sum += Math.Log(logits.Sum(Math.Exp)) - logits[labels[i]];
        }
        return sum / sequences.Length;
    }

    public static double[] Logits(TrainedNetwork network, float[][] sequence)
    {
        var features = sequence.Select(row => row.Select(v => (double)v).ToArray()).ToArray();
        for (int l = 0; l < network.Layers.Count - 1; l++) features = Gru((GruWeights)network.Weights[l], features);
        var dense = (DenseWeights)network.Weights[^1];
        return Product(dense.Weight, features[^1]).Select((v, i) => v + dense.Bias[i]).ToArray();
    }

    public static double[][] Gru(GruWeights w, double[][] inputs)
    {
        var h = new double[w.InputBias[0].Length];
        return inputs.Select(x =>
        {
            double[][] a = [.. w.Input.Select(m => Product(m, x))], b = [.. w.Recurrent.Select(m => Product(m, h))];
            h = [.. h.Select((old, u) =>
            {
                double Sum(int g) => a[g][u] + w.InputBias[g][u] + b[g][u] + w.RecurrentBias[g][u];
                double z = Sigmoid(Sum(0)), r = Sigmoid(Sum(1));
                double n = Math.Tanh(a[2][u] + w.InputBias[2][u] + r * (b[2][u] + w.RecurrentBias[2][u]));
                return (1 - z) * n + z * old;
            })];
            return h;
        }).ToArray();
    }

    public static double[] Product(BlockCirculantMatrix m, double[] x)
    {
        var y = new double[m.Rows];
        for (int r = 0; r < m.Rows; r++)
            for (int c = 0; c < m.Columns; c++)
                y[r] += (double)m[r, c] * x[c];
        return y;
    }

    private static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
}
