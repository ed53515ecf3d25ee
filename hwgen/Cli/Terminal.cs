using System.Text;

namespace HwGen.Cli;

/// <summary>Where a command writes.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Progress and messages.</param>
/// <param name="IsInteractive">Someone watches <paramref name="Error"/>: a bar is drawn there.</param>
/// <param name="ShowTrace">A bug's stack trace is printed.</param>
public sealed record Terminal(TextWriter Output, TextWriter Error, bool IsInteractive, bool ShowTrace)
{
    /// <summary>The process's own streams. The variable HWGEN_TRACE asks for traces.</summary>
    public static Terminal Standard()
    {
        if (OperatingSystem.IsWindows()) Console.OutputEncoding = Encoding.UTF8;
        return new(Console.Out, Console.Error,
            IsInteractive: !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb",
            ShowTrace: !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("HWGEN_TRACE")));
    }
}
