using System.Globalization;
using HwGen.Core.Design;
using HwGen.Explore;

namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="Sequences">Training sequences that accuracies or decibels are of; none of them calibrated.</param>
/// <param name="FloatAccuracy">Of the float network on them, 0..1; null where decibels count.</param>
/// <param name="Target">What had to be kept; likewise.</param>
/// <param name="Before">What the design file says.</param>
/// <param name="Choice">Null when no word keeps it.</param>
public sealed record WordSearchResult(
    string Design, int Sequences, double? FloatAccuracy, double? Target, QuantizationSettings Before, WordChoice? Choice) : VerbResult
{
    /// <summary>Signal to noise of the outputs that had to be kept; null where accuracy counts.</summary>
    public double? TargetDecibels { get; init; }

    /// <summary>FPGA whose logic is estimated.</summary>
    public string Part { get; init; } = "";

    public override bool Passed => Choice is not null;

    internal override IEnumerable<string> Lines()
    {
        yield return $"{Show.Count(Sequences)} training sequences behind those that calibrate: {(TargetDecibels is { } db ? $"signal to noise of the outputs of at least {Decibels(db)} wanted" : $"{Show.Percent(FloatAccuracy)} in floating point, at least {Show.Percent(Target)} wanted")}";
        if (Choice is null)
        {
            yield return $"no word of {WordSearch.Shortest} to {WordSearch.Longest} bits keeps that: {(TargetDecibels is null ? "allow a larger loss" : "ask for fewer decibels")}";
            yield break;
        }
        yield return $"one word for everything: {string.Join(", ", Choice.Uniform.Select(w => $"{w.Bits} bits {Figure(w.Accuracy, w.Decibels)}"))}";
        if (Choice.Layers.Any(l => l.Words.Count > 0))
        {
            yield return $"weights of one layer in shorter words, all else in {Choice.Bits} bits:";
            foreach (string line in TextTable.Render(["layer", "weights", .. Choice.Layers[0].Words.Select(w => $"{w.Bits} bits")],
                Choice.Layers.Select(l => (string[])[$"{l.Layer}", Show.Count(l.Weights), .. l.Words.Select(w => Figure(w.Accuracy, w.Decibels))])))
                yield return line;
        }
        foreach (string line in Trials("shifts of FFT and inverse FFT in these words", ["fft_shifts", "ifft_shifts"], Choice.Splits,
            t => t.FftShifts.Count == 0 ? ["left open", "left open"] : [Numbers(t.FftShifts), Numbers(t.IfftShifts)], t => Same(t.FftShifts, Choice.FftShifts) && Same(t.IfftShifts, Choice.IfftShifts)))
            yield return line;
        foreach (string line in Trials("segments of sigmoid and tanh, with these shifts", ["activation_segments"], Choice.Segments,
            t => [Numbers(Segments(t))], t => Same(t.ActivationSegments, Choice.ActivationSegments)))
            yield return line;
        if (Choice.Segments.Where(t => (t.Accuracy ?? t.Decibels) >= (Target ?? TargetDecibels)).MinBy(t => Segments(t).Sum()) is { } fewest)
            yield return $"fewest segments that keep it: {Numbers(Segments(fewest))}";
        yield return $"chosen: {Figure(Choice.Accuracy, Choice.Decibels)} with {Show.Count(Bits(Choice.WeightBits))} bits of weights, {Show.Count(Bits([.. Choice.WeightBits.Select(_ => Before.Bits)]))} in words of {Before.Bits} bits; a memory's word is as wide as the widest layer's";
        yield return "";
        foreach (string line in Section()) yield return line;

        long Bits(IReadOnlyList<int> words) => Choice.Layers.Sum(l => l.Weights * words[l.Layer]);
    }

    /// <summary>What each trial loses against the first, and the logic it takes.</summary>
    private IEnumerable<string> Trials(string title, string[] keys, IReadOnlyList<SearchTrial> trials, Func<SearchTrial, string[]> values, Func<SearchTrial, bool> isChosen)
    {
        if (trials.Count == 0) return [];
        SearchTrial first = trials[0];
        return
        [
            $"{title}; logic is an estimate for {Part}:",
            .. TextTable.Render([.. keys, TargetDecibels is null ? "accuracy" : "decibels", "lost", "LUT", "FF", ""], trials.Select(t => (string[])[.. values(t), Figure(t.Accuracy, t.Decibels),
                TargetDecibels is null ? Show.Points(first.Accuracy - t.Accuracy) : t.Decibels is { } d ? Decibels(first.Decibels!.Value - d) : "-", Count(t.Lut), Count(t.Ff), isChosen(t) ? "chosen" : ""])),
        ];
    }

    private static string Count(long? number) => number is { } n ? Show.Count(n) : "-";

    private string Figure(double? accuracy, double? decibels) => TargetDecibels is null ? Show.Percent(accuracy) : decibels is { } d ? Decibels(d) : "-";

    private static string Decibels(double d) => d.ToString("0.0;-0.0;0.0", CultureInfo.InvariantCulture) + " dB";

    private static bool Same(IReadOnlyList<int> one, IReadOnlyList<int> other) => one.SequenceEqual(other);

    private static IReadOnlyList<int> Segments(SearchTrial trial) =>
        trial.ActivationSegments is [] ? [QuantizationSettings.UsualSegments, QuantizationSettings.UsualSegments] : trial.ActivationSegments;

    /// <summary>One number where all are alike, else a list: as a design file has them.</summary>
    private static string Numbers(IReadOnlyList<int> numbers) => numbers.Distinct().Count() == 1 ? $"{numbers[0]}" : $"[{string.Join(", ", numbers)}]";

    /// <summary>For the design file.</summary>
    private IEnumerable<string> Section()
    {
        int[] words = [.. Choice!.Layers.Select(l => Choice.WeightBits[l.Layer]).Distinct()];
        yield return "quantization:";
        yield return $"  bits: {Choice.Bits}";
        if (words is not [var one]) yield return $"  weight_bits: [{string.Join(", ", Choice.WeightBits)}]";
        else if (one != Choice.Bits) yield return $"  weight_bits: {one}";
        if (Choice.FftShifts.Count > 0) yield return $"  fft_shifts: {Numbers(Choice.FftShifts)}";
        if (Choice.IfftShifts.Count > 0) yield return $"  ifft_shifts: {Numbers(Choice.IfftShifts)}";
        if (Choice.ActivationSegments.Count > 0) yield return $"  activation_segments: {Numbers(Choice.ActivationSegments)}";
        yield return $"  calibration_sequences: {Before.CalibrationSequences}";
    }
}
