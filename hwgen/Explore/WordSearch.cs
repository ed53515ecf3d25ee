using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Frontend.Data;

namespace HwGen.Explore;

/// <summary>Finds words as short as an accuracy lets them be: one for everything first, then one for the weights, then one for each layer's.</summary>
/// <remarks>Nothing is modelled: every choice was classified with, in fixed point.</remarks>
/// <param name="network">The trained network.</param>
/// <param name="ranges">What the formats are chosen from.</param>
/// <param name="data">What accuracies are of: labelled, neither what calibrated nor what tests.</param>
/// <param name="loss">That the network was trained with.</param>
/// <param name="hardware">Any engine: accuracy doesn't depend on it.</param>
public sealed class WordSearch(TrainedNetwork network, NetworkRanges ranges, LabelledData data, LossKind loss, HardwareSettings hardware)
{
    public const int Shortest = QuantizationSettings.ShortestWord, Longest = QuantizationSettings.LongestWord;

    private readonly Dictionary<string, double?> _known = [];

    /// <param name="target">Accuracy to keep, 0..1.</param>
    /// <param name="progress">Told what is classified with.</param>
    /// <returns>Null when no word is accurate enough.</returns>
    public WordChoice? Run(double target, Action<string> progress, CancellationToken cancel)
    {
        var uniform = new List<WordAccuracy>();
        for (int b = Shortest; b <= Longest && !(uniform.Count > 0 && uniform[^1].Accuracy >= target); b++) uniform.Add(new(b, Accuracy(b, Weights(b))));
        if (!(uniform[^1].Accuracy >= target)) return null;

        int bits = uniform[^1].Bits;
        LayerSensitivity[] layers = [.. network.Weights.Index().Where(w => w.Item.Matrices.Any()).Select(w => new LayerSensitivity(
            w.Index, w.Item.Matrices.Sum(m => (long)m.FirstColumns.Length),
            [.. Enumerable.Range(Shortest, bits - Shortest).Reverse().Select(b => new WordAccuracy(b, Accuracy(bits, With(Weights(bits), w.Index, b))))]))];

        // The memories are as wide as the widest layer's word, so all layers go down together first.
        int[] words = Weights(bits);
        while (words[0] > Shortest && Accuracy(bits, Weights(words[0] - 1)) >= target) words = Weights(words[0] - 1);
        while (layers.Where(l => MayShorten(l, words[l.Layer])).Select(l => (Words: With(words, l.Layer, words[l.Layer] - 1), l.Weights))
            .Select(next => (next.Words, next.Weights, Accuracy: Accuracy(bits, next.Words))).Where(next => next.Accuracy >= target)
            .OrderByDescending(next => next.Accuracy).ThenByDescending(next => next.Weights).Select(next => next.Words).FirstOrDefault() is { } shorter) words = shorter;
        return new(bits, words, Accuracy(bits, words)!.Value, uniform, layers);

        // Alone in long words it would not be accurate enough: it is not tried among shorter ones.
        bool MayShorten(LayerSensitivity layer, int word) => word > Shortest && layer.Words.First(w => w.Bits == word - 1).Accuracy >= target;

        int[] Weights(int word) => [.. network.Layers.Select(_ => word)];

        double? Accuracy(int b, int[] weightBits)
        {
            string key = $"{b} bits, weights of {string.Join(", ", weightBits)}";
            if (_known.TryGetValue(key, out double? known)) return known;
            progress(key);
            return _known[key] = Classify(b, weightBits, cancel);
        }
    }

    private double? Classify(int bits, int[] weightBits, CancellationToken cancel)
    {
        AcceleratorPlan plan;
        try
        {
            plan = AcceleratorPlan.Create("words", network, NetworkFormats.Choose(network, ranges, new(bits, 0) { WeightBits = weightBits }), hardware);
        }
        catch (InvalidOperationException)
        {
            return null;    // words too short for the ranges, or accumulators too wide
        }
        return new FixedPointModel(plan, Environment.ProcessorCount, cancel).Score(data, loss == LossKind.Ctc ? new(loss, 0) : null).Accuracy;
    }

    private static int[] With(int[] words, int layer, int word)
    {
        int[] changed = [.. words];
        changed[layer] = word;
        return changed;
    }
}
