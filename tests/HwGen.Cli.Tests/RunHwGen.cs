using HwGen.Cli.Verbs;

namespace HwGen.Cli.Tests;

/// <summary>Runs the command in this process, off any terminal.</summary>
internal static class RunHwGen
{
    public static async Task<(int ExitCode, string Output, string Error)> Async(IEnumerable<Verb> verbs, CancellationToken cancellation, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int exitCode = await CommandLine.RunAsync(verbs, args, new Terminal(output, error, IsInteractive: false, ShowTrace: false), cancellation);
        return (exitCode, output.ToString(), error.ToString());
    }

    public static Task<(int ExitCode, string Output, string Error)> Async(IEnumerable<Verb> verbs, params string[] args) =>
        Async(verbs, CancellationToken.None, args);
}
