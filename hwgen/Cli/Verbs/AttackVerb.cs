using System.CommandLine;
using System.CommandLine.Parsing;
using HwGen.Cli.Files;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Core.Cost;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Explore;
using HwGen.Frontend.Data;
using HwGen.Frontend.Robustness;
using HwGen.Frontend.Training;
using HwGen.Sim.Reference;

namespace HwGen.Cli.Verbs;

public sealed class AttackVerb()
    : Verb("attack", "Score trained networks under attack; trains first what is not trained, skips what is up to date. Several designs end in one table.")
{
    private readonly Argument<string[]> designs = new("DESIGN") { Description = "Design files.", Arity = ArgumentArity.OneOrMore };
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
    private readonly Option<int[]> bits = new("--bits")
    {
        Description = "Word lengths whose integer networks are attacked too, as the hardware computes them; 0 for none. The design's own by default.",
        HelpName = "B",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int> integerImages = Count("--integer-images", "Of these inputs the first ones that integer networks are attacked with.", 500);
    private readonly Option<int> seed = Count("--seed", "Draws random starts and squares.", 1);

    private readonly Option<int?> seeds = new("--seeds")
    {
        Description = "Train each design from so many seeds, 1, 2, and so on, in place of its own; the table has means and deviations.",
        HelpName = "N",
        Validators = { AtLeastOne },
    };

    private readonly Option<string?> markdown = new("--markdown") { Description = "Write the table to this file too.", HelpName = "FILE" };
    private readonly Option<bool> baseline = new("--baseline") { Description = "Attack the dense baseline instead." };

    protected override void AddTo(Command command)
    {
        command.Add(designs);
        foreach (Option option in (Option[])[device, epsilons, attacks, steps, restarts, queries, draws, images, bits, integerImages, seed, seeds, markdown, baseline]) command.Add(option);
        bits.Validators.Add(r =>
        {
            foreach (int b in r.GetValueOrDefault<int[]>() ?? [])
                if (b is not 0 and (< QuantizationSettings.ShortestWord or > QuantizationSettings.LongestWord)) r.AddError($"--bits: write numbers from {QuantizationSettings.ShortestWord} to {QuantizationSettings.LongestWord}, or 0, not {b}.");
        });
        epsilons.Validators.Add(r =>
        {
            foreach (double epsilon in r.GetValueOrDefault<double[]>() ?? [])
                if (!(epsilon > 0 && epsilon <= 1e6)) r.AddError("--epsilon: write numbers above 0.");
        });
    }

    protected override async Task<VerbResult> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        string[] paths = arguments.GetRequiredValue(designs);
        var reports = new List<AttackReport>();
        // All files are read first: a mistake in the last one shows before hours of work on the first.
        var loaded = DesignLoader.LoadAll(paths).Select(d => Workspace.Place(d, Root(arguments))).ToArray();
        foreach (var origin in loaded)
            foreach (int from in arguments.GetValue(seeds) is { } many ? Enumerable.Range(1, many) : [origin.Seed])
                reports.Add(await DesignVerb.WithDesignAsync(PointEvaluation.Trained(origin with { Seed = from }, origin), Root(arguments), arguments.GetRequiredValue(device), terminal, async c =>
                    await c.Workspace.Stages.RunAsync("attack", Key(c, arguments), [], () => Task.Run(() => Run(c, arguments, cancellation), cancellation)) with { Design = origin.Name, Seed = from }));
        var result = new AttackResults(reports);
        if (arguments.GetValue(markdown) is { } file)
            AtomicFile.WriteText(file, result.Markdown($"hwgen {string.Join(' ', arguments.Tokens.Select(t => t.Value))}"));
        return reports is [var only] ? only : result;
    }

    /// <summary>Of all that decides the figures: what is up to date is not attacked again.</summary>
    private string Key(StepContext c, ParseResult arguments)
    {
        using var key = new StageKey().Add("data", DataSets.Digest(c.Design.Data)).Add("seed", c.Design.Seed).AddValue("training", c.Design.Training)
            .AddValue("quantization", c.Design.Quantization).AddValue("hardware", c.Design.Hardware).Add("device", c.Device)
            .AddValue("attack", new
            {
                Epsilons = arguments.GetRequiredValue(epsilons),
                Attacks = arguments.GetRequiredValue(attacks),
                Bits = arguments.GetRequiredValue(bits),
                Baseline = arguments.GetValue(baseline),
                Numbers = ((Option<int>[])[steps, restarts, queries, draws, images, integerImages, seed]).Select(arguments.GetRequiredValue),
            })
            .AddCode(typeof(TrainingRun).Assembly, typeof(AcceleratorPlan).Assembly, typeof(FixedPointModel).Assembly, typeof(IntegerReference).Assembly, typeof(AttackReport).Assembly);
        if (c.Design.Weights is { } weights) key.AddFile("weights", weights.Path);
        foreach (LayerDescription layer in c.Design.Layers) key.Add("layer", NetworkFile.Describe(layer));
        return key.Finish();
    }

    private AttackReport Run(StepContext c, ParseResult arguments, CancellationToken cancel)
    {
        string root = Path.GetDirectoryName(c.Workspace.Artifacts)!;
        var progress = new Relay<TrainingProgress>(p => c.Progress.Report($"train: {p.Phase}", (p.Epoch - 1 + (double)p.Step / p.Steps) / p.Epochs, $"epoch {p.Epoch} of {p.Epochs}, loss {p.Loss:F4}"));
        var outcome = TrainingRun.Run(c.Design, root, c.Device, progress, cancel);
        var network = arguments.GetValue(baseline) ? outcome.Dense : outcome.Circulant;
        var data = DataSets.Load(c.Design.Data, Path.Join(root, "features"), cancel: cancel);
        var test = data.Test;
        if (test.Kind == LabelKind.Frame)
            throw new Core.InputException(c.Design.Data.Location.Error("attacks want one label a sequence, but this data has one a step"));
        (AttackPlan Plan, bool Noise)[] runs = [.. Plans(arguments, outcome.Noise is not null && !arguments.GetValue(baseline))];
        var rows = new List<AttackRow>();
        int count = Math.Min(arguments.GetRequiredValue(images), test.Count), some = Math.Min(arguments.GetRequiredValue(integerImages), count);
        IntegerNetwork[] integers = [.. Integers(c, network, data.Train, arguments, cancel)];
        foreach (var (plan, noise) in runs)
        {
            cancel.ThrowIfCancellationRequested();
            c.Progress.Report("attack", (double)rows.Count / runs.Length, $"{plan.Kind}, epsilon {plan.Epsilon:0.####}");
            var result = RobustEvaluation.Run(network, test, count, plan, arguments.GetRequiredValue(seed), c.Device, noise ? outcome.Noise : null);
            Add(0, AttackWay.Own, result);
            if (noise) continue;
            foreach (var (word, straight, attacked, _) in integers)
            {
                c.Progress.Report("attack", (double)rows.Count / (runs.Length * (1 + 2 * integers.Length)), $"{plan.Kind}, epsilon {plan.Epsilon:0.####}, {word} bits");
                if (plan.Kind == AttackKind.Square) Add(word, AttackWay.Own, Own());
                else
                {
                    Add(word, AttackWay.Transfer, RobustEvaluation.Replay(attacked, test, some, result));
                    Add(word, AttackWay.StraightThrough, Own());
                }

                AttackResult Own() => RobustEvaluation.Run(straight, test, some, plan, arguments.GetRequiredValue(seed), c.Device, attacked: attacked);
            }
        }
        return new(c.Design.Name, count, some, network.ParameterCount, network.Weights.SelectMany(w => w.Matrices).Sum(m => m.FirstColumns.Count(v => v != 0)), rows)
        {
            Engines = [.. integers.Select(i => i.Engine)],
        };

        void Add(int word, AttackWay way, AttackResult r) =>
            rows.Add(new(r.Plan.Kind.ToString().ToLowerInvariant(), r.Plan.Epsilon, r.Plan.Steps, r.Plan.StepSize, r.Plan.Restarts, r.Plan.Queries, r.Plan.Draws, r.Noise, word, way, r.Images, r.CleanAccuracy, r.Accuracy));
    }

    /// <summary>Nothing for what the engine does not take.</summary>
    private IEnumerable<IntegerNetwork> Integers(StepContext c, TrainedNetwork network, LabelledData train, ParseResult arguments, CancellationToken cancel)
    {
        int[] words = arguments.GetRequiredValue(bits) is { Length: > 0 } given ? [.. given.Distinct().Where(b => b > 0)] : [c.Design.Quantization.Bits];
        if (words.Length == 0) yield break;
        if (EngineLimits.Complaints(c.Design) is [var complaint, ..])
        {
            c.Progress.Note($"no integer network: {complaint.Message}");
            yield break;
        }
        c.Progress.Report("attack: record ranges", 0);
        NetworkRanges ranges = Quantizer.Calibrate(network, train, c.Design.Quantization.CalibrationSequences);
        foreach (int word in words)
        {
            NetworkFormats formats = NetworkFormats.Choose(network, ranges, word == c.Design.Quantization.Bits ? c.Design.Quantization : c.Design.Quantization with { Bits = word, WeightBits = [] });
            AcceleratorPlan plan = AcceleratorPlan.Create(c.Design.Name, network, formats, c.Design.Hardware);
            yield return new(word, FixedPointModel.Dequantized(network, plan), new FixedPointModel(plan, Environment.ProcessorCount, cancel).Attacked,
                new(word, plan.Schedule.IntervalCycles, plan.ProductMultiplies, 1e9 * EnergyModel.Of(plan).Total));
        }
    }

    /// <param name="Bits">Of a word.</param>
    /// <param name="Straight">Whose derivatives stand for the integer network's.</param>
    /// <param name="Attacked">The integer network.</param>
    /// <param name="Engine">That computes it.</param>
    private sealed record IntegerNetwork(int Bits, TrainedNetwork Straight, AttackedModel Attacked, AttackedEngine Engine);

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
                    StepSize = AttackPlan.StepReach * epsilon / count,
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
