using System.CommandLine;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Core.Parts;

namespace HwGen.Cli.Verbs;

public sealed class SynthVerb(SynthStep synthesize)
    : DesignVerb("synth", "Synthesise what lies in rtl-out/ by Yosys, on iCE40 place it too, and compare with the prediction.")
{
    private readonly Option<string> target = new("--target")
    {
        Description = $"A family or a part: {string.Join(", ", Part.Names)}.",
        HelpName = "PART",
        Required = true,
    };

    private readonly Option<bool> flat = new("--flat") { Description = "Synthesise the whole design in one run, however often it repeats an element." };

    private readonly Option<bool> netlist = new("--check-netlist") { Description = "On iCE40: simulate the netlist in Icarus Verilog with the printed testbench, which compares every output word." };

    protected override void AddTo(Command command)
    {
        base.AddTo(command);
        command.Add(target);
        command.Add(flat);
        command.Add(netlist);
        target.Validators.Add(r =>
        {
            if (r.Tokens is [var token] && Part.Find(token.Value) is null)
                r.AddError($"--target {token.Value} is not known: give one of {string.Join(", ", Part.Names)}.");
        });
    }

    protected override async Task<VerbResult> StepAsync(StepContext context, ParseResult arguments, CancellationToken cancellation) =>
        await synthesize(context, Part.Find(arguments.GetRequiredValue(target))!, new(arguments.GetValue(flat), arguments.GetValue(netlist)), cancellation);
}
