using System.CommandLine;
using HwGen.Cli.Files;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;

namespace HwGen.Cli.Verbs;

public sealed class ExploreVerb()
    : Verb("explore", "Evaluate every combination of the values in a design's section 'explore'; Pareto front and page. Goes on where it was stopped.")
{
    private const string Local = "local", Slurm = "slurm";

    /// <summary>In the order of <see cref="Objective"/>.</summary>
    private static readonly string[] Objectives = ["frames-per-second", "frames-per-joule", "latency"];

    private readonly Argument<string[]> designs = new("DESIGN") { Description = "Design files; several are swept into one store and page.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> device = DeviceOption.Create();

    private readonly Option<int> workers = new("--workers")
    {
        Description = "Points at once; one a processor by default.",
        HelpName = "N",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private readonly Option<string?> store = new("--store") { Description = "The SQLite file that holds the points; several sweeps may share it, also at once.", HelpName = "FILE" };
    private readonly Option<bool> retry = new("--retry") { Description = "Try failed points again." };
    private readonly Option<bool> analytic = new("--analytic") { Description = "Only cycles, multipliers and memory, without training: for very large sweeps." };
    private readonly Option<bool> exhaustive = new("--exhaustive") { Description = "Analytic: compute every engine instead of bounding, to check the front of a large sweep." };
    private readonly Option<string> executor = new Option<string>("--executor")
    {
        Description = "Who evaluates: local, or slurm, which submits a job array of as many tasks as --workers says and collects.",
        HelpName = "WHO",
        DefaultValueFactory = _ => Local,
    }.AcceptOnlyFromAmong(Local, Slurm);

    private readonly Option<string?> take = new("--take") { Description = "Write this point's design file, trained network included, instead of exploring.", HelpName = "POINT" };

    private readonly Option<string?> markdown = new("--markdown") { Description = "Write all points as a table to this file too.", HelpName = "FILE" };

    private readonly Option<bool> guided = new("--guided") { Description = "Find one point in two phases and few trainings: the network first, then word length and engine." };
    private readonly Option<double> loss = new("--accuracy-loss")
    {
        Description = "Guided: percent points of accuracy that may be lost against the dense network.",
        HelpName = "POINTS",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<int> trainings = new("--trainings") { Description = "Guided: networks that may be trained.", HelpName = "N", DefaultValueFactory = _ => 5 };
    private readonly Option<string> objective = new Option<string>("--objective")
    {
        Description = "Guided: what the engine makes as good as the budget lets it: frames-per-second, frames-per-joule or latency.",
        HelpName = "WHAT",
        DefaultValueFactory = _ => Objectives[0],
    }.AcceptOnlyFromAmong(Objectives);

    protected override void AddTo(Command command)
    {
        command.Add(designs);
        foreach (Option option in (Option[])[device, workers, store, retry, analytic, exhaustive, executor, take, markdown, guided, loss, trainings, objective]) command.Add(option);
        workers.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 256) r.AddError("--workers: write a number from 1 to 256.");
        });
        command.Validators.Add(r =>
        {
            foreach (Option<bool> one in (Option<bool>[])[analytic, guided])
                if (r.GetValue(one) && r.GetValue(designs) is { Length: > 1 } several) r.AddError($"{one.Name} takes one design, not {several.Length}: call it for each.");
        });
        command.Validators.Add(r =>
        {
            if (r.GetValue(exhaustive) && !r.GetValue(analytic)) r.AddError("--exhaustive is of no use without --analytic: add that, or leave it out.");
        });
        trainings.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() < 1) r.AddError("--trainings: write a number from 1 up.");
        });
    }

    protected override async Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        string[] files = arguments.GetRequiredValue(designs);
        string root = Root(arguments);
        var exploration = new Exploration([.. DesignLoader.LoadSpaces(files).Zip(files, (space, file) => new PlacedSpace(space, d => Workspace.Place(DesignLoader.Resolve(d, file), root)))],
            new(root, arguments.GetRequiredValue(device), arguments.GetRequiredValue(workers), arguments.GetValue(store), arguments.GetValue(retry), arguments.GetValue(analytic))
            {
                Exhaustive = arguments.GetValue(exhaustive),
                SlurmTask = arguments.GetValue(executor) == Slurm ? [.. Itself(), "explore", .. files, "--out", root, "--device", arguments.GetRequiredValue(device), "--workers", "1"] : null,
            });
        if (arguments.GetValue(take) is { } name) return exploration.Take(name);
        if (arguments.GetValue(guided))
        {
            var wanted = new GuidedOptions(arguments.GetValue(loss) / 100, arguments.GetValue(trainings), (Objective)Array.IndexOf(Objectives, arguments.GetRequiredValue(objective)));
            return await StepProgress.ShowAsync(terminal, progress => exploration.GuideAsync(wanted, progress, cancellation));
        }
        ExploreResult result = await StepProgress.ShowAsync(terminal, progress => exploration.RunAsync(progress, cancellation));
        if (arguments.GetValue(markdown) is { } table) AtomicFile.WriteText(table, result.Markdown($"hwgen {string.Join(' ', arguments.Tokens.Select(t => t.Value))}"));
        return result;
    }

    /// <summary>The program and, where the .NET host runs it, the assembly.</summary>
    private static IEnumerable<string> Itself() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, typeof(ExploreVerb).Assembly.Location] : [Environment.ProcessPath!];
}
