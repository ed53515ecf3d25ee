using CliWrap;
using CliWrap.Buffered;
using HwGen.Core;

namespace HwGen.Frontend.Data.Speech;

/// <summary>Runs flite and sox.</summary>
internal static class SpeechTool
{
    /// <param name="tool">Its command, which is its Debian package too.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="arguments">As they are, no shell between.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Its standard output.</returns>
    /// <exception cref="ToolException">It is missing or fails.</exception>
    public static async Task<string> RunAsync(string tool, string folder, string[] arguments, CancellationToken cancel)
    {
        string command = $"{tool} {string.Join(' ', arguments)}";
        BufferedCommandResult result;
        try
        {
            result = await CliWrap.Cli.Wrap(tool).WithArguments(arguments).WithWorkingDirectory(folder)
                .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancel).ConfigureAwait(false);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ToolException(tool, command, e.Message, $"Install it (Debian: apt-get install {tool}).");
        }
        if (result.ExitCode == 0) return result.StandardOutput;
        // A terminal's Ctrl-C ends the tools too, perhaps before it is known here.
        await Task.Delay(100, cancel).ConfigureAwait(false);
        throw new ToolException(tool, command, (result.StandardError + result.StandardOutput).Trim(), "The log says what it did not accept.");
    }
}
