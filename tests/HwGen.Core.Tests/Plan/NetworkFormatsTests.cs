using System.Numerics;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Plan;

public sealed class NetworkFormatsTests
{
    public static TheoryData<int, int, int, int> Grid()
    {
        var data = new TheoryData<int, int, int, int>();
        int seed = 100;
        foreach (int k in new[] { 1, 2, 4, 8, 32 })
            foreach (int bits in new[] { 4, 8, 18 })
                foreach (int layers in new[] { 1, 2 }) data.Add(seed++, k, bits, layers);
        data.Add(seed, 64, 12, 1);
        return data;
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(8000, 40)];

    [Theory]
    [MemberData(nameof(Grid))]
    public void Choose_GruStack_AlignsEveryBinaryPoint(int seed, int k, int bits, int layers) => CheckFormats(RandomDesign.Draw(seed, k, bits, layers));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Choose_AnyDesign_AlignsEveryBinaryPoint(int seed) => CheckFormats(RandomDesign.DrawAny(seed));

    /// <summary>Every number of shifts for each direction, those that smaller blocks have no levels for among them.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(18)]
    public void Choose_ShiftsAskedFor_HasSoMany(int bits)
    {
        LayerDescription[] layers = [new LstmLayer(9, 13, 10, true, 8, 4, 2), new GruLayer(10, 9, 1, 16, true), new DenseLayer(9, 5, 4)];
        int[] sizes = [1, 2, 4, 8, 16];
        foreach (int fft in Enumerable.Range(0, 6))
            foreach (int ifft in Enumerable.Range(0, 6))
            {
                // The largest blocks have as many as asked for, the others one less each.
                int[] Each(int shifts) => [.. sizes.Select((_, m) => Math.Max(0, shifts - (sizes.Length - 1 - m)))];
                var shape = new RandomDesign(77, layers, bits, new(2, 100, 1)) { FftShifts = Each(fft), IfftShifts = Each(ifft) };
                CheckFormats(shape);
                NetworkFormats formats = shape.Formats(shape.Network());
                Assert.Equal(Each(fft).Zip(sizes, (s, k) => Math.Min(s, BitOperations.Log2((uint)k))), formats.Modes.Select(m => m.Fft.LevelShifts.Sum()));
                Assert.Equal(Each(ifft).Zip(sizes, (s, k) => Math.Min(s, BitOperations.Log2((uint)k))), formats.Modes.Select(m => m.Ifft.LevelShifts.Sum()));
            }
    }

    [Fact]
    public void Choose_NothingAskedFor_IsOneOfWhatCanBe()
    {
        RandomDesign shape = RandomDesign.Draw(108, 8, 12);
        NetworkFormats free = shape.Formats(shape.Network());
        RandomDesign same = shape with { FftShifts = [free.Modes[0].Fft.LevelShifts.Sum()], IfftShifts = [free.Modes[0].Ifft.LevelShifts.Sum()], ActivationSegments = [32, 32] };
        NetworkFormats asked = same.Formats(shape.Network());
        Assert.Equal(free.Sums, asked.Sums);
        Assert.Equal(free.Modes[0].Fft.LevelShifts, asked.Modes[0].Fft.LevelShifts);
        Assert.Equal(free.Modes[0].Ifft.LevelShifts, asked.Modes[0].Ifft.LevelShifts);
        Assert.Equal((free.SigmoidSegments, free.TanhSegments), (asked.SigmoidSegments, asked.TanhSegments));
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
            CheckFormats(shape, scaled);
        }

        static GruWeights Scale(GruWeights weights, double gain) => weights with
        {
            Input = [.. weights.Input.Select(m => new BlockCirculantMatrix(m.Rows, m.Columns, m.BlockSize, [.. m.FirstColumns.Select(w => (float)(w * gain))]))],
        };
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Quantize_AnyDesign_RoundsEverySpectrumOnce(int seed)
    {
        RandomDesign shape = RandomDesign.DrawAny(seed);
        TrainedNetwork network = shape.Network();
        AcceleratorPlan plan = shape.Plan();
        foreach (SumPlan sum in plan.Program.Sums)
            foreach (TermPlan term in sum.Terms)
                Compare(shape, network.Weights[sum.Layer].Matrices.ElementAt(term.Matrix), plan.Parameters[sum.Layer].Matrices[term.Matrix], plan.Formats.Layers[sum.Layer].Weights[term.Set]);
    }

    [Fact]
    public void Quantize_GruBiases_AreThoseOfTheSums()
    {
        var shape = new RandomDesign(1, 4, 12, 2, 5, [6], 3);
        var gru = (GruWeights)shape.Network().Weights[0];
        AcceleratorPlan plan = shape.Plan();
        for (int i = 0; i < 6; i++)
        {
            double[] expected = [(double)gru.InputBias[0][i] + gru.RecurrentBias[0][i], (double)gru.InputBias[1][i] + gru.RecurrentBias[1][i], gru.InputBias[2][i], gru.RecurrentBias[2][i]];
            Assert.Equal(expected.Select((b, slot) => (slot == 3 ? plan.Formats.CandidateSum : plan.Formats.GateSum).Quantize(b)), plan.Parameters[0].Biases.Select(b => b[i]));
        }
    }

    [Fact]
    public void Quantize_LstmVectors_AreBiasesAndPeepholes()
    {
        var shape = new RandomDesign(2, [new LstmLayer(5, 6, 3, true, 2, 4, 2), new DenseLayer(3, 2, 1)], 10, new(2, 100, 1));
        var lstm = (LstmWeights)shape.Network().Weights[0];
        AcceleratorPlan plan = shape.Plan();
        Assert.Equal(lstm.Bias.Select(b => b.Select(w => plan.Formats.GateSum.Quantize(w))), plan.Parameters[0].Biases);
        Assert.Equal(lstm.Peepholes.Select(p => p.Select(w => plan.Formats.Peephole.Quantize(w))), plan.Parameters[0].Peepholes);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Record_AnyDesign_IsTheLargestOfTheDenseModelsValues(int seed)
    {
        TrainedNetwork network = RandomDesign.DrawAny(seed).Network();
        var random = new Random(seed);
        const int sequences = 3, steps = 4;
        float[] inputs = [.. Enumerable.Range(0, sequences * steps * network.InputSize).Select(_ => random.NextSingle() * 2 - 1)];
        NetworkRanges ranges = NetworkRanges.Record(network, inputs, sequences, steps);
        var program = new StepProgram(network.Layers);
        var model = new DenseModel(network);
        double input = inputs.Max(x => Math.Abs((double)x)), output = 0;
        var cells = new double[network.Layers.Count];
        for (int s = 0; s < sequences; s++)
        {
            LayerState[] state = model.InitialState();
            for (int t = 0; t < steps; t++)
            {
                DenseLayerStep[] step = model.Step([.. inputs.Skip((s * steps + t) * network.InputSize).Take(network.InputSize).Select(x => (double)x)], state);
                output = Math.Max(output, step[^1].Output.Max(Math.Abs));
                for (int l = 0; l < cells.Length; l++) cells[l] = Math.Max(cells[l], step[l].Cell.Select(Math.Abs).DefaultIfEmpty(0).Max());
                state = model.Next(step);
            }
        }
        Assert.Equal((input, output), (ranges.Vectors[0], ranges.Vectors[program.Output]));
        Assert.Equal(cells, ranges.Cells);
    }

    private static void CheckFormats(RandomDesign shape, TrainedNetwork? changed = null)
    {
        TrainedNetwork network = changed ?? shape.Network();
        NetworkFormats formats = shape.Formats(network);
        var program = new StepProgram(network.Layers);
        int bits = shape.Bits;
        Assert.Equal((program.Vectors.Count, program.Spectra.Count, program.Sums.Count, network.Layers.Count), (formats.Vectors.Count, formats.Spectra.Count, formats.Sums.Count, formats.Layers.Count));
        Assert.Equal(program.Modes, formats.Modes.Select(m => m.BlockSize));
        Assert.All(formats.Vectors.Concat(formats.Spectra).Concat(formats.Sums.Select(s => s.Value)).Append(formats.GateSum).Append(formats.Gate), f => Assert.Equal(bits, f.Width));
        for (int v = 0; v < program.Vectors.Count; v++)
        {
            if (program.Vectors[v].Source == VectorSource.Cell) Assert.Equal(bits - 1, formats.Vectors[v].FracBits);
            if (program.Vectors[v].Source == VectorSource.Linear) Assert.Equal(formats.Sums[program.Linears.Single(l => l.Vector == v).Sum].Value, formats.Vectors[v]);
        }
        for (int s = 0; s < program.Spectra.Count; s++) Assert.True(formats.FftShift(program, s) >= 0, $"{shape}: FFT shift {formats.FftShift(program, s)} of spectrum {s}");
        for (int m = 0; m < program.Sums.Count; m++)
        {
            SumPlan sum = program.Sums[m];
            SumFormats f = formats.Sums[m];
            TransformMode mode = formats.Mode(sum.BlockSize);
            // All products of a sum and its accumulator have one binary point.
            foreach (TermPlan t in sum.Terms) Assert.Equal(f.AccumulatorFracBits, formats.Layers[sum.Layer].Weights[t.Set].FracBits + formats.Spectra[t.Spectrum].FracBits);
            Assert.True(f.DrainShift >= 0, $"{shape}: drain shift {f.DrainShift} of {sum.Name}");
            Assert.True(formats.IfftShift(program, m) >= 0, $"{shape}: inverse FFT shift {formats.IfftShift(program, m)} of {sum.Name}");
            // Through the inverse FFT: 1/k moves the point by log2 k, level shifts and the last rounding drop bits.
            Assert.Equal(f.Value.FracBits, f.Spectrum.FracBits + BitOperations.Log2((uint)sum.BlockSize) - mode.Ifft.LevelShifts.Sum() - formats.IfftShift(program, m));
            Assert.Equal(mode.Ifft.Input.Width, f.Spectrum.Width);
            bool candidate = sum.Slot == 3 && network.Layers[sum.Layer] is GruLayer;
            if (!sum.IsLinear) Assert.Equal(candidate ? formats.CandidateSum : formats.GateSum, f.Value);
            if (QuantizedLayer.Bias(network.Weights[sum.Layer], sum.Slot) is not null) Assert.Equal(f.Value, candidate ? formats.Layers[sum.Layer].CandidateBias : formats.Layers[sum.Layer].Bias);
        }
        // Row blocks that leave side by side are rounded alike.
        foreach (int[] family in program.Families)
            Assert.Single(family.Select(m => (formats.Sums[m].DrainShift, formats.IfftShift(program, m), program.Sums[m].BlockSize)).Distinct());
        Assert.True(formats.PeepholeShift >= 0 && formats.CandidateShift >= 0, $"{shape}: {formats.PeepholeShift}, {formats.CandidateShift}");
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
