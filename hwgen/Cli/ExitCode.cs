namespace HwGen.Cli;

/// <summary>What hwgen tells the shell; docs/cli.md lists them.</summary>
public static class ExitCode
{
    /// <summary>Done, and every check held.</summary>
    public const int Done = 0;

    /// <summary>A check failed: a mismatch, a fault not found.</summary>
    public const int CheckFailed = 1;

    /// <summary>The command line or an input file is wrong.</summary>
    public const int WrongInput = 2;

    /// <summary>A tool is missing or failed, or the disk did.</summary>
    public const int ToolFailed = 3;

    /// <summary>A mistake in hwgen itself (EX_SOFTWARE of BSD's sysexits).</summary>
    public const int Bug = 70;

    /// <summary>Stopped by Ctrl-C or SIGTERM: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
