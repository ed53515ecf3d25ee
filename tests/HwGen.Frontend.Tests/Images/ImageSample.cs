using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Tests;

/// <summary>Random convolutional networks and images.</summary>
internal static class ImageSample
{
    /// <summary>Weights, biases, shifts and moments random; scales and variances near 1.</summary>
    public static TrainedNetwork Network(int seed, params IReadOnlyList<LayerDescription> layers)
    {
        var network = Sample.Network(seed, [.. layers]);
        foreach (var norm in network.Weights.OfType<ConvWeights>().Select(w => w.Norm).OfType<BatchNorm>())
            for (int g = 0; g < norm.Scale.Length; g++)
                (norm.Scale[g], norm.Variance[g]) = (1 + 0.5f * norm.Scale[g], 1 + 0.5f * norm.Variance[g]);
        return network;
    }

    /// <summary>Images for a network that begins with <paramref name="first"/>.</summary>
    public static SequenceDataset Data(int seed, int count, ConvLayer first, int classes) =>
        Sample.Data(seed, count, first.Input.Height, first.Input.Width * first.Input.Channels, classes);

    /// <summary>Rows of positions as the product lays them out, from flat maps.</summary>
    public static float[] InLanes(double[][] maps, LaneLayout layout)
    {
        var result = new float[maps.Sum(m => m.Length) / layout.Size * layout.Width];
        int row = 0;
        foreach (double[] position in maps.SelectMany(m => m.Chunk(layout.Size)))
        {
            for (int f = 0; f < layout.Size; f++) result[row * layout.Width + layout.Position(f)] = (float)position[f];
            row++;
        }
        return result;
    }
}
