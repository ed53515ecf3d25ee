using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Frontend.Data;
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

        WordChoice choice = new WordSearch(network, ranges, data, LossKind.CrossEntropy, Hardware).Run(target, _ => { }, CancellationToken.None)!;

        Assert.Equal(Enumerable.Range(WordSearch.Shortest, choice.Bits - WordSearch.Shortest + 1), choice.Uniform.Select(w => w.Bits));
        Assert.All(choice.Uniform, w => Assert.Equal(Accuracy(w.Bits, []), w.Accuracy));
        Assert.All(choice.Uniform.SkipLast(1), w => Assert.False(w.Accuracy >= target));
        Assert.Equal([0, 1], choice.Layers.Select(l => l.Layer));
        Assert.All(choice.Layers, l => Assert.All(l.Words, w => Assert.Equal(Accuracy(choice.Bits, With([choice.Bits, choice.Bits], l.Layer, w.Bits)), w.Accuracy)));
        Assert.Equal(Accuracy(choice.Bits, choice.WeightBits), choice.Accuracy);
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

        Assert.Null(new WordSearch(network, ranges, data, LossKind.CrossEntropy, Hardware).Run(1.01, _ => { }, CancellationToken.None));
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

    private static (TrainedNetwork Network, NetworkRanges Ranges, SequenceDataset Data) Labelled()
    {
        var design = new RandomDesign(Seed, [new DenseLayer(5, 8, 4, rectify: true), new DenseLayer(8, 3, 4)], 12, Hardware);
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
