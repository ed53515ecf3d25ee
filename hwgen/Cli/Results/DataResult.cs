namespace HwGen.Cli.Results;

/// <param name="Data">The data set's name.</param>
/// <param name="Path">Where its files are.</param>
/// <param name="TrainingSequences">Found to train with.</param>
/// <param name="TestSequences">Found to test with.</param>
public sealed record DataResult(string Data, string Path, int TrainingSequences, int TestSequences) : VerbResult
{
    internal override IEnumerable<string> Lines() =>
        [$"{Data} in {Path}: {Show.Count(TrainingSequences)} training and {Show.Count(TestSequences)} test sequences, all readable"];
}
