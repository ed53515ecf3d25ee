using HwGen.Core.Network;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

/// <summary>Batch norm goes into block-circulant weights, and from a scale for each channel to one for each group.</summary>
public sealed class BatchNormTests(ITestOutputHelper output)
{
    private const int Seed = 51, Images = 3;

    [Theory]
    [InlineData(6, 1, 1)]
    [InlineData(6, 1, 3)]
    [InlineData(10, 4, 4)]
    [InlineData(16, 4, 8)]
    [InlineData(24, 8, 8)]
    public void FoldBatchNorm_AnyBlocks_GivesTheSameOutputs(int channels, int k, int group)
    {
        var network = Network(channels, k, group);
        var folded = network.FoldBatchNorm();
        Assert.Equal(k, folded.Layers[0].BlockSize);
        Assert.Equal(k, ((ConvWeights)folded.Weights[0]).Weight.BlockSize);
        Assert.Null(((ConvWeights)folded.Weights[0]).Norm);
        AssertSame(network, folded);
    }

    [Fact]
    public void Fold_GroupsSmallerThanBlocks_Throws()
    {
        var norm = new BatchNorm(2, [1, 1], new float[4], new float[4], [1, 1]);
        var error = Assert.Throws<ArgumentException>(() => norm.Fold(new(4, 4, 4, new float[4])));
        Assert.Contains("every 2 channels", error.Message);
        Assert.Contains("blocks of 4", error.Message);
    }

    [Theory]
    [InlineData(6, 2)]
    [InlineData(10, 4)]
    [InlineData(16, 16)]
    public void Regroup_AnyGroups_GivesTheSameOutputs(int channels, int group)
    {
        var network = Network(channels, 1, 1);
        var weights = (ConvWeights)network.Weights[0];
        var (weight, norm) = weights.Norm!.Regroup(weights.Weight, group);
        Assert.Equal((channels + group - 1) / group, norm.Scale.Length);
        AssertSame(network, new([((ConvLayer)network.Layers[0]).WithNormGroup(group), network.Layers[1]],
            [weights with { Weight = weight, Norm = norm }, network.Weights[1]]));
    }

    private static TrainedNetwork Network(int channels, int k, int group)
    {
        var conv = new ConvLayer(new(5, 6, 7), channels, 3, 3, 1, 1, k, batchNorm: true, group, rectify: true);
        return ImageSample.Network(Seed, conv, new DenseLayer(conv.OutputSize, 3, 1));
    }

    /// <summary>The convolution's outputs in the naive twin, and on a device from the running moments.</summary>
    private void AssertSame(TrainedNetwork expected, TrainedNetwork actual)
    {
        output.WriteLine($"seed {Seed}");
        var conv = (ConvLayer)expected.Layers[0];
        var weights = (ConvWeights)expected.Weights[0];
        double[][] images = [.. Sample.Values(Seed, Images * conv.InputSize).Chunk(conv.InputSize).Select(x => x.Select(v => (double)v).ToArray())];
        double[] before = Naive(expected), after = Naive(actual);
        // Terms of a sum: inputs below 1, weights, a factor; scales, weights and moments are rounded at most four times on the way.
        double terms = conv.Taps * conv.Input.Channels * weights.Weight.FirstColumns.Max(Math.Abs) * Enumerable.Range(0, conv.Output.Channels).Max(c => Math.Abs(weights.Norm!.Factor(c))) + 5;
        double folded = 4 * terms * Sample.Unit;
        for (int i = 0; i < before.Length; i++) Assert.InRange(after[i], before[i] - folded, before[i] + folded);
        Assert.True(before.Max() > 1000 * folded, "the check must be able to fail");

        // The same terms with the roundings of their sums and transforms.
        double bound = terms * (12 * (Math.Log2(conv.BlockSize) + 1) + conv.Taps * conv.Input.Channels + 10) * Sample.Unit;
        foreach (var network in new[] { expected, actual })
        {
            var ops = Devices.Get("cpu");
            var layout = new ParameterLayout(network.Layers);
            LaneLayout inputs = layout.Boundary(0), outputs = layout.Boundary(1);
            using Tensor parameters = ops.Allocate(layout.Pack(network)), x = ops.Allocate(ImageSample.InLanes(images, inputs));
            using var model = new ConvModel(ops, layout, 0, Images, parameters);
            model.Update(parameters, 0);
            model.Forward(new(x, 0, inputs.Width), 1, train: false);
            var values = new float[model.Outputs.Tensor.Length];
            ops.Download(model.Outputs.Tensor, values);
            float[] wanted = ImageSample.InLanes([before], outputs);
            for (int i = 0; i < values.Length; i++) Assert.InRange(values[i], wanted[i] - bound, wanted[i] + bound);
        }

        double[] Naive(TrainedNetwork network) =>
            [.. new NaiveImages(train: false).Outputs(new([network.Layers[0]], [network.Weights[0]]), images).SelectMany(m => m)];
    }
}
