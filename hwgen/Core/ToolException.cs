namespace HwGen.Core;

/// <summary>An external tool is missing or failed. Exit code 3.</summary>
public sealed class ToolException : Exception
{
    /// <param name="tool">The program.</param>
    /// <param name="command">The command line.</param>
    /// <param name="log">What it printed, or where that was written.</param>
    /// <param name="hint">What the user can do.</param>
    public ToolException(string tool, string command, string log, string hint)
        : base($"{tool} failed.\n  command: {command}\n  log: {log}\n  {hint}") =>
        (Tool, Command, Log, Hint) = (tool, command, log, hint);

    public string Tool { get; }

    public string Command { get; }

    public string Log { get; }

    public string Hint { get; }
}
