using System.Numerics;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Tests;

namespace HwGen.Core.Tests.Plan;

public sealed class NetworkFormatsTests
{
    public static TheoryData<int, int, int, int> Networks()
    {
        var data = new TheoryData<int, int, int, int>();
        int seed = 100;
        foreach (int k in new[] { 1, 2, 4, 8, 16, 32 })
            foreach (int bits in new[] { 4, 6, 8, 12, 16, 18 })
                foreach (int layers in new[] { 1, 2 }) data.Add(seed++, k, bits, layers);
        foreach (int bits in new[] { 4, 12, 18 }) data.Add(seed++, 64, bits, 1);
        data.Add(seed, 64, 12, 2);
        return data;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Choose_RandomNetwork_AlignsEveryBinaryPoint(int seed, int k, int bits, int layers)
    {
        RandomDesign shape = RandomDesign.Draw(seed, k, bits, layers);
        TrainedNetwork network = shape.Network();
        NetworkFormats formats = shape.Formats(network);
        int levels = BitOperations.Log2((uint)k);
        Assert.Equal(layers + 1, formats.Vectors.Count);
        for (int v = 0; v < formats.Vectors.Count; v++)
        {
            Assert.Equal((bits, bits), (formats.Vectors[v].Value.Width, formats.Vectors[v].Spectrum.Width));
            Assert.True(formats.FftShift(v) >= 0, $"{shape}: FFT shift {formats.FftShift(v)} of vector {v}");
        }
        Assert.True(formats.IfftShift >= 0, $"{shape}: inverse FFT shift {formats.IfftShift}");
        for (int l = 0; l < network.Layers.Count; l++)
        {
            LayerFormats f = formats.Layers[l];
            Assert.True(f.DrainShift >= 0, $"{shape}: drain shift {f.DrainShift} of layer {l}");
            // Both products of a layer and its accumulator have one binary point.
            Assert.Equal(f.AccumulatorFracBits, f.InputWeight.FracBits + formats.Vectors[l].Spectrum.FracBits);
            if (f.RecurrentWeight is not null)
            {
                Assert.Equal(f.AccumulatorFracBits, f.RecurrentWeight.FracBits + formats.Vectors[l + 1].Spectrum.FracBits);
                Assert.Equal(formats.Layers[0].Sum, f.Sum);
            }
            // Through the inverse FFT: 1/k moves the point by log2 k, level shifts and the last rounding drop bits.
            Assert.Equal(f.Sum.FracBits, f.SumSpectrum.FracBits + levels - formats.Ifft.LevelShifts.Sum() - formats.IfftShift);
            Assert.Equal((bits, formats.Ifft.Input.Width), (f.Sum.Width, f.SumSpectrum.Width));
        }
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(4, 6)]
    [InlineData(8, 12)]
    public void Choose_RecurrentLayersOfUnequalRange_ShareOneSumFormat(int k, int bits)
    {
        foreach (double gain in new[] { 0.02, 0.1, 10, 50 })
        {
            var shape = new RandomDesign(5, k, bits, 2, 9, [12, 10, 8], 4);
            TrainedNetwork network = shape.Network();
            TrainedNetwork scaled = network with { Weights = [network.Weights[0], Scale((GruWeights)network.Weights[1], gain), .. network.Weights.Skip(2)] };
            NetworkFormats formats = shape.Formats(scaled);
            Assert.All(formats.Layers.SkipLast(1), f => Assert.Equal(formats.Layers[0].Sum, f.Sum));
            Assert.All(formats.Layers, f => Assert.True(f.DrainShift >= 0));
        }

        static GruWeights Scale(GruWeights weights, double gain) => weights with
        {
            Input = [.. weights.Input.Select(m => new BlockCirculantMatrix(m.Rows, m.Columns, m.BlockSize, [.. m.FirstColumns.Select(w => (float)(w * gain))]))],
        };
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Quantize_RandomNetwork_RoundsEverySpectrumOnce(int seed, int k, int bits, int layers)
    {
        RandomDesign shape = RandomDesign.Draw(seed, k, bits, layers);
        TrainedNetwork network = shape.Network();
        NetworkFormats formats = shape.Formats(network);
        for (int l = 0; l < network.Layers.Count; l++)
        {
            QuantizedLayer quantized = QuantizedLayer.Quantize(network.Weights[l], formats.Layers[l]);
            if (network.Weights[l] is GruWeights gru)
                for (int g = 0; g < 3; g++)
                {
                    Compare(shape, gru.Input[g], quantized.Input[g], formats.Layers[l].InputWeight);
                    Compare(shape, gru.Recurrent[g], quantized.Recurrent[g], formats.Layers[l].RecurrentWeight!);
                }
            else Compare(shape, ((DenseWeights)network.Weights[l]).Weight, quantized.Input[0], formats.Layers[l].InputWeight);
        }
    }

    [Fact]
    public void Quantize_Biases_AreThoseOfTheSums()
    {
        var shape = new RandomDesign(1, 4, 12, 2, 5, [6], 3);
        TrainedNetwork network = shape.Network();
        NetworkFormats formats = shape.Formats(network);
        var gru = (GruWeights)network.Weights[0];
        QuantizedLayer quantized = QuantizedLayer.Quantize(gru, formats.Layers[0]);
        FixedFormat sum = formats.Layers[0].Sum;
        for (int i = 0; i < 8; i++)
        {
            double[] expected = i >= 6 ? [0, 0, 0, 0] :
                [(double)gru.InputBias[0][i] + gru.RecurrentBias[0][i], (double)gru.InputBias[1][i] + gru.RecurrentBias[1][i], gru.InputBias[2][i], gru.RecurrentBias[2][i]];
            Assert.Equal(expected.Select(sum.Quantize), quantized.Biases.Select(b => b[i]));
        }
    }

    /// <summary>Nearest, ties to even, of the spectrum by definition; where the two sums of doubles straddle a tie, either neighbour.</summary>
    private static void Compare(RandomDesign shape, BlockCirculantMatrix matrix, QuantizedMatrix quantized, FixedFormat format)
    {
        Assert.Equal(format, quantized.Format);
        for (int i = 0; i < matrix.RowBlocks; i++)
            for (int j = 0; j < matrix.ColumnBlocks; j++)
            {
                double[] spectrum = NaiveTransform.Forward([.. matrix.Block(i, j).ToArray().Select(w => (double)w)]);
                for (int w = 0; w < spectrum.Length; w++)
                {
                    double scaled = spectrum[w] * Math.Pow(2, format.FracBits);
                    int raw = quantized.Block(i, j)[w];
                    bool tie = Math.Abs(Math.Abs(scaled - Math.Floor(scaled)) - 0.5) < 1e-6;
                    Assert.True(tie ? Math.Abs(raw - scaled) < 0.5 + 1e-6 : raw == Math.Round(scaled), $"{shape}: block ({i}, {j}), word {w}: {raw} for {scaled:R}");
                    Assert.InRange(raw, format.Min, format.Max);
                }
            }
    }
}
