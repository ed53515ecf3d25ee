namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="Page">The HTML page.</param>
/// <param name="Data">The same as JSON.</param>
public sealed record ReportResult(string Design, string Page, string Data) : VerbResult
{
    internal override IEnumerable<string> Lines() => [$"report  {Page}", $"data    {Data}"];
}
