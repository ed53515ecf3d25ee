namespace HwGen.Cli.Results;

/// <param name="Shell">Whose it is.</param>
/// <param name="Script">What the shell reads.</param>
public sealed record CompletionResult(string Shell, string Script) : VerbResult
{
    internal override IEnumerable<string> Lines() => [Script.TrimEnd('\n')];
}
