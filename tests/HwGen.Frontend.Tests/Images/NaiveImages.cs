using HwGen.Core.Network;

namespace HwGen.Frontend.Tests;

/// <summary>Convolutional networks as loops over maps in double precision, nothing shared with the product. A map is flat: position
/// after position, the channels of each together.</summary>
internal sealed class NaiveImages(bool train)
{
    private HashCode _decisions;

    /// <summary>Of every rectifier's side and every pool's winner: while it stays, the loss is smooth.</summary>
    public int Decisions => _decisions.ToHashCode();

    /// <summary>Mean softmax cross-entropy of a batch of flat images.</summary>
    public double Loss(TrainedNetwork network, double[][] images, IReadOnlyList<byte> labels) =>
        Outputs(network, images).Select((y, i) => Math.Log(y.Sum(Math.Exp)) - y[labels[i]]).Average();

    public double[][] Outputs(TrainedNetwork network, double[][] images)
    {
        var maps = images;
        foreach (var (layer, weights) in network.Layers.Zip(network.Weights))
            maps = (layer, weights) switch
            {
                (ConvLayer conv, ConvWeights w) => Convolution(conv, w, maps),
                (PoolLayer pool, _) => [.. maps.Select(m => Pool(pool, m))],
                (DenseLayer dense, DenseWeights w) => [.. maps.Select(m => Rectify(dense.Rectify, [.. NaiveNetwork.Product(w.Weight, m).Zip(w.Bias, (v, b) => v + b)]))],
                _ => throw new NotSupportedException(layer.ToString()),
            };
        return maps;
    }

    /// <summary>The sums of a convolution, without bias and norm.</summary>
    public static double[] Convolve(ConvLayer layer, BlockCirculantMatrix weight, double[] map)
    {
        var y = new double[layer.Output.Size];
        Visit(layer, (output, input, row, column) => y[output] += weight[row, column] * map[input]);
        return y;
    }

    /// <summary>Gradients at the map and at the first columns, which those at the sums give.</summary>
    public static (double[] Map, double[] FirstColumns) ConvolveBack(ConvLayer layer, BlockCirculantMatrix weight, double[] map, double[] gradient)
    {
        double[] dx = new double[map.Length], dw = new double[weight.FirstColumns.Length];
        int k = weight.BlockSize;
        Visit(layer, (output, input, row, column) =>
        {
            dx[input] += weight[row, column] * gradient[output];
            dw[(row / k * weight.ColumnBlocks + column / k) * k + (row - column % k + k) % k] += map[input] * gradient[output];
        });
        return (dx, dw);
    }

    public static double[] MaxPoolBack(PoolLayer layer, double[] map, double[] gradient)
    {
        var dx = new double[map.Length];
        for (int o = 0; o < gradient.Length; o++) dx[Winner(layer, map, o)] += gradient[o];
        return dx;
    }

    public static double[] AveragePoolBack(PoolLayer layer, double[] gradient)
    {
        var dx = new double[layer.Input.Size];
        for (int o = 0; o < gradient.Length; o++)
            foreach (int i in Window(layer, o)) dx[i] += gradient[o] / (layer.Window * layer.Window);
        return dx;
    }

    public double[] Pool(PoolLayer layer, double[] map)
    {
        var y = new double[layer.Output.Size];
        for (int o = 0; o < y.Length; o++)
        {
            y[o] = layer.Kind == PoolKind.Average ? Window(layer, o).Average(i => map[i]) : map[Winner(layer, map, o)];
            if (layer.Kind == PoolKind.Max && y[o] != 0) _decisions.Add(Winner(layer, map, o));
        }
        return y;
    }

    /// <summary>Means of the channels and variances of the groups over all positions of all maps.</summary>
    public static (double[] Mean, double[] Variance) Moments(double[][] maps, int channels, int group)
    {
        double[] mean = [.. Enumerable.Range(0, channels).Select(c => Values(maps, channels, c).Average())];
        double[] variance = [.. Enumerable.Range(0, channels).Chunk(group).Select(members => members
            .SelectMany(c => Values(maps, channels, c).Select(v => (v - mean[c]) * (v - mean[c]))).Average())];
        return (mean, variance);
    }

    private static IEnumerable<double> Values(double[][] maps, int channels, int c) =>
        maps.SelectMany(m => Enumerable.Range(0, m.Length / channels).Select(p => m[p * channels + c]));

    private double[][] Convolution(ConvLayer layer, ConvWeights w, double[][] maps)
    {
        double[][] sums = [.. maps.Select(m => Convolve(layer, w.Weight, m))];
        int channels = layer.Output.Channels;
        if (w.Norm is not { } norm) return [.. sums.Select(s => Rectify(layer.Rectify, [.. s.Select((v, i) => v + w.Bias[i % channels])]))];
        var (mean, variance) = train ? Moments(sums, channels, norm.Group)
            : ([.. norm.Mean.Select(v => (double)v)], [.. norm.Variance.Select(v => (double)v)]);
        return [.. sums.Select(s => Rectify(layer.Rectify, [.. s.Select((v, i) =>
        {
            int c = i % channels, g = c / norm.Group;
            return norm.Scale[g] * (v - mean[c]) / Math.Sqrt(variance[g] + BatchNorm.Epsilon) + norm.Shift[c];
        })]))];
    }

    private double[] Rectify(bool rectify, double[] values)
    {
        if (!rectify) return values;
        foreach (double v in values) _decisions.Add(v > 0);
        return [.. values.Select(v => Math.Max(v, 0))];
    }

    /// <summary>Calls <paramref name="visit"/>(output, input, row, column) for every product of a convolution.</summary>
    private static void Visit(ConvLayer layer, Action<int, int, int, int> visit)
    {
        for (int y = 0; y < layer.Output.Height; y++)
            for (int x = 0; x < layer.Output.Width; x++)
                for (int r = 0; r < layer.KernelHeight; r++)
                    for (int s = 0; s < layer.KernelWidth; s++)
                    {
                        int top = y * layer.Stride + r - layer.Padding, left = x * layer.Stride + s - layer.Padding;
                        if (top < 0 || top >= layer.Input.Height || left < 0 || left >= layer.Input.Width) continue;
                        for (int o = 0; o < layer.Output.Channels; o++)
                            for (int i = 0; i < layer.Input.Channels; i++)
                                visit((y * layer.Output.Width + x) * layer.Output.Channels + o, (top * layer.Input.Width + left) * layer.Input.Channels + i,
                                    o, (r * layer.KernelWidth + s) * layer.PaddedChannels + i);
                    }
    }

    private static int Winner(PoolLayer layer, double[] map, int output)
    {
        int best = -1;
        foreach (int i in Window(layer, output))
            if (best < 0 || map[i] > map[best]) best = i;
        return best;
    }

    private static IEnumerable<int> Window(PoolLayer layer, int output)
    {
        int channels = layer.Output.Channels, place = output / channels;
        for (int r = 0; r < layer.Window; r++)
            for (int s = 0; s < layer.Window; s++)
                yield return ((place / layer.Output.Width * layer.Stride + r) * layer.Input.Width + place % layer.Output.Width * layer.Stride + s) * channels + output % channels;
    }
}
