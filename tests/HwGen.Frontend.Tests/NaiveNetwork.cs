using HwGen.Core.Network;
using HwGen.Frontend.Data;

namespace HwGen.Frontend.Tests;

/// <summary>The network as ONNX writes it: dense loops in double precision, nothing shared with the product.</summary>
internal static class NaiveNetwork
{
    /// <summary>Mean softmax cross-entropy over all labels: one a step, or one for the last step.</summary>
    public static double Loss(TrainedNetwork network, LabelledData data)
    {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < data.Count; i++)
        {
            var inputs = new float[data.Length(i) * data.InputSize];
            data.Read(i, inputs);
            var outputs = Outputs(network, [.. inputs.Chunk(data.InputSize)]);
            if (data.Kind == LabelKind.Sequence) outputs = outputs[^1..];
            for (int t = 0; t < outputs.Length; t++, count++)
                sum += Math.Log(outputs[t].Sum(Math.Exp)) - outputs[t][data.Labels(i)[t]];
        }
        return sum / count;
    }

    /// <summary>Outputs of every step.</summary>
    public static double[][] Outputs(TrainedNetwork network, float[][] sequence)
    {
        var features = sequence.Select(row => row.Select(v => (double)v).ToArray()).ToArray();
        foreach (var (layer, weights) in network.Layers.Zip(network.Weights))
            features = weights switch
            {
                GruWeights gru => Gru(gru, ((GruLayer)layer).LinearBeforeReset, features),
                LstmWeights lstm => Lstm(lstm, features),
                DenseWeights dense => [.. features.Select(x => Dense(dense, ((DenseLayer)layer).Rectify, x))],
                _ => throw new NotSupportedException(layer.ToString()),
            };
        return features;
    }

    private static double[] Dense(DenseWeights w, bool rectify, double[] x) =>
        [.. Product(w.Weight, x).Select((v, i) => rectify ? Math.Max(0, v + w.Bias[i]) : v + w.Bias[i])];

    private static double[][] Gru(GruWeights w, bool linearBeforeReset, double[][] inputs)
    {
        var h = new double[w.InputBias[0].Length];
        return inputs.Select(x =>
        {
            double[][] a = [.. w.Input.Select(m => Product(m, x))];
            double[] Gate(int g) => [.. Product(w.Recurrent[g], h).Select((b, u) => Sigmoid(a[g][u] + w.InputBias[g][u] + b + w.RecurrentBias[g][u]))];
            double[] z = Gate(0), r = Gate(1);
            double[] candidate = linearBeforeReset
                ? [.. Product(w.Recurrent[2], h).Select((b, u) => r[u] * (b + w.RecurrentBias[2][u]))]
                : [.. Product(w.Recurrent[2], [.. h.Select((v, u) => r[u] * v)]).Select((b, u) => b + w.RecurrentBias[2][u])];
            h = [.. h.Select((old, u) => (1 - z[u]) * Math.Tanh(a[2][u] + w.InputBias[2][u] + candidate[u]) + z[u] * old)];
            return h;
        }).ToArray();
    }

    private static double[][] Lstm(LstmWeights w, double[][] inputs)
    {
        int cells = w.Bias[0].Length;
        double[] c = new double[cells], y = new double[w.Projection?.Rows ?? cells];
        return inputs.Select(x =>
        {
            double[][] a = [.. w.Input.Select((m, g) => Product(m, x).Zip(Product(w.Recurrent[g], y), (p, q) => p + q).Select((s, u) => s + w.Bias[g][u]).ToArray())];
            double Peephole(int g, int u, double cell) => w.Peepholes.Count == 0 ? 0 : w.Peepholes[g][u] * cell;
            double[] next = [.. c.Select((old, u) =>
                Sigmoid(a[2][u] + Peephole(2, u, old)) * old + Sigmoid(a[0][u] + Peephole(0, u, old)) * Math.Tanh(a[3][u]))];
            double[] hidden = [.. next.Select((cell, u) => Sigmoid(a[1][u] + Peephole(1, u, cell)) * Math.Tanh(cell))];
            (c, y) = (next, w.Projection is null ? hidden : Product(w.Projection, hidden));
            return y;
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
