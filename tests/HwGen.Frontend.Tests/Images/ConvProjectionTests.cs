using HwGen.Core.Network;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

/// <summary>Π of a convolution works on each kernel position alone, whose channels are padded on their own.</summary>
public sealed class ConvProjectionTests(ITestOutputHelper output)
{
    private const int Seed = 61;

    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        // channels in, channels out, kernel rows, kernel columns, k
        { 8, 16, 3, 3, 4 }, { 7, 10, 3, 3, 4 }, { 3, 5, 1, 1, 8 }, { 20, 9, 5, 3, 16 }, { 1, 4, 3, 2, 2 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Project_Again_ChangesNothing(int channels, int filters, int height, int width, int k)
    {
        var once = CirculantProjection.Project(Dense(channels, filters, height, width), Layers(channels, filters, height, width, k));
        var expanded = CirculantProjection.Expand(once);
        Assert.Equal(height * width * channels, Weight(expanded).Columns);
        var twice = CirculantProjection.Project(expanded, once.Layers);
        // The mean of equal floats: exact in double. Words wholly in the padding are 0 both times.
        Assert.Equal(Weight(once).FirstColumns, Weight(twice).FirstColumns);
        Assert.Equal(Weight(once).Columns, Weight(twice).Columns);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Expand_PaddedChannels_ComputesTheSame(int channels, int filters, int height, int width, int k)
    {
        output.WriteLine($"seed {Seed}");
        var circulant = CirculantProjection.Project(Dense(channels, filters, height, width), Layers(channels, filters, height, width, k));
        var dense = CirculantProjection.Expand(circulant);
        double[] x = [.. Sample.Values(Seed, circulant.InputSize).Select(v => (double)v)];
        Assert.Equal(NaiveImages.Convolve((ConvLayer)circulant.Layers[0], Weight(circulant), x), NaiveImages.Convolve((ConvLayer)dense.Layers[0], Weight(dense), x));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Project_Residual_IsOrthogonalToEveryCirculantKernel(int channels, int filters, int height, int width, int k)
    {
        output.WriteLine($"seeds {Seed}, {Seed + 1}");
        var layers = Layers(channels, filters, height, width, k);
        var dense = Dense(channels, filters, height, width);
        var projected = CirculantProjection.Project(dense, layers);
        var other = new ParameterLayout(layers).Unpack(Sample.Values(Seed + 1, new ParameterLayout(layers).Length));
        float[] v = Weight(dense).FirstColumns, p = Weight(CirculantProjection.Expand(projected)).FirstColumns, o = Weight(CirculantProjection.Expand(other)).FirstColumns;
        double product = 0, norm = 0, self = 0;
        for (int i = 0; i < v.Length; i++)
        {
            product += ((double)v[i] - p[i]) * o[i];
            norm += Math.Abs(o[i]);
            self += (double)p[i] * p[i];
        }
        // Each word of the projection is off by one rounding to float of a mean below 1.
        Assert.InRange(product, -norm * Sample.Unit, norm * Sample.Unit);
        Assert.True(self > 100 * norm * Sample.Unit, "an inner product that is not zero would be seen");
    }

    private static BlockCirculantMatrix Weight(TrainedNetwork network) => ((ConvWeights)network.Weights[0]).Weight;

    private static TrainedNetwork Dense(int channels, int filters, int height, int width)
    {
        var layout = new ParameterLayout(Layers(channels, filters, height, width, 1));
        return layout.Unpack(Sample.Values(Seed, layout.Length));
    }

    private static LayerDescription[] Layers(int channels, int filters, int height, int width, int k)
    {
        var conv = new ConvLayer(new(6, 5, channels), filters, height, width, 1, 1, k);
        return [conv, new DenseLayer(conv.OutputSize, 2, 1)];
    }
}
