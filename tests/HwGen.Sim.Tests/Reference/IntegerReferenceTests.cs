using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Reference;
using HwGen.Tests;

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
    public void Step_RandomNetwork_StaysWithinDerivedBoundsOfTheDenseModel(int seed, int k, int bits, int layers)
    {
        RandomNetwork shape = RandomNetwork.Draw(seed, k, bits, layers);
        AcceleratorPlan plan = shape.Plan();
        Assert.Empty(Outside(plan, new BoundedModel(plan), seed, null));
    }

    /// <summary>The bound is of use: on a plain design it is a few hundredths of full scale at the output.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Step_SixteenBits_HasATightBound(int k)
    {
        AcceleratorPlan plan = new RandomNetwork(3, k, 16, 2, 12, [16], 6).Plan();
        var taps = new BoundedModel(plan).Step(new long[12], [new long[16], []], false);
        Assert.All(taps.Where(t => t.Key.Tap is "state" or "output"), t => Assert.True(t.Value.Error.Max() < 0.05, $"{t.Key}: {t.Value.Error.Max()}"));
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(2, 12)]
    [InlineData(4, 12)]
    [InlineData(8, 12)]
    [InlineData(16, 16)]
    [InlineData(64, 12)]
    public void Step_OneWeightNegated_LeavesTheBound(int k, int bits)
    {
        AcceleratorPlan plan = new RandomNetwork(31, k, bits, 3, 2 * k + 1, [2 * k], k + 1).Plan();
        // In one block of each product in turn the largest word changes its sign.
        foreach (SumKind kind in Enum.GetValues<SumKind>())
        {
            var target = (Row: new RowBlock(kind == SumKind.Output ? 1 : 0, kind, 0), Done: false);
            var model = new BoundedModel(plan, (row, column, spectrum) =>
            {
                if (target.Done || row != target.Row) return;
                int largest = Enumerable.Range(0, spectrum.Length).MaxBy(i => Math.Abs(spectrum[i]));
                spectrum[largest] = -spectrum[largest];
                target.Done = true;
            });
            Assert.Contains(Outside(plan, model, 31, null), o => o.StartsWith($"accumulator {plan.SumIndex(target.Row)},", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(32)]
    public void Step_ConjugateSpectra_LeaveTheBound(int k)
    {
        AcceleratorPlan plan = new RandomNetwork(32, k, 12, 3, 2 * k + 1, [2 * k], k + 1).Plan();
        var model = new BoundedModel(plan, (_, _, spectrum) =>
        {
            for (int i = 3; i < spectrum.Length; i += 2) spectrum[i] = -spectrum[i];
        });
        Assert.Contains(Outside(plan, model, 32, null), o => o.StartsWith("accumulator", StringComparison.Ordinal));
    }

    /// <summary>Half an ulp: the FFT's words cut off instead of rounded are off by nearly a whole one.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void Step_RoundingOffsetDropped_LeavesTheBound(int k)
    {
        AcceleratorPlan plan = new RandomNetwork(33, k, 12, 3, 2 * k + 1, [2 * k], k + 1).Plan();
        Assert.True(plan.Formats.FftShift(0) > 0);
        var outside = Outside(plan, new BoundedModel(plan), 33, (input, taps) =>
        {
            TransformPlan fft = plan.Formats.Fft;
            var lanes = new long[k];
            fft.Evaluate(input.AsSpan(0, k), lanes, new long[fft.Nodes.Count]);
            for (int i = 0; i < k; i++) taps[0, 0][i] = plan.Formats.Vectors[0].Spectrum.Saturate(lanes[i] >> plan.Formats.FftShift(0));
        });
        Assert.Contains(outside, o => o.StartsWith("fft 0,", StringComparison.Ordinal));
    }

    /// <summary>Where nothing rounds, a single unit in the last place is too much.</summary>
    [Fact]
    public void Step_AccumulatorOfExactSpectraOffByOne_LeavesTheBound()
    {
        // k = 1 and wide spectra: nothing rounds before the accumulator of W_n x.
        AcceleratorPlan plan = new RandomNetwork(34, 1, 12, 2, 3, [4], 2).Plan();
        int index = plan.SumIndex(new(0, SumKind.CandidateInput, 0));
        if (plan.Formats.FftShift(0) > 0) Assert.Fail("The input's spectrum rounds; draw another seed.");
        Assert.Contains(Outside(plan, new BoundedModel(plan), 34, (_, taps) => taps[1, index][0] += 1), o => o.StartsWith("accumulator", StringComparison.Ordinal));
    }

    /// <summary>Words outside their bound in the first step that has any. Runs the reference on full-scale and random sequences; the model starts each step from the reference's state.</summary>
    private static List<string> Outside(AcceleratorPlan plan, BoundedModel model, int seed, Action<long[], StepTaps>? corrupt)
    {
        var reference = new IntegerReference(plan);
        var taps = new StepTaps(plan);
        var outside = new List<string>();
        foreach (long[][] sequence in Stimulus.Stress(plan, seed).Where((_, i) => plan.BlockSize < 32 || i % 3 == 1))
            for (int t = 0; t < Math.Min(sequence.Length, 4); t++)
            {
                long[][] state = [.. plan.Layers.Select((_, l) => reference.State(l).ToArray())];
                reference.Step(sequence[t], t == 0, taps);
                long[] padded = new long[plan.InputBlocks * plan.BlockSize];
                sequence[t].CopyTo(padded, 0);
                corrupt?.Invoke(padded, taps);
                var expected = model.Step(sequence[t], state, t == 0);
                // The schedule's rows are no numbers: they are compared bit by bit.
                TapPlan[] numeric = [.. plan.Taps.Where(p => p.Name != "schedule")];
                Assert.Equal(numeric.Sum(p => p.Indices.Count), expected.Count);
                for (int tap = 0; tap < numeric.Length; tap++)
                    foreach (int index in plan.Taps[tap].Indices)
                    {
                        Bounded bounded = expected[(plan.Taps[tap].Name, index)];
                        FixedFormat format = Format(plan, tap, index);
                        for (int i = 0; i < plan.BlockSize; i++)
                        {
                            double error = Math.Abs(format.ToDouble(taps[tap, index][i]) - bounded.Value[i]);
                            if (!(error <= bounded.Error[i]))
                                outside.Add($"{plan.Taps[tap].Name} {index}, lane {i}, step {t}: off by {error:R}, bound {bounded.Error[i]:R}");
                        }
                    }
                if (outside.Count > 0) return outside;
            }
        return outside;
    }

    private static FixedFormat Format(AcceleratorPlan plan, int tap, int index)
    {
        RowBlock? row = plan.Taps[tap].Name is "accumulator" or "ifft" ? plan.Schedule.Drains.Single(d => plan.SumIndex(d.Row) == index).Row : null;
        return plan.Taps[tap].Name switch
        {
            "fft" => plan.Vectors.Last(v => v.SpectrumBase <= index).Formats.Spectrum,
            "accumulator" => new(plan.AccumulatorBits, plan.Formats.Layers[row!.Value.Layer].AccumulatorFracBits),
            "ifft" => plan.Formats.Layers[row!.Value.Layer].Sum,
            "state" => plan.Formats.State,
            "output" => plan.Formats.Layers[^1].Sum,
            _ => plan.Formats.Gate,
        };
    }
}
