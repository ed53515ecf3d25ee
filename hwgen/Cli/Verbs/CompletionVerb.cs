using System.CommandLine;
using HwGen.Cli.Results;

namespace HwGen.Cli.Verbs;

/// <summary>What a shell needs to complete verbs, options and their values. The shell then asks the <c>[suggest]</c> directive.</summary>
public sealed class CompletionVerb() : Verb("completion", "Print the script with which a shell completes hwgen's verbs, options and values.")
{
    private readonly Argument<string> shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh." }.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");

    protected override void AddTo(Command command) => command.Add(shell);

    protected override Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        string name = arguments.GetRequiredValue(shell);
        return Task.FromResult<VerbResult>(new CompletionResult(name, EmbeddedText.Read($"completion.{name}").ReplaceLineEndings("\n")));
    }
}
