using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Reference;

namespace HwGen.Sim.Tests.Reference;

public sealed class IntegerReferenceTests
{
    public static TheoryData<int, int, int, int> Networks()
    {
        var data = new TheoryData<int, int, int, int>();
        int seed = 500;
        foreach (int k in new[] { 1, 2, 4, 8, 16, 32 })
            foreach (int bits in new[] { 4, 8, 12, 18 })
                foreach (int layers in new[] { 1, 2 }) data.Add(seed++, k, bits, layers);
        foreach (int bits in new[] { 4, 12, 18 }) data.Add(seed++, 64, bits, 1);
        return data;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Step_RandomGru_StaysWithinDerivedBoundsOfTheDenseModel(int seed, int k, int bits, int layers)
    {
        AcceleratorPlan plan = RandomDesign.Draw(seed, k, bits, layers).Plan();
        Assert.Empty(Outside(plan, new BoundedModel(plan), seed));
    }

    /// <summary>LSTMs with and without peepholes and projection, both conventions of the GRU, maps, mixed block sizes, columns, lanes, streams.</summary>
    [Theory]
    [MemberData(nameof(Seeds), 700, 40)]
    public void Step_AnyDesign_StaysWithinDerivedBoundsOfTheDenseModel(int seed)
    {
        RandomDesign shape = RandomDesign.DrawAny(seed);
        AcceleratorPlan plan = shape.Plan();
        List<string> outside = Outside(plan, new BoundedModel(plan), seed);
        Assert.True(outside.Count == 0, $"{shape}: {outside.FirstOrDefault()}");
    }

    /// <summary>Every number of shifts for each direction, each with another number of segments.</summary>
    [Theory]
    [InlineData("gru")]
    [InlineData("mixed")]
    public void Step_EverySplit_StaysWithinDerivedBoundsOfTheDenseModel(string name)
    {
        RandomDesign shape = Designs.Create(name, 12);
        int sizes = name == "mixed" ? 3 : 1;
        foreach (int fft in Enumerable.Range(0, 4))
            foreach (int ifft in Enumerable.Range(0, 4))
            {
                RandomDesign split = shape with
                {
                    FftShifts = [.. Enumerable.Repeat(fft, sizes)],
                    IfftShifts = [.. Enumerable.Repeat(ifft, sizes)],
                    ActivationSegments = [2 << fft, 2 << (fft + ifft)],
                };
                AcceleratorPlan plan = split.Plan();
                List<string> outside = Outside(plan, new BoundedModel(plan), 36);
                Assert.True(outside.Count == 0, $"{split}: {outside.FirstOrDefault()}");
                // The bound is of the split: what one bit of a level's shift does leaves it.
                if (fft == 0) continue;
                int tap = Tap(plan, "fft");
                Assert.Contains(Outside(plan, new BoundedModel(plan), 36, (_, taps) =>
                {
                    for (int entry = 0; entry < plan.Taps[tap].Entries.Count; entry++)
                        for (int i = 0; i < plan.Taps[tap].Lanes; i++) taps[tap, entry][i] *= 2;
                }), o => o.StartsWith("fft", StringComparison.Ordinal));
            }
    }

    /// <summary>Without saturation the model with bounds is the dense model: it cannot share a mistake with the engine's lowering.</summary>
    [Theory]
    [MemberData(nameof(Seeds), 700, 40)]
    public void BoundedModel_Unsaturated_IsTheDenseModel(int seed)
    {
        RandomDesign shape = RandomDesign.DrawAny(seed);
        AcceleratorPlan plan = shape.Plan();
        var model = new BoundedModel(plan, saturates: false);
        DenseModel dense = Dense(plan, shape.Network(), model);
        LayerState[] state = dense.InitialState();
        double[][] before = [.. plan.Program.Vectors.Select(v => new double[v.Blocks * plan.BlockSize])];
        double[][] cells = [.. plan.Layers.Select((_, l) => new double[(plan.Program.Cells.FirstOrDefault(c => c.Layer == l)?.Blocks ?? 0) * plan.BlockSize])];
        var random = new Random(seed);
        for (int t = 0; t < 4; t++)
        {
            double[] x = [.. Enumerable.Range(0, plan.Input.Size).Select(_ => random.NextDouble() * 2 - 1)];
            model.Step(x, before, cells, t == 0);
            DenseLayerStep[] step = dense.Step(x, state);
            for (int v = 0; v < before.Length; v++)
            {
                double[] expected = NetworkRanges.VectorValues(plan.Program, v, step);
                for (int i = 0; i < expected.Length; i++) Near(expected[i], model.Vector(v)[Padded(plan.Program.Vectors[v], i)], $"{shape}: {plan.Program.Vectors[v].Name} {i}, step {t}");
            }
            foreach (RowBlock row in plan.Schedule.Drains.Select(d => d.Row))
            {
                SumPlan sum = plan.Program.Sums[row.Sum];
                double[] expected = NetworkRanges.SumValues(sum, step);
                int rows = plan.Parameters[sum.Layer].Matrices[sum.Terms[0].Matrix].RowBlocks * sum.BlockSize;
                int position = sum.IsLinear ? plan.Program.Linears.First(l => l.Sum == row.Sum).Windows[row.Window][row.Member] : 0;
                for (int i = row.Block * plan.BlockSize; i < Math.Min(rows, (row.Block + 1) * plan.BlockSize); i++)
                    Near(expected[position * rows + i], model.Sum(row)[i % plan.BlockSize], $"{shape}: {sum.Name} {i}, step {t}");
            }
            (state, before, cells) = (dense.Next(step), [.. before.Select((_, v) => model.Vector(v))], model.States());
        }
    }

    /// <summary>The bound is of use: on a plain design it is a few hundredths of full scale at the output.</summary>
    [Theory]
    [InlineData("gru")]
    [InlineData("gru reset first")]
    [InlineData("lstm")]
    [InlineData("google lstm")]
    [InlineData("map")]
    public void Step_SixteenBits_HasATightBound(string name)
    {
        AcceleratorPlan plan = Designs.Create(name, 16).Plan();
        var model = new BoundedModel(plan);
        double[][] cells = [.. plan.Layers.Select((_, l) => new double[(plan.Program.Cells.FirstOrDefault(c => c.Layer == l)?.Blocks ?? 0) * plan.BlockSize])];
        model.Step(new double[plan.Input.Size], [.. plan.Program.Vectors.Select(v => new double[v.Blocks * plan.BlockSize])], cells, false);
        foreach (string tap in plan.Taps.Select(t => t.Name).Where(n => n is "state" or "output"))
            Assert.All(model.Tap(tap), t => Assert.True(t.Words.Error.Max() < 0.08, $"{tap}: {t.Words.Error.Max()}"));
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(2, 12)]
    [InlineData(4, 12)]
    [InlineData(8, 12)]
    [InlineData(16, 16)]
    [InlineData(64, 12)]
    public void Step_OneWeightOfAGruNegated_LeavesTheBound(int k, int bits) =>
        AssertEveryNegatedWeightShows(new RandomDesign(31, k, bits, 3, 2 * k + 1, [2 * k], k + 1));

    [Theory]
    [MemberData(nameof(Designs.Names), MemberType = typeof(Designs))]
    public void Step_OneWeightNegated_LeavesTheBound(string name) => AssertEveryNegatedWeightShows(Designs.Create(name, 18));

    [Theory]
    [MemberData(nameof(Designs.Names), MemberType = typeof(Designs))]
    public void Step_ConjugateSpectra_LeaveTheBound(string name)
    {
        AcceleratorPlan plan = Designs.Create(name, 12).Plan();
        var model = new BoundedModel(plan, mutate: (_, spectrum) =>
        {
            for (int i = 3; i < spectrum.Length; i += 2) spectrum[i] = -spectrum[i];
        });
        Assert.Contains(Outside(plan, model, 32), o => o.StartsWith("accumulator", StringComparison.Ordinal));
    }

    /// <summary>Half an ulp: the FFT's words cut off instead of rounded are off by nearly a whole one.</summary>
    [Theory]
    [InlineData("gru")]
    [InlineData("gru reset first")]
    [InlineData("lstm")]
    [InlineData("google lstm")]
    [InlineData("mixed")]
    public void Step_RoundingOffsetDropped_LeavesTheBound(string name)
    {
        AcceleratorPlan plan = Designs.Create(name, 12).Plan();
        int spectrum = Enumerable.Range(0, plan.Program.Spectra.Count).First(s => plan.Formats.FftShift(plan.Program, s) > 0);
        int tap = Tap(plan, "fft"), vector = plan.Program.Spectra[spectrum].Vector;
        TransformPlan fft = plan.Formats.Mode(plan.Program.Spectra[spectrum].BlockSize).Fft;
        int entry = plan.Schedule.Ffts.OrderBy(o => o.Time).ToList().FindIndex(o => o.Spectrum == spectrum && o.Block == 0);
        var outside = Outside(plan, new BoundedModel(plan), 33, (reference, taps) =>
        {
            var lanes = new long[fft.BlockSize];
            fft.Evaluate(reference.Vector(vector)[..fft.BlockSize], lanes, new long[fft.Nodes.Count]);
            for (int i = 0; i < lanes.Length; i++)
                taps[tap, entry][i] = plan.Formats.Spectra[spectrum].Saturate(lanes[i] >> plan.Formats.FftShift(plan.Program, spectrum));
        });
        Assert.Contains(outside, o => o.StartsWith($"fft block 0 of {plan.Program.Vectors[vector].Name},", StringComparison.Ordinal));
    }

    /// <summary>Where nothing rounds, a single unit in the last place is too much.</summary>
    [Fact]
    public void Step_AccumulatorOfExactSpectraOffByOne_LeavesTheBound()
    {
        // k = 1: nothing rounds before the accumulator of W_n x.
        AcceleratorPlan plan = new RandomDesign(34, 1, 12, 2, 3, [4], 2).Plan();
        (int tap, int entry) = Accumulator(plan, "W_n x");
        Assert.Contains(Outside(plan, new BoundedModel(plan), 34, (_, taps) => taps[tap, entry][0] += 1), o => o.StartsWith("accumulator", StringComparison.Ordinal));
    }

    /// <summary>What comes behind the sums is held as well: a word half an ulp and its error bound off is found at every tap.</summary>
    [Theory]
    [MemberData(nameof(Designs.Names), MemberType = typeof(Designs))]
    public void Step_OneWordFarOff_LeavesTheBoundAtItsTap(string name)
    {
        AcceleratorPlan plan = Designs.Create(name, 16).Plan();
        foreach (TapPlan tap in Numeric(plan))
        {
            int t = Tap(plan, tap.Name), quarter = tap.Name.StartsWith("accumulator", StringComparison.Ordinal) ? plan.WordBits + 4 : tap.WordBits - 3;
            Assert.Contains(Outside(plan, new BoundedModel(plan), 35, (_, taps) => taps[t, 0][0] ^= 1L << quarter), o => o.StartsWith(tap.Name, StringComparison.Ordinal));
        }
    }

    public static TheoryData<int> Seeds(int first, int count) => [.. Enumerable.Range(first, count)];

    /// <summary>In one block of each sum's products in turn the largest word changes its sign.</summary>
    private static void AssertEveryNegatedWeightShows(RandomDesign shape)
    {
        AcceleratorPlan plan = shape.Plan();
        foreach (SumPlan sum in plan.Program.Sums)
            foreach (TermPlan term in sum.Terms)
            {
                var model = new BoundedModel(plan, mutate: (block, spectrum) =>
                {
                    if (block != (sum.Layer, term.Matrix, 0, 0)) return;
                    int largest = Enumerable.Range(0, spectrum.Length).MaxBy(i => Math.Abs(spectrum[i]));
                    spectrum[largest] = -spectrum[largest];
                });
                var outside = Outside(plan, model, 31);
                Assert.True(outside.Any(o => o.StartsWith("accumulator", StringComparison.Ordinal) && o.Contains($"row block 0 of {sum.Name}", StringComparison.Ordinal)),
                    $"{shape}: {sum.Name}, matrix {term.Matrix}: {outside.FirstOrDefault()}");
            }
    }

    /// <summary>The dense model with the weights that the bounded one multiplies with, and the quantized vectors.</summary>
    private static DenseModel Dense(AcceleratorPlan plan, TrainedNetwork network, BoundedModel model)
    {
        LayerWeights[] weights = [.. network.Weights.Select((w, l) =>
        {
            LayerFormats formats = plan.Formats.Layers[l];
            float[][] biases = [.. plan.Parameters[l].Biases.Select((b, slot) => Exact(b, slot == 3 ? formats.CandidateBias : formats.Bias))];
            return w switch
            {
                GruWeights g => g with { InputBias = biases[..3], RecurrentBias = [new float[biases[0].Length], new float[biases[0].Length], biases[3]] },
                LstmWeights s => s with { Bias = biases, Peepholes = [.. plan.Parameters[l].Peepholes.Select(p => Exact(p, plan.Formats.Peephole))] },
                DenseWeights d => d with { Bias = biases[0] },
                ConvWeights c => c with { Bias = biases[0] },
                _ => w,
            };
        })];
        return new(new(network.Layers, weights), [.. plan.Parameters.Select((p, l) => Enumerable.Range(0, p.Matrices.Count).Select(m => model.Expand(l, m)).ToArray())]);

        // At most 18 bits: a float holds them.
        static float[] Exact(long[] raw, FixedFormat format) => [.. raw.Select(r => (float)format.ToDouble(r))];
    }

    private static void Near(double expected, double actual, string what) => Assert.True(Math.Abs(expected - actual) < 1e-9 * Math.Max(1, Math.Abs(expected)), $"{what}: {expected:R}, {actual:R}");

    /// <summary>Where element i of a vector without padding stands.</summary>
    private static int Padded(VectorPlan vector, int i) => i / vector.GroupSize * vector.GroupBlocks * vector.BlockSize + i % vector.GroupSize;

    private static int Tap(AcceleratorPlan plan, string name) => plan.Taps.ToList().FindIndex(t => t.Name == name);

    /// <summary>The schedule's rows are no numbers: they are compared bit by bit.</summary>
    private static IEnumerable<TapPlan> Numeric(AcceleratorPlan plan) => plan.Taps.Where(t => t.Name != "schedule");

    private static (int Tap, int Entry) Accumulator(AcceleratorPlan plan, string sum)
    {
        DrainOp op = plan.Schedule.Drains.First(d => plan.Program.Sums[d.Row.Sum].Name == sum && d.Row.Block == 0);
        return (Tap(plan, $"accumulator_{op.Unit}"), plan.Schedule.Drains.Where(d => d.Unit == op.Unit).OrderBy(d => d.Time).ToList().IndexOf(op));
    }

    /// <summary>Words outside their bound in the first step that has any. Runs the reference on full-scale and random sequences, streams in
    /// turn; the model starts each step from the reference's state.</summary>
    private static List<string> Outside(AcceleratorPlan plan, BoundedModel model, int seed, Action<IntegerReference, StepTaps>? corrupt = null)
    {
        var reference = new IntegerReference(plan);
        var taps = new StepTaps(plan);
        var outside = new List<string>();
        double[][][] before = [.. Enumerable.Range(0, plan.Shape.Streams).Select(_ => Vectors(plan, reference))];
        long cost = plan.ProductMultiplies * plan.BlockSize;
        var stimulus = new Stimulus([.. Stimulus.Stress(plan, seed).Where((_, i) => cost < 20_000 || i % 3 == 1).Select(s => s[..Math.Min(s.Length, 4)])], plan.Shape.Streams);
        foreach ((int sequence, int t, int stream) in stimulus.Steps)
        {
            double[][] state = [.. plan.Layers.Select((_, l) => plan.Program.Cells.FirstOrDefault(c => c.Layer == l) is { } cell
                ? Values(reference.State(l, stream), plan.StateFormat(cell)) : [])];
            long[] input = stimulus.Sequences[sequence][t];
            reference.Step(input, t == 0, taps, stream);
            corrupt?.Invoke(reference, taps);
            model.Step(Values(input, plan.InputFormat), before[stream], state, t == 0);
            before[stream] = Vectors(plan, reference);
            foreach (TapPlan tap in Numeric(plan))
            {
                BoundedWords[] expected = model.Tap(tap.Name);
                Assert.Equal(tap.Entries.Count, expected.Length);
                int number = Tap(plan, tap.Name);
                for (int entry = 0; entry < expected.Length; entry++)
                    for (int i = 0; i < tap.Lanes; i++)
                    {
                        double off = Math.Abs(expected[entry].Format.ToDouble(taps[number, entry][i]) - expected[entry].Words.Value[i]), bound = expected[entry].Words.Error[i];
                        if (!(off <= bound)) outside.Add($"{tap.Name} {tap.Entries[entry].What}, lane {i}, sequence {sequence}, step {t}: off by {off:R}, bound {bound:R}");
                    }
            }
            if (outside.Count > 0) return outside;
        }
        return outside;
    }

    private static double[][] Vectors(AcceleratorPlan plan, IntegerReference reference) =>
        [.. plan.Formats.Vectors.Select((format, v) => Values(reference.Vector(v), format))];

    private static double[] Values(ReadOnlySpan<long> raw, FixedFormat format)
    {
        var values = new double[raw.Length];
        for (int i = 0; i < raw.Length; i++) values[i] = format.ToDouble(raw[i]);
        return values;
    }
}
