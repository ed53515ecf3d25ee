namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="File">The design file that was written.</param>
public sealed record NewResult(string Design, string File) : VerbResult
{
    internal override IEnumerable<string> Lines() => [$"wrote {File}: edit it, then 'hwgen run {File}'"];
}
