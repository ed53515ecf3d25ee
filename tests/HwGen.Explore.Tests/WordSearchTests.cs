using HwGen.Core.Cost;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using HwGen.Frontend.Data;
using HwGen.Sim.Reference;
using Xunit.Abstractions;

namespace HwGen.Explore.Tests;

/// <summary>Every word that the search chose or refused, by the integer reference, on a random network whose own classes are the labels.</summary>
public sealed class WordSearchTests(ITestOutputHelper output)
{
    private const int Seed = 43, Steps = 3, Count = 60;

    private static readonly HardwareSettings Hardware = new(4, 100, 1);

    [Fact]
    public void Run_RandomNetwork_ChoosesTheShortestWordsThatKeepTheTarget()
    {
        const double target = 0.9;
        output.WriteLine($"seed {Seed}");
        var (network, ranges, data) = Labelled();

        WordChoice choice = Search(network, ranges, SearchMeasure.Accuracy(data, LossKind.CrossEntropy, CancellationToken.None), target)!;

        Assert.Equal(Enumerable.Range(WordSearch.Shortest, choice.Bits - WordSearch.Shortest + 1), choice.Uniform.Select(w => w.Bits));
        Assert.All(choice.Uniform, w => Assert.Equal(Accuracy(w.Bits, []), w.Accuracy));
        Assert.All(choice.Uniform.SkipLast(1), w => Assert.False(w.Accuracy >= target));
        Assert.Equal([0, 1], choice.Layers.Select(l => l.Layer));
        Assert.All(choice.Layers, l => Assert.All(l.Words, w => Assert.Equal(Accuracy(choice.Bits, With([choice.Bits, choice.Bits], l.Layer, w.Bits)), w.Accuracy)));
        Assert.Equal(Accuracy(choice.Bits, choice.WeightBits), choice.Splits[0].Accuracy);
        Assert.Empty(choice.Segments);      // no cells, no tables
        Assert.True(choice.Accuracy >= target);
        Assert.All(choice.WeightBits, w => Assert.InRange(w, WordSearch.Shortest, choice.Bits));
        Assert.True(choice.WeightBits.Sum() < 2 * choice.Bits, "weights went down");
        // No layer can go down further, but where it was not accurate enough even alone.
        foreach (LayerSensitivity layer in choice.Layers)
            if (choice.WeightBits[layer.Layer] - 1 is >= WordSearch.Shortest and var next && layer.Words.First(w => w.Bits == next).Accuracy >= target)
                Assert.False(Accuracy(choice.Bits, With(choice.WeightBits, layer.Layer, next)) >= target);

        double? Accuracy(int bits, IReadOnlyList<int> weights)
        {
            try
            {
                return new FixedPointModel(AcceleratorPlan.Create("words-test", network, NetworkFormats.Choose(network, ranges, new(bits, Count) { WeightBits = weights }), Hardware), 1, CancellationToken.None, byReference: true).Score(data, null).Accuracy;
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }
    }

    [Fact]
    public void Run_TargetThatNoWordKeeps_FindsNone()
    {
        var (network, ranges, data) = Labelled();

        Assert.Null(Search(network, ranges, SearchMeasure.Accuracy(data, LossKind.CrossEntropy, CancellationToken.None), 1.01));
    }

    /// <summary>Against brute force by the integer reference: every pair of shifts, every number of segments.</summary>
    [Theory]
    [InlineData(false, 0.8)]
    [InlineData(true, 15)]
    public void Run_MixedBlocksAndCells_ChoosesTheLeastLogicThatKeepsTheTarget(bool decibels, double target)
    {
        output.WriteLine($"seed {Seed}");
        var (network, ranges, data) = Labelled(new LstmLayer(5, 8, 0, false, 2, 4, 1), new DenseLayer(8, 3, 4));

        WordChoice choice = Search(network, ranges,
            decibels ? SearchMeasure.OutputSignalToNoise(network, data, CancellationToken.None) : SearchMeasure.Accuracy(data, LossKind.CrossEntropy, CancellationToken.None), target)!;

        var words = new QuantizationSettings(choice.Bits, Count) { WeightBits = choice.WeightBits };
        QuantizationSettings split = words with { FftShifts = choice.FftShifts, IfftShifts = choice.IfftShifts }, whole = split with { ActivationSegments = choice.ActivationSegments };
        foreach (SearchTrial trial in choice.Splits) Check(trial, words with { FftShifts = trial.FftShifts, IfftShifts = trial.IfftShifts });
        foreach (SearchTrial trial in choice.Segments) Check(trial, split with { ActivationSegments = trial.ActivationSegments });
        Assert.Equal(decibels ? choice.Decibels : choice.Accuracy, Figure(whole));
        Assert.True(Figure(whole) >= target);
        Assert.True(Logic(whole) < Logic(words), "something cheaper was there");
        // All pairs are tried for both block sizes at once, then every pair for each.
        foreach (int fft in Enumerable.Range(0, 3))
            foreach (int ifft in Enumerable.Range(0, 3))
                AssertNoCheaper(words with { FftShifts = [fft, fft, fft], IfftShifts = [ifft, ifft, ifft] }, split);
        foreach (int n in (int[])[2, 4, 8, 16, 32, 64, 128, 256])
        {
            AssertNoCheaper(split with { ActivationSegments = [n, n] }, whole);
            if (choice.ActivationSegments is [var sigmoid, var tanh])
                foreach (int[] changed in (int[][])[[n, tanh], [sigmoid, n]]) Assert.Contains(choice.Segments, t => t.ActivationSegments is [] ? changed is [32, 32] : t.ActivationSegments.SequenceEqual(changed));
        }

        void AssertNoCheaper(QuantizationSettings other, QuantizationSettings chosen) =>
            Assert.False(Figure(other) >= target && Logic(other) < Logic(chosen), $"{string.Join(" ", other.FftShifts)}, {string.Join(" ", other.IfftShifts)}, {string.Join(" ", other.ActivationSegments)}");

        void Check(SearchTrial trial, QuantizationSettings settings)
        {
            Assert.Equal(Figure(settings)!.Value, (decibels ? trial.Decibels : trial.Accuracy)!.Value, 12);
            Assert.Equal(Logic(settings), trial.Lut + trial.Ff);
        }

        AcceleratorPlan Plan(QuantizationSettings settings) => AcceleratorPlan.Create("words-test", network, NetworkFormats.Choose(network, ranges, settings), Hardware);

        long Logic(QuantizationSettings settings)
        {
            ResourceCount taken = ResourceEstimate.Of(PlanDemand.Of(Plan(settings)), Part.All[0].Family, Part.All[0].Dsps > 0);
            return taken.Lut + taken.Ff;
        }

        double? Figure(QuantizationSettings settings) => decibels ? Naive(Plan(settings), network, data)
            : new FixedPointModel(Plan(settings), 1, CancellationToken.None, byReference: true).Score(data, null).Accuracy;
    }

    /// <summary>Last outputs of the integer reference and of the dense model, one sequence after the other.</summary>
    private static double Naive(AcceleratorPlan plan, TrainedNetwork network, SequenceDataset data)
    {
        var (reference, taps, model) = (new IntegerReference(plan), new StepTaps(plan), new DenseModel(network));
        double signal = 0, noise = 0;
        for (int s = 0; s < data.Count; s++)
        {
            LayerState[] state = model.InitialState();
            for (int t = 0; t < Steps; t++)
            {
                double[] x = [.. data.Sequence(s).Slice(t * network.InputSize, network.InputSize).ToArray().Select(v => (double)v)];
                reference.Step([.. x.Select(v => plan.InputFormat.Quantize(v))], t == 0, taps);
                DenseLayerStep[] step = model.Step(x, state);
                state = model.Next(step);
                for (int i = 0; t == Steps - 1 && i < network.OutputSize; i++)
                {
                    double exact = step[^1].Output[i];
                    (signal, noise) = (signal + exact * exact, noise + Math.Pow(plan.OutputFormat.ToDouble(reference.Vector(plan.Program.Output)[i]) - exact, 2));
                }
            }
        }
        return 10 * Math.Log10(signal / noise);
    }

    [Fact]
    public void DataSlice_OfSomeSequences_ReadsThoseAndNoOthers()
    {
        var (_, _, whole) = Labelled();
        var slice = new DataSlice(whole, 5, 7);

        Assert.Equal(7, slice.Count);
        for (int s = 0; s < slice.Count; s++)
        {
            Assert.Equal(whole.Sequence(5 + s).ToArray(), Quantizer.Read(slice, s).AsEnumerable());
            Assert.Equal(whole.AllLabels[5 + s], slice.Labels(s)[0]);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new DataSlice(whole, Count - 6, 7));
    }

    private static WordChoice? Search(TrainedNetwork network, NetworkRanges ranges, SearchMeasure measure, double target) =>
        new WordSearch(network, ranges, Hardware, Part.All[0], measure).Run(target, _ => { }, CancellationToken.None);

    private static (TrainedNetwork Network, NetworkRanges Ranges, SequenceDataset Data) Labelled() => Labelled(new DenseLayer(5, 8, 4, rectify: true), new DenseLayer(8, 3, 4));

    private static (TrainedNetwork Network, NetworkRanges Ranges, SequenceDataset Data) Labelled(params LayerDescription[] layers)
    {
        var design = new RandomDesign(Seed, layers, 12, Hardware);
        TrainedNetwork network = design.Network();
        var random = new Random(Seed);
        float[] inputs = [.. Enumerable.Range(0, Count * Steps * network.InputSize).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        var plain = new SequenceDataset(Count, Steps, network.InputSize, network.OutputSize, inputs, new byte[Count]);
        var model = new DenseModel(network);
        return (network, Quantizer.Calibrate(network, plain, Count),
            new(Count, Steps, network.InputSize, network.OutputSize, inputs, [.. Enumerable.Range(0, Count).Select(s => (byte)model.Classify(plain.Sequence(s), Steps))]));
    }

    private static int[] With(IReadOnlyList<int> words, int layer, int word) => [.. words.Select((w, l) => l == layer ? word : w)];
}
