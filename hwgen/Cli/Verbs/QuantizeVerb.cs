using System.CommandLine;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;

namespace HwGen.Cli.Verbs;

public sealed class QuantizeVerb(DesignStep<QuantizeResult> quantize, WordStep searchWords)
    : DesignVerb("quantize", "Choose each tensor's fixed-point format and measure the accuracy that is left.")
{
    private readonly Option<double?> loss = new("--accuracy-loss")
    {
        Description = "Search the shortest words, of data and of each layer's weights, that lose at most so many percent points, and print the section for the design file.",
        HelpName = "POINTS",
    };

    protected override void AddTo(Command command)
    {
        base.AddTo(command);
        command.Add(loss);
        loss.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double?>() is not (null or (>= 0 and <= 100))) r.AddError("--accuracy-loss: write a number from 0 to 100.");
        });
    }

    protected override async Task<VerbResult> StepAsync(StepContext context, ParseResult arguments, CancellationToken cancellation) =>
        arguments.GetValue(loss) is { } points ? await searchWords(context, points / 100, cancellation) : await quantize(context, cancellation);
}
