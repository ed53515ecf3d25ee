using System.CommandLine;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;

namespace HwGen.Cli.Verbs;

public sealed class RunVerb(PipelineSteps steps)
    : Verb("run", "Train, quantize, generate, verify and report; skip what is up to date. Several designs end in one table.")
{
    private readonly Argument<string[]> designs = new("DESIGN") { Description = "Design files.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> device = DeviceOption.Create();

    protected override void AddTo(Command command)
    {
        command.Add(designs);
        command.Add(device);
    }

    protected override async Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var results = new List<DesignResult>();
        // All files are read first: a mistake in the last one shows before hours of work on the first.
        foreach (var design in DesignLoader.LoadAll(arguments.GetRequiredValue(designs)))
            results.Add(await DesignVerb.WithDesignAsync(design, Root(arguments), arguments.GetRequiredValue(device), terminal,
                context => steps.RunAsync(context, cancellation)));
        return new RunResult(results);
    }
}
