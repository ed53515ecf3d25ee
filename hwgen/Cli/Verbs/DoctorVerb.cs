using System.CommandLine;
using HwGen.Cli.Doctor;
using HwGen.Cli.Results;

namespace HwGen.Cli.Verbs;

public sealed class DoctorVerb(IReadOnlyList<ToolCheck> checks) : Verb("doctor", "Say which external tools are here, who needs them and how to install them.")
{
    protected override void AddTo(Command command) { }

    protected override async Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var tools = new List<ToolStatus>();
        foreach (var check in checks) tools.Add(await check.RunAsync(cancellation));
        return new DoctorResult(tools);
    }
}
