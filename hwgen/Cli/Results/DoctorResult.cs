using HwGen.Cli.Doctor;

namespace HwGen.Cli.Results;

/// <param name="Tools">Every tool that hwgen knows, here or not.</param>
public sealed record DoctorResult(IReadOnlyList<ToolStatus> Tools) : VerbResult
{
    /// <summary>All that <c>hwgen run</c> cannot do without is here.</summary>
    public override bool Passed => Tools.All(t => t.Found || !t.Required);

    internal override int ExitCode => Passed ? Cli.ExitCode.Done : Cli.ExitCode.ToolFailed;

    internal override IEnumerable<string> Lines() =>
    [
        .. TextTable.Render(
            ["tool", "found", "needed by", "to install"],
            Tools.Select(t => (string[])[
                t.Name, t.Found ? t.Version ?? "yes" : t.Required ? "MISSING" : "no (optional)", string.Join(", ", t.NeededBy), t.Found ? "" : t.Install])),
        Passed ? "All that 'hwgen run' needs is here." : "Something that 'hwgen run' needs is missing: see above.",
    ];
}
