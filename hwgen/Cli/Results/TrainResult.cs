using HwGen.Frontend.Scoring;

namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="Accuracy">Dense and circulant, on the first test set.</param>
/// <param name="TestSequences">Labels they count over: test sequences, or steps that have one each.</param>
/// <param name="Parameters">Stored numbers of the block-circulant network.</param>
/// <param name="DenseParameters">Stored numbers of the dense baseline.</param>
/// <param name="BlockSize">The largest k.</param>
public sealed record TrainResult(
    string Design, Accuracy Accuracy, int TestSequences, int Parameters, int DenseParameters, int BlockSize) : VerbResult
{
    /// <summary>Phone error rates on the first test set, from 0; null where the data have no phones.</summary>
    public Accuracy? Per { get; init; }

    /// <summary>Each test set apart.</summary>
    public IReadOnlyList<TestResult>? Tests { get; init; }

    internal override IEnumerable<string> Lines() =>
    [
        $"accuracy, dense            {Show.Percent(Accuracy.Dense)} of {Show.Count(TestSequences)} test {(Per is null ? "sequences" : "labels")}",
        $"accuracy, block-circulant  {Show.Percent(Accuracy.Circulant)} (k={BlockSize})",
        .. (Tests ?? []).Where(t => t.Per is not null).Select(t =>
            $"phone error rate, {t.Name}: dense {Show.Percent(t.Per!.Dense)}, block-circulant {Show.Percent(t.Per.Circulant)}"
            + (t.Errors is { } e ? $" ({Show.Count(e.Insertions)} insertions, {Show.Count(e.Deletions)} deletions, {Show.Count(e.Substitutions)} substitutions in {Show.Count(e.ReferenceLength)} phones)" : "")),
        $"parameters                 {Show.Count(Parameters)} of {Show.Count(DenseParameters)} dense",
    ];
}

/// <param name="Name">The test set's.</param>
/// <param name="Accuracy">Shares of labels.</param>
/// <param name="Per">Phone error rates; null without phones.</param>
/// <param name="Errors">Edits of the block-circulant network; null without phones.</param>
public sealed record TestResult(string Name, Accuracy Accuracy, Accuracy? Per = null, ErrorCounts? Errors = null);
