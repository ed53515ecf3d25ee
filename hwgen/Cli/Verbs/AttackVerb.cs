using System.CommandLine;
using System.CommandLine.Parsing;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Frontend.Data;
using HwGen.Frontend.Robustness;
using HwGen.Frontend.Training;

namespace HwGen.Cli.Verbs;

public sealed class AttackVerb() : DesignVerb("attack", "Score a design's trained network under attack; trains it first if it is not.")
{
    /// <summary>A step of PGD is this many times ε over the number of steps.</summary>
    private const double StepReach = 2.5;

    private readonly Option<string> device = DeviceOption.Create();

    private readonly Option<double[]> epsilons = new("--epsilon")
    {
        Description = "Most that a value moves, as a share of its range.",
        HelpName = "EPS",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [0.1],
    };

    private readonly Option<string[]> attacks = new Option<string[]>("--attacks")
    {
        Description = "Which attacks.",
        HelpName = "ATTACK",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["fgsm", "pgd", "square"],
    }.AcceptOnlyFromAmong("fgsm", "pgd", "square");

    private readonly Option<int> steps = Count("--steps", "Steps of PGD.", 20);
    private readonly Option<int> restarts = Count("--restarts", "Random starts of PGD.", 1);
    private readonly Option<int> queries = Count("--queries", "Outputs of an input that the black-box attack may ask for.", 300);
    private readonly Option<int> draws = Count("--draws", "Draws of weight noise that gradients are averaged over; for designs with noise.", 10);
    private readonly Option<int> images = Count("--images", "Test inputs, the first ones.", 1000);
    private readonly Option<int> seed = Count("--seed", "Draws random starts and squares.", 1);
    private readonly Option<bool> baseline = new("--baseline") { Description = "Attack the dense baseline instead." };

    protected override void AddTo(Command command)
    {
        base.AddTo(command);
        foreach (Option option in (Option[])[device, epsilons, attacks, steps, restarts, queries, draws, images, seed, baseline]) command.Add(option);
        epsilons.Validators.Add(r =>
        {
            foreach (double epsilon in r.GetValueOrDefault<double[]>() ?? [])
                if (!(epsilon > 0 && epsilon <= 1e6)) r.AddError("--epsilon: write numbers above 0.");
        });
    }

    protected override string Device(ParseResult arguments) => arguments.GetRequiredValue(device);

    protected override Task<VerbResult> StepAsync(StepContext context, ParseResult arguments, CancellationToken cancellation) =>
        Task.Run<VerbResult>(() => Run(context, arguments, cancellation), cancellation);

    private AttackReport Run(StepContext c, ParseResult arguments, CancellationToken cancel)
    {
        string root = Path.GetDirectoryName(c.Workspace.Artifacts)!;
        var progress = new Relay<TrainingProgress>(p => c.Progress.Report($"train: {p.Phase}", (p.Epoch - 1 + (double)p.Step / p.Steps) / p.Epochs, $"epoch {p.Epoch} of {p.Epochs}, loss {p.Loss:F4}"));
        var outcome = TrainingRun.Run(c.Design, root, c.Device, progress, cancel);
        var network = arguments.GetValue(baseline) ? outcome.Dense : outcome.Circulant;
        var test = DataSets.Load(c.Design.Data, Path.Join(root, "features"), cancel: cancel).Test;
        if (test.Kind == LabelKind.Frame)
            throw new Core.InputException(c.Design.Data.Location.Error("attacks want one label a sequence, but this data has one a step"));
        (AttackPlan Plan, bool Noise)[] runs = [.. Plans(arguments, outcome.Noise is not null && !arguments.GetValue(baseline))];
        var rows = new List<AttackRow>();
        int count = Math.Min(arguments.GetRequiredValue(images), test.Count);
        foreach (var (plan, noise) in runs)
        {
            cancel.ThrowIfCancellationRequested();
            c.Progress.Report("attack", (double)rows.Count / runs.Length, $"{plan.Kind}, epsilon {plan.Epsilon:0.####}");
            var result = RobustEvaluation.Run(network, test, count, plan, arguments.GetRequiredValue(seed), c.Device, noise ? outcome.Noise : null);
            rows.Add(new(plan.Kind.ToString().ToLowerInvariant(), plan.Epsilon, plan.Steps, plan.StepSize, plan.Restarts, plan.Queries, plan.Draws, noise, result.CleanAccuracy, result.Accuracy));
        }
        return new(c.Design.Name, count, network.ParameterCount, network.Weights.SelectMany(w => w.Matrices).Sum(m => m.FirstColumns.Count(v => v != 0)), rows);
    }

    /// <summary>Each attack on the weights as they are and, where they have noise, with it: by single draws and by averaged ones.</summary>
    private IEnumerable<(AttackPlan Plan, bool Noise)> Plans(ParseResult arguments, bool hasNoise)
    {
        foreach (double epsilon in arguments.GetRequiredValue(epsilons).Distinct())
            foreach (string attack in arguments.GetRequiredValue(attacks).Distinct())
            {
                int count = arguments.GetRequiredValue(steps);
                var plan = new AttackPlan(Enum.Parse<AttackKind>(attack, ignoreCase: true), epsilon)
                {
                    Steps = count,
                    StepSize = StepReach * epsilon / count,
                    Restarts = arguments.GetRequiredValue(restarts),
                    Queries = arguments.GetRequiredValue(queries),
                };
                yield return (plan, false);
                if (!hasNoise) continue;
                yield return (plan, true);
                if (plan.Kind == AttackKind.Pgd && arguments.GetRequiredValue(draws) > 1) yield return (plan with { Draws = arguments.GetRequiredValue(draws) }, true);
            }
    }

    private static Option<int> Count(string name, string description, int ifMissing) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => ifMissing,
        Validators = { AtLeastOne },
    };

    private static void AtLeastOne(OptionResult result)
    {
        foreach (var token in result.Tokens)
            if (int.TryParse(token.Value, out int value) && value < 1) result.AddError($"{result.Option.Name} {value} is too small: give at least 1.");
    }
}
