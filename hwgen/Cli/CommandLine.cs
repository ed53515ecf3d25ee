using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using HwGen.Cli.Verbs;

namespace HwGen.Cli;

/// <summary>The <c>hwgen</c> command: its verbs, and usage errors.</summary>
public static class CommandLine
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        IEnumerable<Verb> verbs, IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellation)
    {
        var root = new RootCommand("From data to bit-exact Verilog for block-circulant neural networks.");
        foreach (var verb in verbs) root.Add(verb.Build(terminal));
        var parsed = root.Parse(args);
        // Help and version are answered even when something else is missing.
        if (parsed.Errors.Count > 0 && parsed.Action is null or ParseErrorAction)
        {
            foreach (string message in parsed.Errors.Select(e => e.Message).Distinct())
                await terminal.Error.WriteLineAsync($"hwgen: error: {message}");
            string place = string.Join(' ', Path(parsed.CommandResult).Reverse());
            await terminal.Error.WriteLineAsync($"'{place} --help' says what there is.");
            return ExitCode.WrongInput;
        }
        return await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            },
            cancellation);
    }

    private static IEnumerable<string> Path(SymbolResult? command)
    {
        for (; command is CommandResult { Command: var symbol }; command = command.Parent)
            yield return symbol is RootCommand ? "hwgen" : symbol.Name;
    }
}
