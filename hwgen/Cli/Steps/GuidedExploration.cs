using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Parts;
using HwGen.Explore;
using HwGen.Explore.Sweeps;

namespace HwGen.Cli.Steps;

/// <summary>A point of a design's space in two phases. The first finds the network, by <see cref="NetworkSearch"/>; the second the shortest word that keeps
/// its accuracy, and the engine that makes an objective as good as the budget lets it.</summary>
/// <remarks>Phases as in Li et al., E-RNN, HPCA 2019. Engines are taken in the order of their bounds: when the best one planned is no worse than the next
/// bound, no other one is better.</remarks>
internal sealed class GuidedExploration(Exploration exploration, DesignSpace space, GuidedOptions options)
{
    private const string BitsKey = "quantization.bits";

    private const double Bram36Bits = 36_864;

    /// <summary>Share of accuracy that a word may cost against the same network in floating point.</summary>
    private const double WordLoss = 0.001;

    private readonly int[] _sizes = [.. space.Axes.Index().Where(a => a.Item.Path.StartsWith("hardware.", StringComparison.Ordinal)).Select(a => a.Index)];
    private readonly int _bits = space.Axes.ToList().FindIndex(a => a.Path == BitsKey);

    private ResourceCount? Budget => exploration.Origin.Hardware.Budget;

    public async Task<GuidedResult> RunAsync(StepProgress progress, CancellationToken cancel)
    {
        var (placed, sweep) = exploration.Points();
        DesignPoint[] points = [.. placed.Select(p => p.Point)];
        PointDesign[] designs = [.. placed.Select(p => p.Design)];
        using var store = exploration.Open();
        PointEvaluation evaluation = exploration.Evaluation(store, 1, progress);
        Dictionary<NetworkChoice, int[]> networks = Networks(designs, progress);
        double dense = 0;
        var search = new NetworkSearch([.. networks.Keys], Budget?.Bram36 ?? double.PositiveInfinity, options.Trainings);
        NetworkChoice? network = search.Run(n =>
        {
            var (circulant, baseline) = evaluation.Accuracies(designs[space.Index(networks[n])].Trained!, cancel);
            dense = Math.Max(dense, baseline ?? 0);
            return circulant ?? throw new InputException(exploration.Origin.Data.Location.Error("a guided exploration trains: take 'method: random' out of 'training', or give data with labels"));
        }, () => dense - options.Loss);
        double? target = network is null ? null : dense - options.Loss;
        if (network is null) return new(exploration.Origin.Name, target, search.Decisions, [], 0, 0, options.Objective, null, null, null, networks.Count);

        (int[] choices, List<WordAccuracy> tried) = ChooseBits(networks[network], designs, evaluation, target!.Value, cancel);
        var (best, engines, planned) = ChooseEngine(choices, designs, cancel);
        ExploredPoint? found = best is null ? null : await EvaluateAsync(sweep.First(s => s.Point.Index == space.Index(best)), designs, store, evaluation, cancel);
        return new(exploration.Origin.Name, target, search.Decisions, tried, engines, planned, options.Objective, found, found is null ? null : Value(found),
            Whole(points, sweep, store, target.Value), networks.Count);
    }

    /// <summary>Every network of the space, with the choices of the point that has it, the shortest word and the first size.</summary>
    private Dictionary<NetworkChoice, int[]> Networks(PointDesign[] designs, StepProgress progress)
    {
        int[] axes = [.. Enumerable.Range(0, space.Axes.Count).Except(_sizes).Where(a => a != _bits)];
        var networks = new Dictionary<NetworkChoice, int[]>();
        foreach (int[] choices in Combinations(new int[space.Axes.Count], axes))
        {
            if (_bits >= 0) choices[_bits] = Ascending(_bits)[0];
            string values = string.Join(", ", axes.Select(a => $"{Short(space.Axes[a].Path)} {space.Axes[a].Values[choices[a]]}"));
            try
            {
                PointDesign point = designs[space.Index(choices)];
                DesignFile design = point.Design ?? throw point.Errors!;
                var network = new AnalyticNetwork(design);
                // Of one family are networks that are equal but for block sizes.
                string family = string.Join(", ", axes.Where(a => !space.Axes[a].Path.EndsWith("block_size", StringComparison.Ordinal)).Select(a => $"{Short(space.Axes[a].Path)} {space.Axes[a].Values[choices[a]]}"));
                networks.Add(new(values.Length > 0 ? values : design.Name, family, network.BlockSize, network.Multiplies, network.WeightBits / Bram36Bits), choices);
            }
            catch (InputException e)
            {
                progress.Note($"{values}: {string.Join("; ", e.Errors.Select(x => x.Message))}");
            }
        }
        return networks;
    }

    private static string Short(string path) => path[(path.LastIndexOf('.') + 1)..];

    /// <summary>The shortest word that is accurate enough and costs next to nothing; the most accurate one where none is.</summary>
    private (int[] Choices, List<WordAccuracy> Tried) ChooseBits(int[] network, PointDesign[] designs, PointEvaluation evaluation, double target, CancellationToken cancel)
    {
        var tried = new List<(WordAccuracy Bits, int[] Choices)>();
        foreach (int b in _bits < 0 ? [0] : Ascending(_bits))
        {
            int[] choices = [.. network];
            if (_bits >= 0) choices[_bits] = b;
            PointDesign point = designs[space.Index(choices)];
            PointOutcome outcome = Exploration.Evaluate(evaluation, point, cancel);
            tried.Add((new(point.Design!.Quantization.Bits, outcome.Figures?.Accuracy), choices));
            if (outcome.Figures is { } f && f.Accuracy >= Math.Max(target, (f.FloatAccuracy ?? 0) - WordLoss)) return (choices, [.. tried.Select(t => t.Bits)]);
        }
        return (tried.MaxBy(t => t.Bits.Accuracy).Choices, [.. tried.Select(t => t.Bits)]);
    }

    private (int[]? Best, int Engines, int Planned) ChooseEngine(int[] choices, PointDesign[] designs, CancellationToken cancel)
    {
        AnalyticNetwork? network = null;
        var engines = new List<(int[] Choices, HardwareSettings Hardware, PointFigures Bound)>();
        foreach (int[] size in Combinations(choices, _sizes))
        {
            if (designs[space.Index(size)].Design is not { } design) continue;
            network ??= new(design);
            if (design.Hardware.ProcessingElements == 0) throw new InputException(design.HardwareLocation.Error("a guided exploration chooses the size itself: give 'hardware.processing_elements' values in 'explore'"));
            if (network.Complaint(design.Hardware) is not null) continue;
            PointFigures bound = network.LowerBound(design.Hardware);
            if (Holds(bound)) engines.Add((size, design.Hardware, bound));
        }
        var ordered = engines.OrderBy(e => Least(e.Bound, e.Hardware)).ThenBy(e => e.Bound.Multipliers).ToList();
        int planned = 0;
        (int[]? Choices, double Value, long Multipliers) best = (null, double.PositiveInfinity, long.MaxValue);
        foreach (var (size, hardware, bound) in ordered)
        {
            cancel.ThrowIfCancellationRequested();
            if (Least(bound, hardware) > best.Value) break;
            if (Least(bound, hardware) == best.Value && bound.Multipliers >= best.Multipliers) continue;
            PointFigures figures = network!.Plan(hardware);
            planned++;
            double value = Spent(figures, hardware.ClockMegahertz);
            if (Holds(figures) && (value, figures.Multipliers!.Value).CompareTo((best.Value, best.Multipliers)) < 0) best = (size, value, figures.Multipliers.Value);
        }
        return (best.Choices, engines.Count, planned);
    }

    private bool Holds(PointFigures f) => Budget is not { } budget || (f.Lut <= budget.Lut && f.Ff <= budget.Ff && f.Dsp <= budget.Dsp && f.Bram36 <= budget.Bram36);

    /// <summary>What no plan with such a bound spends less of.</summary>
    private double Least(PointFigures bound, HardwareSettings hardware) => options.Objective == Objective.FramesPerJoule ? bound.EnergyPerFrameNanojoule ?? 0 : Spent(bound, hardware.ClockMegahertz);

    /// <summary>Time or energy of a frame: less is better.</summary>
    private double Spent(PointFigures f, double clock) => options.Objective switch
    {
        Objective.FramesPerSecond => f.CyclesPerFrame!.Value / clock,
        Objective.FramesPerJoule => f.EnergyPerFrameNanojoule ?? throw new InputException(exploration.Origin.HardwareLocation.Error("there is no estimate of energy for this design: take another --objective")),
        _ => f.LatencyMicroseconds!.Value,
    };

    private double? Value(ExploredPoint p) => options.Objective switch
    {
        Objective.FramesPerSecond => 1e6 * p.CyclesSingleStream / (p.LatencyMicroseconds * p.CyclesPerFrame),
        Objective.FramesPerJoule => 1e9 / p.EnergyPerFrameNanojoule,
        _ => p.LatencyMicroseconds,
    };

    private async Task<ExploredPoint> EvaluateAsync(SweepPoint point, PointDesign[] designs, SweepStore store, PointEvaluation evaluation, CancellationToken cancel)
    {
        store.Begin([point], Exploration.Version(), retry: true);
        await new Sweep(store, [point], (p, stop) => Exploration.Evaluate(evaluation, designs[p.Point.Index], stop), TimeProvider.System).RunAsync(1, null, cancel);
        PointRow row = store.Rows()[0];
        return exploration.Explored(point.Point, row.Figures, row.Reason, onFront: false);
    }

    private WholeSweep? Whole(DesignPoint[] points, SweepPoint[] sweep, SweepStore store, double target)
    {
        store.Begin(sweep, Exploration.Version(), retry: false);
        var counts = store.Counts();
        if (counts[PointStatus.Pending] + counts[PointStatus.Running] > 0) return null;
        var rows = store.Rows().ToDictionary(r => r.Name);
        PointRow[] done = [.. rows.Values.Where(r => r.Figures?.Accuracy is not null)];
        ExploredPoint[] all = [.. points.Where(p => rows[p.Name].Figures is { Accuracy: not null }).Select(p => exploration.Explored(p, rows[p.Name].Figures, null, false))];
        ExploredPoint[] held = [.. all.Where(p => Holds(rows[p.Design].Figures!))];
        if (held.Length == 0) return null;
        bool better = options.Objective != Objective.Latency;
        ExploredPoint best = held.Where(p => p.Accuracy >= target).OrderBy(p => better ? -Value(p) : Value(p)).ThenBy(p => p.Multipliers).ThenByDescending(p => p.Accuracy).FirstOrDefault() ?? held.MaxBy(p => p.Accuracy)!;
        return new(best, Value(best), all.MaxBy(p => p.Accuracy)!, done.Length);
    }

    /// <summary>Indices of an axis's values, smallest first.</summary>
    private int[] Ascending(int axis) => [.. space.Axes[axis].Values.Index().OrderBy(v => double.Parse(v.Item, System.Globalization.CultureInfo.InvariantCulture)).Select(v => v.Index)];

    /// <summary>All choices of some axes, those of the others as given.</summary>
    private IEnumerable<int[]> Combinations(int[] start, int[] axes)
    {
        long count = axes.Aggregate(1L, (c, a) => c * space.Axes[a].Values.Count);
        for (long i = 0; i < count; i++)
        {
            int[] choices = [.. start];
            long rest = i;
            foreach (int a in axes) (rest, choices[a]) = (rest / space.Axes[a].Values.Count, (int)(rest % space.Axes[a].Values.Count));
            yield return choices;
        }
    }
}
