namespace HwGen.Core;

/// <summary>An external tool is missing or failed. Exit code 3.</summary>
public sealed class ToolException : Exception
{
    /// <param name="tool">The tool's name, such as verilator.</param>
    /// <param name="command">The command line that was run, for the user to run again.</param>
    /// <param name="log">What it printed, or where that lies; empty when it never started.</param>
    /// <param name="hint">What to do, such as how to install it.</param>
    public ToolException(string tool, string command, string log, string hint)
        : base($"{tool} failed: {hint}") => (Tool, Command, Log, Hint) = (tool, command, log, hint);

    public string Tool { get; }

    public string Command { get; }

    public string Log { get; }

    public string Hint { get; }
}
