using System.Globalization;

namespace HwGen.Cli.Results;

/// <param name="Data">The data set's name.</param>
/// <param name="Path">Where its files are.</param>
/// <param name="TrainingSequences">Found to train with.</param>
/// <param name="TestSequences">Found to test with.</param>
public sealed record DataResult(string Data, string Path, int TrainingSequences, int TestSequences) : VerbResult
{
    /// <summary>Of speech, the training part first.</summary>
    public IReadOnlyList<DataPart>? Parts { get; init; }

    internal override IEnumerable<string> Lines() =>
    [
        $"{Data} in {Path}: {Show.Count(TrainingSequences)} training and {Show.Count(TestSequences)} test sequences, all readable",
        .. (Parts ?? []).Select(p => string.Create(CultureInfo.InvariantCulture, $"  {p.Name}: {Show.Count(p.Sequences)} recordings, {p.Hours:F2} h")),
    ];
}

/// <param name="Name">"train", or the test set's name.</param>
/// <param name="Sequences">Recordings.</param>
/// <param name="Hours">Of speech.</param>
public sealed record DataPart(string Name, int Sequences, double Hours);
