using System.CommandLine;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;

namespace HwGen.Cli.Verbs;

public sealed class VerifyVerb(DesignStep<VerifyResult> verify, FaultStep injectFaults)
    : DesignVerb("verify", "Lint, build and simulate what lies in rtl-out/ and compare every word with the reference.")
{
    private readonly Option<int?> faults = new("--inject-fault")
    {
        Description = "Break the Verilog in N ways, one at a time, and find each; rtl-out/ stays as it is.",
        HelpName = "N",
        Validators = { result => AtLeast(result, 1) },
    };

    private readonly Option<int> seed = new("--seed")
    {
        Description = "Draws the faults.",
        HelpName = "SEED",
        DefaultValueFactory = _ => 1,
        Validators = { result => AtLeast(result, 0) },
    };

    protected override void AddTo(Command command)
    {
        base.AddTo(command);
        command.Add(faults);
        command.Add(seed);
    }

    protected override async Task<VerbResult> StepAsync(StepContext context, ParseResult arguments, CancellationToken cancellation) =>
        arguments.GetValue(faults) is { } count
            ? await injectFaults(context, count, arguments.GetValue(seed), cancellation)
            : await verify(context, cancellation);

    private static void AtLeast(System.CommandLine.Parsing.OptionResult result, int least)
    {
        foreach (var token in result.Tokens)
            if (int.TryParse(token.Value, out int value) && value < least)
                result.AddError($"{result.Option.Name} {value} is too small: give at least {least}.");
    }
}
