using HwGen.Core.Network;

namespace HwGen.Frontend.Compression;

/// <summary>Leaves channels out of a network of convolutions, pools and dense layers.</summary>
public static class ChannelSelection
{
    /// <summary>The smaller network that computes what the given one would if nothing read the channels that are left out.</summary>
    /// <param name="network">Block sizes and norm groups of 1.</param>
    /// <param name="kept">Of each layer with weights but the last, the output channels that stay, ascending.</param>
    public static TrainedNetwork Keep(TrainedNetwork network, IReadOnlyList<int[]> kept)
    {
        var layers = new List<LayerDescription>();
        var weights = new List<LayerWeights>();
        ImageShape? map = null;
        int[]? before = null;
        int next = 0;
        for (int l = 0; l < network.Layers.Count; l++)
        {
            switch (network.Layers[l], network.Weights[l])
            {
                case (ConvLayer c, ConvWeights w):
                    int[] channels = kept[next++], inputs = before ?? All(c.Input.Channels);
                    var conv = new ConvLayer(map ?? c.Input, channels.Length, c.KernelHeight, c.KernelWidth, c.Stride, c.Padding, 1, c.BatchNorm, 1, c.Rectify);
                    layers.Add(conv);
                    weights.Add(new ConvWeights(Part(w.Weight, channels, inputs, c.Input.Channels), Part(w.Bias, channels), w.Norm is null ? null
                        : new(1, Part(w.Norm.Scale, channels), Part(w.Norm.Shift, channels), Part(w.Norm.Mean, channels), Part(w.Norm.Variance, channels))));
                    (map, before) = (conv.Output, channels);
                    break;
                case (PoolLayer p, _):
                    var pool = new PoolLayer(map ?? p.Input, p.Kind, p.Window, p.Stride);
                    layers.Add(pool);
                    weights.Add(new NoWeights());
                    map = pool.Output;
                    break;
                case (DenseLayer d, DenseWeights w):
                    int full = network.Layers[l - 1] switch { ConvLayer c => c.Output.Channels, PoolLayer p => p.Output.Channels, var below => below.OutputSize };
                    int[] outputs = l == network.Layers.Count - 1 ? All(d.OutputSize) : kept[next++], columns = before ?? All(full);
                    layers.Add(new DenseLayer(d.InputSize / full * columns.Length, outputs.Length, 1, d.Rectify));
                    weights.Add(new DenseWeights(Part(w.Weight, outputs, columns, full), Part(w.Bias, outputs)));
                    before = outputs;
                    break;
                case var (layer, _):
                    throw new ArgumentException($"A {layer.GetType().Name} has no channels to leave out.", nameof(network));
            }
        }
        return new(layers, weights);
    }

    private static int[] All(int count) => [.. Enumerable.Range(0, count)];

    private static float[] Part(float[] vector, int[] kept) => [.. kept.Select(i => vector[i])];

    /// <param name="channels">Columns are positions of so many channels.</param>
    private static BlockCirculantMatrix Part(BlockCirculantMatrix matrix, int[] rows, int[] columns, int channels)
    {
        int positions = matrix.Columns / channels;
        float[] part = [.. from row in rows from p in Enumerable.Range(0, positions) from c in columns select matrix[row, p * channels + c]];
        return new(rows.Length, positions * columns.Length, 1, part);
    }
}
