using HwGen.Core;

namespace HwGen.Cli.Verbs;

/// <summary>Says why a verb did not get through: in words on the error stream, and with <c>--json</c> as an object too.</summary>
internal sealed class Failure(Terminal terminal, bool asJson)
{
    public int WrongInput(InputException e)
    {
        foreach (var error in e.Errors) terminal.Error.WriteLine(error);
        Print(new { exitCode = ExitCode.WrongInput, errors = e.Errors });
        return ExitCode.WrongInput;
    }

    public int ToolFailed(ToolException e)
    {
        terminal.Error.WriteLine($"hwgen: error: {e.Tool}: {e.Hint}");
        terminal.Error.WriteLine($"  command: {e.Command}");
        if (e.Log.Length > 0)
        {
            terminal.Error.WriteLine("  log:");
            foreach (string line in e.Log.TrimEnd().Split('\n')) terminal.Error.WriteLine($"    {line.TrimEnd('\r')}");
        }
        Print(new { exitCode = ExitCode.ToolFailed, tool = e.Tool, command = e.Command, log = e.Log, hint = e.Hint });
        return ExitCode.ToolFailed;
    }

    public int Interrupted()
    {
        terminal.Error.WriteLine("hwgen: stopped; run the same command again to go on.");
        Print(new { exitCode = ExitCode.Interrupted });
        return ExitCode.Interrupted;
    }

    public int Bug(Exception e)
    {
        terminal.Error.WriteLine($"hwgen: this is a mistake in hwgen, not yours: {e.GetType().Name}: {e.Message}");
        terminal.Error.WriteLine(terminal.ShowTrace ? e.ToString() : "Set HWGEN_TRACE=1 to see where; please report it with the design file.");
        Print(new { exitCode = ExitCode.Bug, bug = $"{e.GetType().Name}: {e.Message}" });
        return ExitCode.Bug;
    }

    private void Print(object value)
    {
        if (asJson) terminal.Output.WriteLine(JsonText.Line(value));
    }
}
