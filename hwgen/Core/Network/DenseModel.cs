namespace HwGen.Core.Network;

/// <summary>A network as plain dense matrices in double precision, step by step: the model that every faster or narrower
/// path is held against, and the one whose ranges choose the formats. No FFT is used.</summary>
public sealed class DenseModel
{
    private readonly IReadOnlyList<LayerDescription> _layers;
    private readonly IReadOnlyList<DenseParameters> _parameters;

    public DenseModel(TrainedNetwork network) : this(network.Layers, [.. network.Weights.Select(DenseParameters.Expand)]) { }

    /// <param name="layers">Shapes.</param>
    /// <param name="parameters">Expanded weights, one entry a layer.</param>
    public DenseModel(IReadOnlyList<LayerDescription> layers, IReadOnlyList<DenseParameters> parameters) =>
        (_layers, _parameters) = (layers, parameters);

    /// <summary>Zero state of every recurrent layer (an empty vector for the others), padded to whole blocks.</summary>
    public double[][] InitialState() =>
        [.. _layers.Select(l => l is GruLayer ? new double[l.OutputBlocks * l.BlockSize] : [])];

    /// <summary>One step of every layer.</summary>
    /// <param name="x">Input, shape (input size).</param>
    /// <param name="state">State of each layer, padded; not changed.</param>
    /// <returns>One entry a layer; a recurrent layer's Output is its next state.</returns>
    public DenseLayerStep[] Step(ReadOnlySpan<double> x, IReadOnlyList<double[]> state)
    {
        var steps = new DenseLayerStep[_layers.Count];
        double[] input = Pad(x, _layers[0]);
        for (int l = 0; l < _layers.Count; l++)
        {
            steps[l] = _layers[l] switch
            {
                GruLayer gru => StepGru(gru, _parameters[l], input, state[l]),
                _ => StepDense(_layers[l], _parameters[l], input),
            };
            if (l + 1 < _layers.Count) input = Pad(steps[l].Output.AsSpan(0, _layers[l].OutputSize), _layers[l + 1]);
        }
        return steps;
    }

    /// <summary>Index of the largest output of the last step.</summary>
    /// <param name="sequence">Shape (steps, input size).</param>
    /// <param name="steps">Length of the sequence.</param>
    public int Classify(ReadOnlySpan<float> sequence, int steps)
    {
        double[][] state = InitialState();
        DenseLayerStep[] step = [];
        var x = new double[_layers[0].InputSize];
        for (int t = 0; t < steps; t++)
        {
            for (int i = 0; i < x.Length; i++) x[i] = sequence[t * x.Length + i];
            step = Step(x, state);
            for (int l = 0; l < _layers.Count; l++) if (_layers[l] is GruLayer) state[l] = step[l].Output;
        }
        Span<double> output = step[^1].Output.AsSpan(0, _layers[^1].OutputSize);
        int best = 0;
        for (int i = 1; i < output.Length; i++) if (output[i] > output[best]) best = i;
        return best;
    }

    private static double[] Pad(ReadOnlySpan<double> x, LayerDescription layer)
    {
        var padded = new double[layer.InputBlocks * layer.BlockSize];
        x.CopyTo(padded);
        return padded;
    }

    private static DenseLayerStep StepGru(GruLayer layer, DenseParameters p, double[] x, double[] h)
    {
        int rows = layer.OutputBlocks * layer.BlockSize;
        double[][] input = [.. p.Input.Select(w => Multiply(w, x, rows))];
        double[][] recurrent = [.. p.Recurrent.Select(w => Multiply(w, h, rows))];
        var (zs, rs) = (Add(input[0], recurrent[0]), Add(input[1], recurrent[1]));
        var (z, r, n, next) = (new double[rows], new double[rows], new double[rows], new double[rows]);
        for (int i = 0; i < rows; i++)
        {
            z[i] = Sigmoid(zs[i] + p.InputBias[0][i] + p.RecurrentBias[0][i]);
            r[i] = Sigmoid(rs[i] + p.InputBias[1][i] + p.RecurrentBias[1][i]);
            n[i] = Math.Tanh(input[2][i] + p.InputBias[2][i] + r[i] * (recurrent[2][i] + p.RecurrentBias[2][i]));
            if (i < layer.OutputSize) next[i] = n[i] + z[i] * (h[i] - n[i]);
        }
        return new(x, [zs, rs, input[2], recurrent[2]], [z, r, n], next);
    }

    private static DenseLayerStep StepDense(LayerDescription layer, DenseParameters p, double[] x)
    {
        double[] sum = Multiply(p.Input[0], x, layer.OutputBlocks * layer.BlockSize);
        var output = new double[sum.Length];
        for (int i = 0; i < layer.OutputSize; i++) output[i] = sum[i] + p.InputBias[0][i];
        return new(x, [sum], [], output);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (u, v) => u + v)];

    private static double[] Multiply(double[] w, double[] x, int rows)
    {
        var y = new double[rows];
        for (int r = 0; r < rows; r++)
        {
            double sum = 0;
            for (int c = 0; c < x.Length; c++) sum += w[r * x.Length + c] * x[c];
            y[r] = sum;
        }
        return y;
    }
}
