using System.CommandLine;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;

namespace HwGen.Cli.Verbs;

public sealed class QuantizeVerb(DesignStep<QuantizeResult> quantize, WordStep searchWords)
    : DesignVerb("quantize", "Choose each tensor's fixed-point format and measure the accuracy that is left.")
{
    private readonly Option<double?> loss = new("--accuracy-loss")
    {
        Description = "Search the shortest words, of data and of each layer's weights, then the cheapest shifts and segments, that lose at most so many percent points, and print the section for the design file.",
        HelpName = "POINTS",
    };

    private readonly Option<double?> sqnr = new("--sqnr")
    {
        Description = "The same, with at least so many decibels of signal to noise at the outputs, against the network in floating point.",
        HelpName = "DB",
    };

    protected override void AddTo(Command command)
    {
        base.AddTo(command);
        command.Add(loss);
        command.Add(sqnr);
        loss.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double?>() is not (null or (>= 0 and <= 100))) r.AddError("--accuracy-loss: write a number from 0 to 100.");
        });
        sqnr.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double?>() is not (null or (>= 0 and <= 100))) r.AddError("--sqnr: write a number of decibels from 0 to 100.");
        });
        command.Validators.Add(r =>
        {
            if (r.GetResult(loss) is not null && r.GetResult(sqnr) is not null) r.AddError("--sqnr and --accuracy-loss: write one of them.");
        });
    }

    protected override async Task<VerbResult> StepAsync(StepContext context, ParseResult arguments, CancellationToken cancellation) =>
        (arguments.GetValue(loss), arguments.GetValue(sqnr)) is (null, null)
            ? await quantize(context, cancellation) : await searchWords(context, new(arguments.GetValue(loss) / 100, arguments.GetValue(sqnr)), cancellation);
}
