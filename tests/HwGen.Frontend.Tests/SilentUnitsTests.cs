using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

public sealed class SilentUnitsTests(ITestOutputHelper output)
{
    /// <summary>Larger than any sum of products here.</summary>
    private const float Far = 1000;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void SilentUnits_SomeBiasesFarBelowZero_CountsTheirUnits(int blockSize)
    {
        // 3 of 7 and 1 of 5; seven sequences in batches of three leave places of the last batch empty.
        var network = Network(blockSize, [1, 4, 6], [2]);

        Assert.Equal(4 / 12.0, Count(network, Sample.Data(3, 7, 4, 6, 3)));
    }

    [Fact]
    public void SilentUnits_RandomNetwork_CountsWhatNoOutputIsAbove0For()
    {
        const int seed = 11, units = 40;
        output.WriteLine($"seed {seed}");
        LayerDescription[] layers = [new GruLayer(6, 8, 4), new DenseLayer(8, units, 4, rectify: true)];
        var network = Sample.Network(seed, [.. layers, new DenseLayer(units, 3, 1)]);
        var data = Sample.Data(seed, 7, 4, 6, 3);
        using var cut = Model(new(layers, [.. network.Weights.Take(2)]), data);
        var fired = new bool[units];
        for (int i = 0; i < data.Count; i++)
        {
            cut.Forward(data, [i]);
            foreach (var (u, value) in cut.Outputs(0).Index()) fired[u] |= value > 0;
        }
        int silent = fired.Count(f => !f);

        Assert.InRange(silent, 1, units - 1);
        Assert.Equal((double)silent / units, Count(network, data));
    }

    [Fact]
    public void SilentUnits_NothingRectified_IsNull() =>
        Assert.Null(Count(Sample.Network(3, new GruLayer(6, 8, 4), new DenseLayer(8, 3, 1)), Sample.Data(3, 7, 4, 6, 3)));

    private static TrainedNetwork Network(int blockSize, int[] first, int[] second)
    {
        var network = Sample.Network(3, new GruLayer(6, 8, blockSize), new DenseLayer(8, 7, blockSize, rectify: true),
            new DenseLayer(7, 5, blockSize, rectify: true), new DenseLayer(5, 3, 1));
        Silence(1, first);
        Silence(2, second);
        return network;

        void Silence(int layer, int[] units)
        {
            var bias = ((DenseWeights)network.Weights[layer]).Bias;
            // The second layer's sums grow with the first one's outputs, which are at most a few times Far.
            float far = layer == 1 ? Far : 100 * Far;
            for (int u = 0; u < bias.Length; u++) bias[u] = units.Contains(u) ? -far : far;
        }
    }

    private static double? Count(TrainedNetwork network, LabelledData data)
    {
        using var model = Model(network, data);
        return Evaluation.SilentUnits(model, data);
    }

    private static NetworkModel Model(TrainedNetwork network, LabelledData data)
    {
        var ops = Devices.Get("cpu");
        var model = new NetworkModel(ops, network.Layers, 3, data.LongestLength, data.Kind);
        ops.Upload(model.Parameters, model.Layout.Pack(network));
        model.Update();
        return model;
    }
}
