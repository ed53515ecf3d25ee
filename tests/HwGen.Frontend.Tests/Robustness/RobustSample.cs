using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Tests.Robustness;

/// <summary>Data and networks on which robustness and accuracy are at odds.</summary>
internal static class RobustSample
{
    /// <summary>Features of <see cref="Tension"/>.</summary>
    public const int Features = 101;

    /// <summary>One strong feature, right in 95 of 100 inputs, and a hundred weak ones that an attack can turn.</summary>
    /// <remarks>Source: Tsipras et al., Robustness May Be at Odds with Accuracy, arXiv:1805.12152.</remarks>
    /// <param name="strong">Size of the strong feature.</param>
    /// <param name="weak">Mean of the weak ones, whose variance is 1.</param>
    public static SequenceDataset Tension(int seed, int count, double strong, double weak)
    {
        var random = new RandomStream(seed, 0x751, 0);
        var values = new float[count * Features];
        random.Normal(values);
        var labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)random.NextBelow(2);
            int sign = 2 * labels[i] - 1;
            for (int f = 1; f < Features; f++) values[i * Features + f] += (float)(weak * sign);
            values[i * Features] = (float)(strong * (random.NextUniform() < 0.95 ? sign : -sign));
        }
        return new(count, 1, Features, 2, values, labels);
    }

    /// <summary>Linear: a pool of one position passes its input on.</summary>
    public static LayerDescription[] Linear { get; } = [new PoolLayer(new(1, 1, Features), PoolKind.Average, 1, 1), new DenseLayer(Features, 2, 1)];

    /// <summary>101-32-2 with rectifiers.</summary>
    public static LayerDescription[] Perceptron { get; } =
        [new ConvLayer(new(1, 1, Features), 32, 1, 1, 1, 0, 1, rectify: true), new DenseLayer(32, 2, 1)];

    /// <summary>Small pictures and a network for them.</summary>
    public static LayerDescription[] Pictures { get; } =
    [
        new ConvLayer(new(6, 6, 2), 6, 3, 3, 1, 1, 1, batchNorm: true, rectify: true), new PoolLayer(new(6, 6, 6), PoolKind.Max, 2, 2),
        new ConvLayer(new(3, 3, 6), 8, 3, 3, 1, 0, 1, batchNorm: true, rectify: true), new DenseLayer(8, 3, 1),
    ];

    /// <summary>Values of 0..1 before they were shifted and scaled, in classes that a network can tell.</summary>
    public static SequenceDataset PictureData(int seed, int count)
    {
        var plain = Sample.Data(seed, count, 6, 12, 3);
        float[] values = [.. plain.Inputs.Select(v => Math.Clamp(v, -1f, 3f))];
        return new(count, 6, 12, 3, values, plain.AllLabels) { Ends = new([.. Enumerable.Repeat(-1f, 12)], [.. Enumerable.Repeat(3f, 12)]) };
    }

    public static NetworkModel Model(Ops ops, TrainedNetwork network, int batch, LabelledData data)
    {
        var model = new NetworkModel(ops, network.Layers, batch, data.LongestLength, data.Kind);
        ops.Upload(model.Parameters, model.Layout.Pack(network));
        model.Update();
        return model;
    }

    public static int[] All(LabelledData data) => [.. Enumerable.Range(0, data.Count)];
}
