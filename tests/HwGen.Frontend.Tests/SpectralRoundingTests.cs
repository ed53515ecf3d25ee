using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Frontend.Data;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

/// <summary>Training that sees its spectra rounded.</summary>
public sealed class SpectralRoundingTests(ITestOutputHelper output)
{
    private const int Seed = 31, Bits = 6;

    [Theory]
    [InlineData("cpu", 1)]
    [InlineData("cpu", 4)]
    [InlineData("cpu-sim", 8)]
    public void Forward_RoundedSpectra_EqualsTheNetworkOfTheRoundedWords(string device, int k) => Check(device, k);

    [DeviceFact("pocl")]
    public void Forward_RoundedSpectraOnPocl_EqualsTheNetworkOfTheRoundedWords() => Check("pocl", 4);

    private void Check(string device, int k)
    {
        output.WriteLine($"seed {Seed}");
        LayerDescription[] layers = [new LstmLayer(8, 16, 8, false, k, k, k), new DenseLayer(8, 3, k)];
        var network = Sample.Network(Seed, layers);
        var data = FrameData.Random(Seed, 8, 3, 4, 3);
        var ops = Devices.Get(device);
        using var model = new NetworkModel(ops, layers, 2, 4, LabelKind.Frame);
        ops.Upload(model.Parameters, model.Layout.Pack(network));

        model.Update(Bits);
        var rounded = model.Forward(data, [0, 1]);
        model.Update();
        var whole = model.Forward(data, [0, 1]);

        double expected = NaiveNetwork.Loss(Rounded(network), data) * rounded.Labels;
        // Sums of at most 40 roundings of numbers below 2, through 4 steps of two layers.
        const double bound = 4 * 2 * 40 * 7 * Sample.Unit;
        Assert.InRange(rounded.Loss, expected - bound, expected + bound);
        Assert.True(Math.Abs(rounded.Loss - whole.Loss) > 10 * bound, "rounding must show");
        double exact = NaiveNetwork.Loss(network, data) * whole.Labels;
        Assert.InRange(whole.Loss, exact - bound, exact + bound);
    }

    /// <summary>Each stack of matrices that the trainer holds together has the format of its largest word, as in the hardware: W, R, M.</summary>
    private static TrainedNetwork Rounded(TrainedNetwork network) => network with
    {
        Weights = [.. network.Weights.Select(w => w switch
        {
            LstmWeights l => (LayerWeights)(l with { Input = Rounded(l.Input), Recurrent = Rounded(l.Recurrent), Projection = Rounded([l.Projection!])[0] }),
            DenseWeights d => d with { Weight = Rounded([d.Weight])[0] },
            _ => w,
        })],
    };

    private static BlockCirculantMatrix[] Rounded(IReadOnlyList<BlockCirculantMatrix> stack)
    {
        int k = stack[0].BlockSize;
        double[][] spectra = [.. stack.SelectMany(m => m.FirstColumns.Chunk(k)).Select(b => Forward([.. b.Select(v => (double)v)]))];
        var format = FixedFormat.Covering(Bits, spectra.SelectMany(s => s).Max(Math.Abs));
        float[][] blocks = [.. spectra.Select(s => Inverse([.. s.Select(v => format.ToDouble(format.Quantize(v)))]))];
        int next = 0;
        return [.. stack.Select(m => new BlockCirculantMatrix(m.Rows, m.Columns, k,
            [.. Enumerable.Range(0, m.FirstColumns.Length / k).SelectMany(_ => blocks[next++])]))];
    }

    /// <summary>Words DC, Nyquist, Re1, Im1, … by definition.</summary>
    private static double[] Forward(double[] x) => [.. Enumerable.Range(0, x.Length).Select(w => x.Select((v, t) => v * Coefficient(x.Length, w, t)).Sum())];

    private static float[] Inverse(double[] s) => [.. Enumerable.Range(0, s.Length).Select(t =>
        (float)(s.Select((v, w) => (w < 2 ? 1 : 2) * v * Coefficient(s.Length, w, t)).Sum() / s.Length))];

    private static double Coefficient(int k, int word, int t)
    {
        int bin = word < 2 ? word * k / 2 : word / 2;
        double angle = 2 * Math.PI * bin * t / k;
        return word >= 2 && word % 2 == 1 ? -Math.Sin(angle) : Math.Cos(angle);
    }
}
