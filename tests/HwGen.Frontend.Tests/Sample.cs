using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Tests;

/// <summary>Random values, data and networks from a fixed seed.</summary>
internal static class Sample
{
    /// <summary>Half the distance from 1 to the next float.</summary>
    public const double Unit = 1.0 / (1 << 24);

    public static float[] Values(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }

    /// <summary>Classes that differ in which part of the input is large, so that there is something to learn.</summary>
    public static SequenceDataset Data(int seed, int count, int steps, int inputs, int classes)
    {
        var labels = Enumerable.Range(0, count).Select(i => (byte)(i % classes)).ToArray();
        var values = Values(seed, count * steps * inputs);
        for (int i = 0; i < count; i++)
            for (int t = 0; t < steps; t++)
                values[(i * steps + t) * inputs + (labels[i] + t) % inputs] += 2f;
        return new(count, steps, inputs, classes, values, labels);
    }

    /// <summary>Weights with biases and peepholes, all of them random.</summary>
    public static TrainedNetwork Network(int seed, params LayerDescription[] layers)
    {
        var layout = new ParameterLayout(layers);
        var network = layout.Unpack(layout.Pack(Initialization.Create(layers, seed)));
        foreach (var vector in network.Weights.SelectMany(w => w.Vectors))
            Values(seed + vector.Length, vector.Length).CopyTo(vector, 0);
        return network;
    }

    public static float[][][] Sequences(SequenceDataset data) => [.. Enumerable.Range(0, data.Count).Select(i =>
        Enumerable.Range(0, data.Steps).Select(t => data.Sequence(i).Slice(t * data.InputSize, data.InputSize).ToArray()).ToArray())];

    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "HwGen.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}
