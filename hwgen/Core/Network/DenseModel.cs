namespace HwGen.Core.Network;

/// <summary>A network as plain dense matrices in double precision, step by step: the model that every faster or narrower
/// path is held against, and the one whose ranges choose the formats. No FFT is used.</summary>
public sealed class DenseModel
{
    private readonly IReadOnlyList<LayerDescription> _layers;
    private readonly IReadOnlyList<LayerWeights> _weights;
    private readonly double[][][] _matrices;        // of each layer, each matrix expanded with its padding, row-major

    /// <param name="network">Batch norm must be folded.</param>
    public DenseModel(TrainedNetwork network) : this(network, [.. network.Weights.Select(w => w.Matrices.Select(Expand).ToArray())]) { }

    /// <param name="network">Shapes and vectors.</param>
    /// <param name="matrices">Of each layer, each matrix expanded with its padding, row-major; in place of the network's.</param>
    public DenseModel(TrainedNetwork network, double[][][] matrices)
    {
        if (network.Weights.Any(w => w is ConvWeights { Norm: not null }))
            throw new ArgumentException("Fold the batch norm first.", nameof(network));
        (_layers, _weights, _matrices) = (network.Layers, network.Weights, matrices);
    }

    public LayerState[] InitialState() => [.. _layers.Select(LayerState.Zero)];

    /// <summary>One step of every layer.</summary>
    /// <param name="x">Input, shape (input size).</param>
    /// <param name="state">State of each layer; not changed.</param>
    /// <returns>One entry a layer.</returns>
    public DenseLayerStep[] Step(ReadOnlySpan<double> x, IReadOnlyList<LayerState> state)
    {
        var steps = new DenseLayerStep[_layers.Count];
        double[] input = x.ToArray();
        for (int l = 0; l < _layers.Count; l++)
        {
            steps[l] = (_layers[l], _weights[l]) switch
            {
                (GruLayer gru, GruWeights w) => StepGru(gru, w, _matrices[l], input, state[l]),
                (LstmLayer lstm, LstmWeights w) => StepLstm(lstm, w, _matrices[l], input, state[l]),
                (ConvLayer conv, ConvWeights w) => StepConv(conv, w, _matrices[l][0], input),
                (DenseLayer dense, DenseWeights w) => StepDense(dense, w, _matrices[l][0], input),
                (PoolLayer pool, _) => new(input, [], [], [], Pool(pool, input)),
                var (layer, weights) => throw new ArgumentException($"No such kind of layer: {layer.GetType().Name} with {weights.GetType().Name}."),
            };
            input = steps[l].Output;
        }
        return steps;
    }

    /// <summary>The states that a step leaves behind.</summary>
    public LayerState[] Next(IReadOnlyList<DenseLayerStep> step) =>
        [.. _layers.Zip(step, (layer, s) => layer is GruLayer or LstmLayer ? new LayerState(s.Output, s.Cell) : new([], []))];

    /// <summary>Index of the largest output of the last step.</summary>
    /// <param name="sequence">Shape (steps, input size).</param>
    /// <param name="steps">Length of the sequence.</param>
    public int Classify(ReadOnlySpan<float> sequence, int steps)
    {
        LayerState[] state = InitialState();
        double[] output = [];
        var x = new double[_layers[0].InputSize];
        for (int t = 0; t < steps; t++)
        {
            for (int i = 0; i < x.Length; i++) x[i] = sequence[t * x.Length + i];
            DenseLayerStep[] step = Step(x, state);
            (state, output) = (Next(step), step[^1].Output);
        }
        return Array.IndexOf(output, output.Max());
    }

    /// <summary>The matrix with its padding, row-major: p·k rows of q·k.</summary>
    public static double[] Expand(BlockCirculantMatrix matrix)
    {
        int rows = matrix.RowBlocks * matrix.BlockSize, columns = matrix.ColumnBlocks * matrix.BlockSize;
        var dense = new double[rows * columns];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) dense[r * columns + c] = matrix[r, c];
        return dense;
    }

    private static DenseLayerStep StepGru(GruLayer layer, GruWeights w, double[][] matrices, double[] x, LayerState state)
    {
        double[] h = state.Hidden;
        int size = layer.OutputSize;
        double[][] products = new double[2 * GruLayer.Gates][];
        for (int g = 0; g < GruLayer.Gates; g++) products[g] = Multiply(matrices[g], x, w.Input[g]);
        for (int g = 0; g < 2; g++) products[GruLayer.Gates + g] = Multiply(matrices[GruLayer.Gates + g], h, w.Recurrent[g]);
        double[] z = Gate(0), r = Gate(1), reset = [.. r.Zip(h, (a, b) => a * b)];
        products[^1] = Multiply(matrices[^1], layer.LinearBeforeReset ? h : reset, w.Recurrent[2]);
        var (n, next) = (new double[size], new double[size]);
        for (int i = 0; i < size; i++)
        {
            double recurrent = products[^1][i] + w.RecurrentBias[2][i];
            n[i] = Math.Tanh(products[2][i] + w.InputBias[2][i] + (layer.LinearBeforeReset ? r[i] : 1) * recurrent);
            next[i] = n[i] + z[i] * (h[i] - n[i]);
        }
        return new(x, products, layer.LinearBeforeReset ? [z, r, n] : [z, r, n, reset], [], next);

        double[] Gate(int g) => [.. Enumerable.Range(0, size).Select(i =>
            Sigmoid(products[g][i] + products[GruLayer.Gates + g][i] + w.InputBias[g][i] + w.RecurrentBias[g][i]))];
    }

    private static DenseLayerStep StepLstm(LstmLayer layer, LstmWeights w, double[][] matrices, double[] x, LayerState state)
    {
        const int gates = LstmLayer.Gates;
        int cells = layer.Cells;
        double[][] products = new double[layer.Projection == 0 ? 2 * gates : 2 * gates + 1][];
        for (int g = 0; g < gates; g++)
        {
            products[g] = Multiply(matrices[g], x, w.Input[g]);
            products[gates + g] = Multiply(matrices[gates + g], state.Hidden, w.Recurrent[g]);
        }
        double[][] g6 = [.. Enumerable.Range(0, 6).Select(_ => new double[cells])];      // i, o, f, g, tanh(c'), m
        var next = new double[cells];
        for (int i = 0; i < cells; i++)
        {
            double c = state.Cell[i];
            g6[0][i] = Sigmoid(Sum(0, i) + Peephole(0, i, c));
            g6[2][i] = Sigmoid(Sum(2, i) + Peephole(2, i, c));
            g6[3][i] = Math.Tanh(Sum(3, i));
            next[i] = g6[2][i] * c + g6[0][i] * g6[3][i];
            g6[1][i] = Sigmoid(Sum(1, i) + Peephole(1, i, next[i]));
            g6[4][i] = Math.Tanh(next[i]);
            g6[5][i] = g6[1][i] * g6[4][i];
        }
        if (layer.Projection == 0) return new(x, products, g6, next, g6[5]);
        products[^1] = Multiply(matrices[^1], g6[5], w.Projection!);
        return new(x, products, g6, next, products[^1][..layer.Projection]);

        double Sum(int g, int i) => products[g][i] + products[gates + g][i] + w.Bias[g][i];

        double Peephole(int p, int i, double c) => layer.Peepholes ? w.Peepholes[p][i] * c : 0;
    }

    private static DenseLayerStep StepDense(DenseLayer layer, DenseWeights w, double[] matrix, double[] x)
    {
        double[] product = Multiply(matrix, x, w.Weight);
        double[] y = [.. product.Take(layer.OutputSize).Select((p, i) => Rectify(p + w.Bias[i], layer.Rectify))];
        return new(x, [product], [], [], y);
    }

    private static DenseLayerStep StepConv(ConvLayer layer, ConvWeights w, double[] matrix, double[] x)
    {
        int rows = w.Weight.RowBlocks * w.Weight.BlockSize, columns = w.Weight.ColumnBlocks * w.Weight.BlockSize;
        int channels = layer.Output.Channels, inputs = layer.Input.Channels;
        var products = new double[layer.Output.Height * layer.Output.Width * rows];
        var y = new double[layer.OutputSize];
        for (int oy = 0; oy < layer.Output.Height; oy++)
            for (int ox = 0; ox < layer.Output.Width; ox++)
            {
                int position = oy * layer.Output.Width + ox;
                for (int tap = 0; tap < layer.Taps; tap++)
                {
                    int iy = oy * layer.Stride - layer.Padding + tap / layer.KernelWidth, ix = ox * layer.Stride - layer.Padding + tap % layer.KernelWidth;
                    if (iy < 0 || ix < 0 || iy >= layer.Input.Height || ix >= layer.Input.Width) continue;
                    for (int r = 0; r < rows; r++)
                        for (int c = 0; c < inputs; c++)
                            products[position * rows + r] += matrix[r * columns + tap * layer.PaddedChannels + c] * x[(iy * layer.Input.Width + ix) * inputs + c];
                }
                for (int c = 0; c < channels; c++) y[position * channels + c] = Rectify(products[position * rows + c] + w.Bias[c], layer.Rectify);
            }
        return new(x, [products], [], [], y);
    }

    private static double[] Pool(PoolLayer layer, double[] x)
    {
        int channels = layer.Input.Channels;
        var y = new double[layer.OutputSize];
        for (int o = 0; o < y.Length; o++)
        {
            int position = o / channels, oy = position / layer.Output.Width * layer.Stride, ox = position % layer.Output.Width * layer.Stride;
            var window = from wy in Enumerable.Range(oy, layer.Window)
                         from wx in Enumerable.Range(ox, layer.Window)
                         select x[(wy * layer.Input.Width + wx) * channels + o % channels];
            y[o] = layer.Kind == PoolKind.Max ? window.Max() : window.Average();
        }
        return y;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Rectify(double x, bool rectify) => rectify ? Math.Max(0, x) : x;

    private static double[] Multiply(double[] w, double[] x, BlockCirculantMatrix shape)
    {
        int columns = shape.ColumnBlocks * shape.BlockSize;
        var y = new double[shape.RowBlocks * shape.BlockSize];
        for (int r = 0; r < y.Length; r++)
        {
            double sum = 0;
            for (int c = 0; c < x.Length; c++) sum += w[r * columns + c] * x[c];
            y[r] = sum;
        }
        return y;
    }
}
