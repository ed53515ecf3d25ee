using System.CommandLine;
using System.CommandLine.Help;
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
        var parsed = Create(verbs, terminal).Parse(args);
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

    /// <summary>The command with its verbs. It answers <c>[suggest:N] LINE</c>, too, which is how shells complete.</summary>
    internal static RootCommand Create(IEnumerable<Verb> verbs, Terminal terminal)
    {
        var root = new RootCommand("From data to bit-exact Verilog for block-circulant neural networks.");
        foreach (var verb in verbs) root.Add(verb.Build(terminal));
        // A path begins with a slash, an option does not: neither is taken for the other, nor suggested in its place.
        foreach (var help in root.Options.OfType<HelpOption>())
            foreach (string alias in help.Aliases.Where(a => a.StartsWith('/')).ToList()) help.Aliases.Remove(alias);
        return root;
    }

    private static IEnumerable<string> Path(SymbolResult? command)
    {
        for (; command is CommandResult { Command: var symbol }; command = command.Parent)
            yield return symbol is RootCommand ? "hwgen" : symbol.Name;
    }
}
