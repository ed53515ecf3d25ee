namespace HwGen.Cli.Results;

/// <summary>What a verb found out: the object that <c>--json</c> prints, and the text for people.</summary>
/// <remarks>Scripts rely on the fields' names: they are added to, never renamed.</remarks>
public abstract record VerbResult
{
    /// <summary>Every check held: exit code 0, otherwise 1.</summary>
    public virtual bool Passed => true;

    /// <summary>Exit code of a verb that did what it should.</summary>
    internal virtual int ExitCode => Passed ? Cli.ExitCode.Done : Cli.ExitCode.CheckFailed;

    internal abstract IEnumerable<string> Lines();
}
