using System.CommandLine;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;

namespace HwGen.Cli.Verbs;

public sealed class QuantizeVerb(DesignStep<QuantizeResult> quantize)
    : DesignVerb("quantize", "Choose each tensor's fixed-point format and measure the accuracy that is left.")
{
    protected override async Task<VerbResult> StepAsync(StepContext context, ParseResult arguments, CancellationToken cancellation) =>
        await quantize(context, cancellation);
}
