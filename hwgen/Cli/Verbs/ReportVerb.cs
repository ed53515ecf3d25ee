using System.CommandLine;
using HwGen.Cli.Report;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;

namespace HwGen.Cli.Verbs;

public sealed class ReportVerb(DesignStep<ReportModel> report)
    : DesignVerb("report", "Write one HTML page and one JSON file about a design.")
{
    protected override async Task<VerbResult> StepAsync(StepContext context, ParseResult arguments, CancellationToken cancellation) =>
        ReportFiles.Write(await report(context, cancellation), context.Workspace);
}
