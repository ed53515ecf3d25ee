using HwGen.Core.Cost;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Parts;
using HwGen.Core.Plan;

namespace HwGen.Explore;

/// <summary>Finds words as short as a limit lets them be: one for everything first, then one for the weights, then one for each layer's. In these words
/// it finds the split of the transforms' shifts, then the numbers of segments, that take the least logic: one for all first, then one for each.</summary>
/// <remarks>Nothing but the logic is modelled: every choice was run in fixed point.</remarks>
/// <param name="network">The trained network.</param>
/// <param name="ranges">What the formats are chosen from.</param>
/// <param name="hardware">The engine; what is measured doesn't depend on it.</param>
/// <param name="part">Whose logic is estimated.</param>
/// <param name="measure">What has to be kept.</param>
public sealed class WordSearch(TrainedNetwork network, NetworkRanges ranges, HardwareSettings hardware, Part part, SearchMeasure measure)
{
    public const int Shortest = QuantizationSettings.ShortestWord, Longest = QuantizationSettings.LongestWord;

    private readonly Dictionary<string, SearchTrial> _known = [];
    private readonly StepProgram _program = new(network.FoldBatchNorm().Layers);

    /// <param name="target">Accuracy to keep, 0..1, or decibels.</param>
    /// <param name="progress">Told what is tried.</param>
    /// <returns>Null when no word is good enough.</returns>
    public WordChoice? Run(double target, Action<string> progress, CancellationToken cancel)
    {
        var uniform = new List<WordAccuracy>();
        for (int b = Shortest; b <= Longest && !(uniform.Count > 0 && uniform[^1].Figure >= target); b++) uniform.Add(Word(b, b, Weights(b)));
        if (!(uniform[^1].Figure >= target)) return null;

        int bits = uniform[^1].Bits;
        LayerSensitivity[] layers = [.. network.Weights.Index().Where(w => w.Item.Matrices.Any()).Select(w => new LayerSensitivity(
            w.Index, w.Item.Matrices.Sum(m => (long)m.FirstColumns.Length),
            [.. Enumerable.Range(Shortest, bits - Shortest).Reverse().Select(b => Word(b, bits, With(Weights(bits), w.Index, b)))]))];

        // The memories are as wide as the widest layer's word, so all layers go down together first.
        int[] words = Weights(bits);
        while (words[0] > Shortest && Figure(Weights(words[0] - 1)) >= target) words = Weights(words[0] - 1);
        while (layers.Where(l => MayShorten(l, words[l.Layer])).Select(l => (Words: With(words, l.Layer, words[l.Layer] - 1), l.Weights))
            .Select(next => (next.Words, next.Weights, Figure: Figure(next.Words))).Where(next => next.Figure >= target)
            .OrderByDescending(next => next.Figure).ThenByDescending(next => next.Weights).Select(next => next.Words).FirstOrDefault() is { } shorter) words = shorter;

        int[] transforms = [.. _program.Modes.Index().Where(m => m.Item > 1).Select(m => m.Index)];
        var (splits, split) = Cheapest(new(bits, 0) { WeightBits = words }, [.. Moves(transforms, OneSplit, SplitsOf)]);
        var (segments, chosen) = Cheapest(split, [.. Moves(_program.Cells.Count > 0 ? [0, 1] : [], OneNumber, NumbersOf)]);
        SearchTrial found = Try(chosen);
        return new(bits, words, found.Accuracy, uniform, layers)
        {
            Decibels = found.Decibels,
            FftShifts = found.FftShifts,
            IfftShifts = found.IfftShifts,
            ActivationSegments = found.ActivationSegments,
            Splits = splits,
            Segments = segments,
        };

        // Alone in long words it would not be good enough: it is not tried among shorter ones.
        bool MayShorten(LayerSensitivity layer, int word) => word > Shortest && layer.Words.First(w => w.Bits == word - 1).Figure >= target;

        int[] Weights(int word) => [.. network.Layers.Select(_ => word)];

        double? Figure(int[] weightBits) => Try(new(bits, 0) { WeightBits = weightBits }).Figure;

        WordAccuracy Word(int word, int b, int[] weightBits)
        {
            SearchTrial trial = Try(new(b, 0) { WeightBits = weightBits });
            return new(word, trial.Accuracy) { Decibels = trial.Decibels };
        }

        // Each move goes on from the best before it, which stays where nothing takes less logic.
        (List<SearchTrial> Tried, QuantizationSettings Best) Cheapest(QuantizationSettings best, Func<QuantizationSettings, IEnumerable<QuantizationSettings>>[] moves)
        {
            List<SearchTrial> tried = moves.Length == 0 ? [] : [Try(best)];
            foreach (Func<QuantizationSettings, IEnumerable<QuantizationSettings>> move in moves)
                foreach (QuantizationSettings next in move(best))
                {
                    SearchTrial trial = Try(next);
                    if (!tried.Contains(trial)) tried.Add(trial);
                    if (trial.Figure >= target && trial.Logic < Try(best).Logic) best = next;
                }
            return (tried, best);
        }

        SearchTrial Try(QuantizationSettings settings)
        {
            string key = Describe(settings);
            if (_known.TryGetValue(key, out SearchTrial? known)) return known;
            cancel.ThrowIfCancellationRequested();
            progress(key);
            return _known[key] = Measure(settings);
        }
    }

    /// <summary>What changes all at once, then what changes one; nothing where there is none, and one only is all.</summary>
    private static IEnumerable<Func<QuantizationSettings, IEnumerable<QuantizationSettings>>> Moves(
        int[] parts, Func<QuantizationSettings, IEnumerable<QuantizationSettings>> all, Func<QuantizationSettings, int, IEnumerable<QuantizationSettings>> one) =>
        parts.Length == 0 ? [] : [all, .. parts.Length == 1 ? [] : parts.Select(p => (Func<QuantizationSettings, IEnumerable<QuantizationSettings>>)(s => one(s, p)))];

    private IEnumerable<QuantizationSettings> OneSplit(QuantizationSettings settings) =>
        from fft in Shifts(_program.BlockSize)
        from ifft in Shifts(_program.BlockSize)
        select settings with { FftShifts = [.. _program.Modes.Select(_ => fft)], IfftShifts = [.. _program.Modes.Select(_ => ifft)] };

    private IEnumerable<QuantizationSettings> SplitsOf(QuantizationSettings settings, int mode)
    {
        NetworkFormats formats = NetworkFormats.Choose(network, ranges, settings);
        int[] before = [.. formats.Modes.Select(m => m.Fft.LevelShifts.Sum())], beforeInverse = [.. formats.Modes.Select(m => m.Ifft.LevelShifts.Sum())];
        return from fft in Shifts(_program.Modes[mode])
               from ifft in Shifts(_program.Modes[mode])
               select settings with { FftShifts = With(before, mode, fft), IfftShifts = With(beforeInverse, mode, ifft) };
    }

    private static IEnumerable<int> Shifts(int blockSize) => Enumerable.Range(0, int.Log2(blockSize) + 1);

    private static IEnumerable<QuantizationSettings> OneNumber(QuantizationSettings settings) =>
        Numbers().Where(n => n != QuantizationSettings.UsualSegments).Select(n => settings with { ActivationSegments = [n, n] });

    private static IEnumerable<QuantizationSettings> NumbersOf(QuantizationSettings settings, int function)
    {
        IReadOnlyList<int> before = settings.ActivationSegments is [] ? [QuantizationSettings.UsualSegments, QuantizationSettings.UsualSegments] : settings.ActivationSegments;
        return Numbers().Where(n => n != before[function]).Select(n => settings with { ActivationSegments = With(before, function, n) });
    }

    private static IEnumerable<int> Numbers()
    {
        for (int n = QuantizationSettings.FewestSegments; n <= QuantizationSettings.MostSegments; n *= 2) yield return n;
    }

    private SearchTrial Measure(QuantizationSettings settings)
    {
        AcceleratorPlan plan;
        try
        {
            plan = AcceleratorPlan.Create("words", network, NetworkFormats.Choose(network, ranges, settings), hardware);
        }
        catch (InvalidOperationException)
        {
            return Trial(null, null);    // words too short for the ranges, or accumulators too wide
        }
        return Trial(measure.Of(plan), ResourceEstimate.Of(PlanDemand.Of(plan), part.Family, part.Dsps > 0));

        SearchTrial Trial(double? figure, ResourceCount? taken) =>
            new(settings.FftShifts, settings.IfftShifts, settings.ActivationSegments, measure.IsDecibels ? null : figure, taken?.Lut, taken?.Ff) { Decibels = measure.IsDecibels ? figure : null };
    }

    private static string Describe(QuantizationSettings settings) =>
        $"{settings.Bits} bits, weights of {string.Join(", ", settings.WeightBits)}{List("FFT shifts", settings.FftShifts)}{List("inverse FFT shifts", settings.IfftShifts)}{List("segments", settings.ActivationSegments)}";

    private static string List(string of, IReadOnlyList<int> numbers) => numbers.Count == 0 ? "" : $"; {of} {string.Join(", ", numbers)}";

    private static int[] With(IReadOnlyList<int> numbers, int place, int number)
    {
        int[] changed = [.. numbers];
        changed[place] = number;
        return changed;
    }
}
