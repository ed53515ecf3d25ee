using HwGen.Core.Network;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

/// <summary>Each operation on maps, on each device, against a naive twin in double precision.</summary>
public abstract class ImageKernelTests(string device, ITestOutputHelper output)
{
    private const int Seed = 41;

    /// <summary>Odd sizes, strides, padding on both axes, windows of one position and larger than wide maps.</summary>
    private static readonly WindowGrid[] Grids =
    [
        new(1, 1, 1, 1, 1, 1, 1, 0), new(5, 4, 5, 4, 3, 3, 1, 1), new(7, 5, 4, 3, 3, 3, 2, 1), new(6, 7, 6, 7, 5, 3, 1, 2), new(9, 4, 3, 2, 2, 1, 3, 0), new(3, 8, 7, 6, 1, 3, 1, 2),
    ];

    private Ops Ops => Devices.Get(device);

    protected void CheckPatches()
    {
        output.WriteLine($"seed {Seed}");
        foreach (var grid in Grids.Select(Fitted))
            foreach (var (words, lanes, maps) in new[] { (1, 1, 1), (1, 5, 2), (2, 3, 2), (4, 2, 3), (8, 4, 1), (1, 16, 2), (2, 9, 1), (1, 300, 1) })
            {
                int map = words * grid.Positions * lanes, row = words * grid.Taps * lanes, rows = maps * grid.Places;
                float[] x = Sample.Values(Seed, 3 + maps * map), p = Sample.Values(Seed + 1, rows * row);
                using Tensor tx = Ops.Allocate(x), patches = Ops.Allocate(rows * row), gradients = Ops.Allocate(p), dx = Ops.Allocate(3 + maps * map), whole = Ops.Allocate(3 + maps * map);
                // In two parts, as threads do it.
                int part = rows / 2, positions = maps * grid.Positions, half = positions / 2;
                var at = new BlockArgs(tx, 3, 0, map, grid.Positions * lanes);
                Ops.GatherPatches(grid, at, patches, 0, part, words, lanes);
                Ops.GatherPatches(grid, at, patches, part, rows - part, words, lanes);
                Ops.CollectPatches(grid, at with { Tensor = dx }, gradients, 0, half, words, lanes);
                Ops.CollectPatches(grid, at with { Tensor = dx }, gradients, half, positions - half, words, lanes);
                Ops.CollectPatches(grid, at with { Tensor = whole }, gradients, 0, positions, words, lanes);

                var expected = new double[rows * row];
                var back = new double[3 + maps * map];
                for (int i = 0; i < expected.Length; i++)
                {
                    int place = i / row % grid.Places, tap = i / lanes % grid.Taps, word = i / lanes / grid.Taps % words;
                    int y = place / grid.OutWidth * grid.Stride + tap / grid.WindowWidth - grid.Padding, c = place % grid.OutWidth * grid.Stride + tap % grid.WindowWidth - grid.Padding;
                    if (y < 0 || y >= grid.Height || c < 0 || c >= grid.Width) continue;
                    int from = 3 + i / row / grid.Places * map + (word * grid.Positions + y * grid.Width + c) * lanes + i % lanes;
                    expected[i] = x[from];
                    back[from] += p[i];
                }
                AssertClose(expected, patches, 0);
                AssertClose(back, dx, grid.Taps * grid.Taps * Sample.Unit);
                AssertClose(back, whole, grid.Taps * grid.Taps * Sample.Unit);
            }
    }

    protected void CheckPools()
    {
        output.WriteLine($"seed {Seed}");
        foreach (var (height, width, window, stride) in new[] { (1, 1, 1, 1), (6, 4, 2, 2), (7, 5, 2, 2), (5, 6, 3, 2), (6, 5, 3, 1), (7, 7, 2, 3) })
            foreach (var (channels, maps) in new[] { (1, 1), (8, 2), (11, 3), (20, 1) })
            {
                PoolLayer max = new(new(height, width, channels), PoolKind.Max, window, stride), mean = new(max.Input, PoolKind.Average, window, stride);
                var grid = new WindowGrid(height, width, max.Output.Height, max.Output.Width, window, window, stride, 0);
                // Few different values, so that windows have ties; halves are exact.
                float[] x = [.. Sample.Values(Seed, maps * max.Input.Size).Select(v => MathF.Round(2 * v) / 2)], dy = Sample.Values(Seed + 1, maps * max.Output.Size);
                double[][] inputs = [.. x.Chunk(max.Input.Size).Select(Doubles)], gradients = [.. dy.Chunk(max.Output.Size).Select(Doubles)];
                using Tensor tx = Ops.Allocate(x), tdy = Ops.Allocate(dy), y = Ops.Allocate(dy.Length), dx = Ops.Allocate(x), winners = Ops.Allocate(dy.Length);
                MatrixArgs ins = new(tx, 0, channels), outs = new(y, 0, channels), back = new(dx, 0, channels), above = new(tdy, 0, channels);
                var naive = new NaiveImages(train: true);
                double bound = 2 * window * window * Sample.Unit;
                Ops.MaxPool(grid, ins, outs, winners, maps, channels);
                AssertClose([.. inputs.SelectMany(m => naive.Pool(max, m))], y, 0);
                Ops.MaxPoolBack(grid, back, above, winners, maps, channels);
                AssertClose([.. inputs.Zip(gradients, (m, g) => NaiveImages.MaxPoolBack(max, m, g)).SelectMany(v => v)], dx, bound * window * window);
                Ops.AveragePool(grid, ins, outs, maps, channels);
                AssertClose([.. inputs.SelectMany(m => naive.Pool(mean, m))], y, bound);
                Ops.AveragePoolBack(grid, back, above, maps, channels);
                AssertClose([.. gradients.SelectMany(g => NaiveImages.AveragePoolBack(mean, g))], dx, bound);
            }
    }

    protected void CheckNorm()
    {
        output.WriteLine($"seed {Seed}");
        foreach (var (channels, block, group, rows) in new[] { (1, 1, 1, 2), (5, 1, 1, 300), (12, 8, 4, 70), (10, 4, 4, 257), (19, 16, 8, 33), (8, 8, 3, 600) })
            foreach (bool rectify in new[] { false, true })
            {
                int blocks = (channels + block - 1) / block, width = blocks * block, groups = (channels + group - 1) / group;
                int Column(int c) => c % block * blocks + c / block;
                // Means far from zero next to the spread, where sums of squares without the mean would lose it. Padding holds what sums leave there.
                float[] x = [.. Sample.Values(Seed, rows * width).Select(v => 8 + v)], dy = Sample.Values(Seed + 1, rows * width);
                float[] parameters = [.. Sample.Values(Seed + 2, 2 * width + 2 * groups).Select(v => 1 + v / 2)];
                for (int c = 0; c < width; c++)
                    if (!Enumerable.Range(0, channels).Any(u => Column(u) == c)) parameters[c] = 0f;
                int scale = width, mean = width + groups, variance = 2 * width + groups;
                using Tensor tx = Ops.Allocate(x), y = Ops.Allocate(x.Length), tdy = Ops.Allocate(dy), tp = Ops.Allocate(parameters);
                using Tensor columns = Ops.Allocate(5 * width), partials = Ops.Allocate(2 * width * Ops.NormPartials(rows)), gradient = Ops.Allocate([.. parameters.Select(_ => 7f)]);
                var step = new NormStep(tx, y, tdy, tp, columns, partials, channels, block, group, 0, scale, mean, variance, rectify, BatchNorm.Epsilon);

                // Means are off by (partial + parts) roundings of values up to 9; so x̂, times the largest γ/σ, below 8.
                double bound = 8 * 9 * (Math.Min(rows, NormKernel.PartialRows) + Ops.NormPartials(rows) + 10) * Sample.Unit;
                Ops.Normalize(step, rows, train: false);
                AssertClose([.. Norm(c => parameters[mean + Column(c)], g => parameters[variance + g])], y, bound);

                double[][] maps = [[.. Enumerable.Range(0, rows).SelectMany(r => Enumerable.Range(0, channels).Select(c => (double)x[r * width + Column(c)]))]];
                var moments = NaiveImages.Moments(maps, channels, group);
                Ops.Normalize(step, rows, train: true);
                var expected = Norm(c => moments.Mean[c], g => moments.Variance[g]);
                AssertClose(expected, y, bound);
                double[] after = Doubles(parameters);
                for (int c = 0; c < channels; c++) after[mean + Column(c)] += 0.1 * (moments.Mean[c] - after[mean + Column(c)]);
                for (int g = 0; g < groups; g++) after[variance + g] += 0.1 * (moments.Variance[g] - after[variance + g]);
                AssertClose(after, tp, bound);

                var outputs = new float[x.Length];
                Ops.Download(y, outputs);
                Ops.NormalizeBack(step, rows, gradient);
                var dx = new double[x.Length];
                var dp = new double[parameters.Length];
                for (int g = 0; g < groups; g++)
                {
                    int[] members = [.. Enumerable.Range(g * group, Math.Min(group, channels - g * group))];
                    double sigma = Math.Sqrt(moments.Variance[g] + BatchNorm.Epsilon);
                    double Normal(int r, int c) => (x[r * width + Column(c)] - moments.Mean[c]) / sigma;
                    double Above(int r, int c) => rectify && outputs[r * width + Column(c)] <= 0 ? 0 : dy[r * width + Column(c)];
                    dp[scale + g] = members.Sum(c => Enumerable.Range(0, rows).Sum(r => Above(r, c) * Normal(r, c)));
                    foreach (int c in members)
                    {
                        dp[Column(c)] = Enumerable.Range(0, rows).Sum(r => Above(r, c));
                        for (int r = 0; r < rows; r++)
                            dx[r * width + Column(c)] = parameters[scale + g] / sigma
                                * (Above(r, c) - dp[Column(c)] / rows - Normal(r, c) * dp[scale + g] / rows / members.Length);
                    }
                }
                AssertClose(dx, tdy, 4 * bound);
                var padding = Enumerable.Range(0, width).Except(Enumerable.Range(0, channels).Select(Column)).SelectMany(c => new[] { c, mean + c }).ToHashSet();
                AssertClose([.. dp.Select((v, i) => padding.Contains(i) ? 7 : v)], gradient, rows * group * bound);

                double[] Norm(Func<int, double> center, Func<int, double> spread)
                {
                    var result = new double[x.Length];
                    for (int r = 0; r < rows; r++)
                        for (int c = 0; c < channels; c++)
                        {
                            double v = parameters[scale + c / group] * (x[r * width + Column(c)] - center(c)) / Math.Sqrt(spread(c / group) + BatchNorm.Epsilon) + parameters[Column(c)];
                            result[r * width + Column(c)] = rectify ? Math.Max(v, 0) : v;
                        }
                    return result;
                }
            }
    }

    protected void CheckConvolution()
    {
        output.WriteLine($"seed {Seed}");
        ConvLayer[] layers =
        [
            new(new(1, 1, 1), 1, 1, 1, 1, 0, 1), new(new(5, 4, 3), 5, 1, 1, 1, 0, 2), new(new(6, 5, 7), 6, 5, 3, 1, 2, 4), new(new(7, 6, 8), 12, 3, 3, 2, 1, 8),
            new(new(4, 5, 20), 9, 3, 3, 1, 1, 16), new(new(5, 5, 2), 4, 3, 2, 2, 0, 1), new(new(3, 3, 24), 40, 3, 3, 1, 1, 8), new(new(4, 4, 33), 64, 2, 2, 1, 1, 32),
        ];
        foreach (var layer in layers)
            foreach (int batch in new[] { 1, 3 })
                CheckConvolution(layer, batch);
    }

    private void CheckConvolution(ConvLayer layer, int batch)
    {
        LayerDescription[] layers = [layer, new DenseLayer(layer.OutputSize, 1, 1)];
        var layout = new ParameterLayout(layers);
        var weights = (ConvWeights)layout.Unpack(Sample.Values(Seed, layout.Length)).Weights[0];
        LaneLayout inputs = layout.Boundary(0), outputs = layout.Boundary(1);
        double[][] x = [.. Sample.Values(Seed + 1, batch * layer.InputSize).Chunk(layer.InputSize).Select(Doubles)];
        double[][] dy = [.. Sample.Values(Seed + 2, batch * layer.OutputSize).Chunk(layer.OutputSize).Select(Doubles)];

        using var parameters = Ops.Allocate(layout.Pack(layout.Unpack(Sample.Values(Seed, layout.Length))));
        using Tensor gradient = Ops.Allocate(layout.Length), tx = Ops.Allocate(ImageSample.InLanes(x, inputs)), dx = Ops.Allocate(tx.Length);
        using var conv = new ConvModel(Ops, layout, 0, batch, parameters);
        conv.Update(parameters, 0);
        conv.Forward(new(tx, 0, inputs.Width), 1, train: true);
        // Sums of taps·channels products below 1 of which transforms of k add 12 (log2 k + 1) roundings, as for a matrix of that many columns.
        int k = layer.BlockSize, columns = layer.Taps * layer.PaddedChannels, rows = batch * layer.Output.Height * layer.Output.Width;
        double levels = 12 * (Math.Log2(k) + 1), bound = columns * (levels + 2.0 * columns / k + 1) * Sample.Unit;
        double[][] y = [.. x.Select(m => (double[])[.. NaiveImages.Convolve(layer, weights.Weight, m).Select((v, i) => v + weights.Bias[i % layer.Output.Channels])])];
        AssertClose(Doubles(ImageSample.InLanes(y, outputs)), conv.Outputs.Tensor, bound);

        Ops.Upload(conv.Gradients.Tensor, ImageSample.InLanes(dy, outputs));
        conv.Backward(new(tx, 0, inputs.Width), new(dx, 0, inputs.Width), gradient, 1);
        var back = x.Zip(dy, (m, g) => NaiveImages.ConvolveBack(layer, weights.Weight, m, g)).ToArray();
        int above = layer.Taps * ((layer.Output.Channels + k - 1) / k * k);
        var padded = MaskedInLanes(Ops, dx, inputs);
        AssertClose(Doubles(ImageSample.InLanes([.. back.Select(b => b.Map)], inputs)), padded, above * (levels + 2.0 * above / k + layer.Taps) * Sample.Unit);
        var downloaded = new float[layout.Length];
        Ops.Download(gradient, downloaded);
        var dw = (ConvWeights)layout.Unpack(downloaded).Weights[0];
        AssertClose(Sum(back.Select(b => b.FirstColumns)), dw.Weight.FirstColumns, rows * k * (levels + rows) * Sample.Unit);
        AssertClose(Sum(dy.Select(g => (double[])[.. Enumerable.Range(0, layer.Output.Channels).Select(c => g.Where((_, i) => i % layer.Output.Channels == c).Sum())])),
            dw.Bias, rows * rows * Sample.Unit);
    }

    /// <summary>What lies in the padding of gradients at the inputs is the layer below's to clear.</summary>
    private static float[] MaskedInLanes(Ops ops, Tensor tensor, LaneLayout layout)
    {
        var values = new float[tensor.Length];
        ops.Download(tensor, values);
        var mask = new float[layout.Width];
        for (int f = 0; f < layout.Size; f++) mask[layout.Position(f)] = 1f;
        return [.. values.Select((v, i) => v * mask[i % layout.Width])];
    }

    /// <summary>A grid of as many places as there are.</summary>
    private static WindowGrid Fitted(WindowGrid g) => g with
    {
        OutHeight = (g.Height + 2 * g.Padding - g.WindowHeight) / g.Stride + 1,
        OutWidth = (g.Width + 2 * g.Padding - g.WindowWidth) / g.Stride + 1,
    };

    private static double[] Sum(IEnumerable<double[]> vectors) => vectors.Aggregate((a, b) => [.. a.Zip(b, (p, q) => p + q)]);

    private static double[] Doubles(float[] values) => [.. values.Select(v => (double)v)];

    private void AssertClose(double[] expected, Tensor actual, double bound)
    {
        var values = new float[actual.Length];
        Ops.Download(actual, values);
        AssertClose(expected, values, bound);
    }

    private static void AssertClose(double[] expected, float[] actual, double bound)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= bound, $"at {i}: {expected[i]:R} expected, {actual[i]:R} found, bound {bound:E1}");
    }
}
