using HwGen.Core.Design;
using HwGen.Explore;

namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="Sequences">Training sequences that accuracies are of; none of them calibrated.</param>
/// <param name="FloatAccuracy">Of the float network on them, 0..1.</param>
/// <param name="Target">What had to be kept.</param>
/// <param name="Before">What the design file says.</param>
/// <param name="Choice">Null when no word keeps it.</param>
public sealed record WordSearchResult(
    string Design, int Sequences, double FloatAccuracy, double Target, QuantizationSettings Before, WordChoice? Choice) : VerbResult
{
    public override bool Passed => Choice is not null;

    internal override IEnumerable<string> Lines()
    {
        yield return $"{Show.Count(Sequences)} training sequences behind those that calibrate: {Show.Percent(FloatAccuracy)} in floating point, at least {Show.Percent(Target)} wanted";
        if (Choice is null)
        {
            yield return $"no word of {WordSearch.Shortest} to {WordSearch.Longest} bits keeps that: allow a larger loss";
            yield break;
        }
        yield return $"one word for everything: {string.Join(", ", Choice.Uniform.Select(w => $"{w.Bits} bits {Show.Percent(w.Accuracy)}"))}";
        if (Choice.Layers.Any(l => l.Words.Count > 0))
        {
            yield return $"weights of one layer in shorter words, all else in {Choice.Bits} bits:";
            foreach (string line in TextTable.Render(["layer", "weights", .. Choice.Layers[0].Words.Select(w => $"{w.Bits} bits")],
                Choice.Layers.Select(l => (string[])[$"{l.Layer}", Show.Count(l.Weights), .. l.Words.Select(w => Show.Percent(w.Accuracy))])))
                yield return line;
        }
        yield return $"chosen: {Show.Percent(Choice.Accuracy)} with {Show.Count(Bits(Choice.WeightBits))} bits of weights, {Show.Count(Bits([.. Choice.WeightBits.Select(_ => Before.Bits)]))} in words of {Before.Bits} bits; a memory's word is as wide as the widest layer's";
        yield return "";
        foreach (string line in Section()) yield return line;

        long Bits(IReadOnlyList<int> words) => Choice.Layers.Sum(l => l.Weights * words[l.Layer]);
    }

    /// <summary>For the design file.</summary>
    private IEnumerable<string> Section()
    {
        int[] words = [.. Choice!.Layers.Select(l => Choice.WeightBits[l.Layer]).Distinct()];
        yield return "quantization:";
        yield return $"  bits: {Choice.Bits}";
        if (words is not [var one]) yield return $"  weight_bits: [{string.Join(", ", Choice.WeightBits)}]";
        else if (one != Choice.Bits) yield return $"  weight_bits: {one}";
        yield return $"  calibration_sequences: {Before.CalibrationSequences}";
    }
}
