using System.CommandLine;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;

namespace HwGen.Cli.Verbs;

public sealed class GenerateVerb(DesignStep<GenerateResult> generate)
    : DesignVerb("generate", "Write Verilog, memory images and a testbench to rtl-out/, and print the predicted cycles.")
{
    protected override async Task<VerbResult> StepAsync(StepContext context, ParseResult arguments, CancellationToken cancellation) =>
        await generate(context, cancellation);
}
