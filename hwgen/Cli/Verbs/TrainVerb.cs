using System.CommandLine;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;

namespace HwGen.Cli.Verbs;

public sealed class TrainVerb(DesignStep<TrainResult> train)
    : DesignVerb("train", "Train a design: a dense baseline, then block-circulant by ADMM. Goes on where it was stopped.")
{
    private readonly Option<string> device = DeviceOption.Create();

    protected override void AddTo(Command command)
    {
        base.AddTo(command);
        command.Add(device);
    }

    protected override string Device(ParseResult arguments) => arguments.GetRequiredValue(device);

    protected override async Task<VerbResult> StepAsync(StepContext context, ParseResult arguments, CancellationToken cancellation) =>
        await train(context, cancellation);
}
