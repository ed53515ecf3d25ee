using System.ComponentModel;
using System.Text;
using CliWrap;
using HwGen.Core;

namespace HwGen.Sim.Synthesis;

/// <summary>Runs one of the synthesis tools and reads along.</summary>
internal static class SynthesisTool
{
    private const int LogLines = 40;

    private const string InstallHint = "Install it (Debian: apt-get install yosys nextpnr-ice40 fpga-icestorm), or see `hwgen doctor`.";

    /// <param name="tool">The program.</param>
    /// <param name="folder">Where it runs: memory images are named relative to it.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="line">Hears each line of either stream; not at the same time.</param>
    /// <param name="cancel">Ends the tool and what it has started.</param>
    /// <returns>The exit code, and standard output followed by standard error, so that what was wrong stands at the end.</returns>
    /// <exception cref="ToolException">The program is missing.</exception>
    public static async Task<(int ExitCode, string Log)> RunAsync(string tool, string folder, IReadOnlyList<string> arguments, Action<string>? line, CancellationToken cancel)
    {
        StringBuilder output = new(), errors = new();
        PipeTarget Into(StringBuilder log) => PipeTarget.ToDelegate(text =>
        {
            lock (output)
            {
                log.Append(text).Append('\n');
                line?.Invoke(text);
            }
        });
        try
        {
            CommandResult result = await CliWrap.Cli.Wrap(tool).WithArguments(arguments).WithWorkingDirectory(folder).WithValidation(CommandResultValidation.None)
                .WithStandardOutputPipe(Into(output)).WithStandardErrorPipe(Into(errors)).ExecuteAsync(cancel).ConfigureAwait(false);
            return (result.ExitCode, output.Append(errors).ToString());
        }
        catch (Win32Exception e)
        {
            throw new ToolException(tool, Command(tool, arguments), e.Message, InstallHint);
        }
    }

    /// <inheritdoc cref="RunAsync"/>
    /// <returns>Both streams.</returns>
    /// <exception cref="ToolException">The program is missing, or its exit code is not 0.</exception>
    public static async Task<string> MustRunAsync(string tool, string folder, IReadOnlyList<string> arguments, Action<string>? line, CancellationToken cancel)
    {
        var (exitCode, log) = await RunAsync(tool, folder, arguments, line, cancel).ConfigureAwait(false);
        return exitCode == 0 ? log : throw Failed(tool, folder, arguments, log);
    }

    /// <summary>The end of the log says what was wrong.</summary>
    public static ToolException Failed(string tool, string folder, IReadOnlyList<string> arguments, string log) =>
        new(tool, Command(tool, arguments), string.Join('\n', log.TrimEnd().Split('\n').TakeLast(LogLines)), $"It ran in {folder}; the end of its log says what it did not accept.");

    private static string Command(string tool, IEnumerable<string> arguments) =>
        tool + string.Concat(arguments.Select(a => a.Any(c => char.IsWhiteSpace(c) || c is '$' or ';' or '\\') ? $" '{a.Replace("'", "'\\''", StringComparison.Ordinal)}'" : " " + a));
}
