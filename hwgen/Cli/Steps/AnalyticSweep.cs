using System.Diagnostics;
using System.Globalization;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Explore.Sweeps;
using HwGen.Frontend.Training;

namespace HwGen.Cli.Steps;

/// <summary>The figures of a space's points that no trained network is needed for: cycles, multipliers, memory, from plans of
/// untrained networks of the same shapes. Exact but for memory, where the ranges of real data decide how many rows the activation tables have,
/// how many shifts the schedule's rows tell apart and how wide an LSTM's state is; points that differ only in what these figures don't depend
/// on share a plan.</summary>
/// <param name="space">The points.</param>
/// <param name="place">Says where the data of a point lie.</param>
/// <param name="workers">Plans at once.</param>
public sealed class AnalyticSweep(DesignSpace space, Func<DesignFile, DesignFile> place, int workers)
{
    private const string Clock = "hardware.clock_megahertz";

    /// <summary>Nothing that a plan has depends on these, but for <see cref="Shaping"/>.</summary>
    private static readonly string[] WithoutEffect = ["seed", "training.", "quantization.calibration_sequences", "hardware.verify_sequences", Clock];

    /// <summary>Of these it depends whether training takes channels away.</summary>
    private static readonly string[] Shaping = ["training.method", "training.dnr.unit"];

    /// <summary>Of the axes that have an effect: what the axis's choice counts in the number of a plan; 0 for the others.</summary>
    private readonly int[] _strides = new int[space.Axes.Count];

    private Planned[] _plans = [];
    private double[] _clocks = [];
    private int _clockAxis = -1;

    /// <summary>Plans every shape that there is, then every point.</summary>
    /// <returns>Which points are on the front by the space's figures.</returns>
    public bool[] Run(StepProgress progress, CancellationToken cancel)
    {
        long count = 1;
        for (int a = 0; a < _strides.Length; a++)
            if (HasEffect(space.Axes[a])) count = checked(count * space.Axes[a].Values.Count);
        int stride = _strides.Length == 0 ? 1 : (int)count;
        for (int a = 0; a < _strides.Length; a++)
            if (HasEffect(space.Axes[a])) _strides[a] = stride /= space.Axes[a].Values.Count;
        _clockAxis = space.Axes.ToList().FindIndex(a => a.Path == Clock);
        _clocks = _clockAxis < 0 ? [space.Base.Hardware.ClockMegahertz] : [.. space.Axes[_clockAxis].Values.Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
        Plan((int)count, progress, cancel);
        return Weigh(progress, cancel);
    }

    /// <summary>The figures of a point, or the reason why it has none.</summary>
    public (PointFigures? Figures, string? Reason) this[long index]
    {
        get
        {
            int[] choices = space.Choices(index);
            var planned = _plans[choices.Select((c, a) => c * _strides[a]).Sum()];
            double clock = _clocks[_clockAxis < 0 ? 0 : choices[_clockAxis]];
            return (planned.Figures is { } f ? f with { LatencyMicroseconds = f.CyclesSingleStream / clock } : null, planned.Reason);
        }
    }

    private void Plan(int count, StepProgress progress, CancellationToken cancel)
    {
        _plans = new Planned[count];
        var clock = Stopwatch.StartNew();
        int done = 0;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel }, p =>
        {
            int[] choices = [.. _strides.Select((s, a) => s == 0 ? 0 : p / s % space.Axes[a].Values.Count)];
            _plans[p] = Plan(space.Index(choices));
            int now = Interlocked.Increment(ref done);
            progress.Report("explore: plan shapes", (double)now / count, $"{Show.Count(now)} of {Show.Count(count)}, about {clock.Elapsed / now * (count - now):h\\:mm\\:ss} left");
        });
        progress.Note(string.Create(CultureInfo.InvariantCulture, $"{Show.Count(count)} different shapes planned in {clock.Elapsed.TotalSeconds:F1} s"));
    }

    private static bool HasEffect(DesignAxis axis) => Shaping.Contains(axis.Path) || !WithoutEffect.Any(p => axis.Path.StartsWith(p, StringComparison.Ordinal));

    private Planned Plan(long index)
    {
        try
        {
            DesignFile design = place(space.Design(index));
            if (EngineLimits.Complaints(design) is { Count: > 0 } complaints) throw new InputException(complaints);
            if (design.Training is { Method: CompressionMethod.Cap } or { Method: CompressionMethod.Dnr, Dnr.Unit: PruningUnit.Channel })
                return new(null, "training decides how many channels are left: explore without --analytic");
            TrainedNetwork network = TrainingRun.Initial(design);
            // The formats that data decide leave cycles and multipliers as they are.
            var ranges = NetworkRanges.Empty(new(network.FoldBatchNorm().Layers));
            foreach (double[] range in (double[][])[ranges.Vectors, ranges.Spectra, ranges.Sums, ranges.SumSpectra, ranges.Cells]) Array.Fill(range, 1);
            return new(PlanFacts.Figures(AcceleratorPlan.Create(design.Name, network, NetworkFormats.Choose(network, ranges, design.Quantization.Bits), design.Hardware),
                network, design.Hardware.ClockMegahertz), null);
        }
        catch (InputException e)
        {
            return new(null, string.Join("; ", e.Errors.Select(x => x.Message)));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            return new(null, $"{e.GetType().Name}: {e.Message}");
        }
    }

    private bool[] Weigh(StepProgress progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        string[] goals = [.. space.Front.Where(f => _plans.Any(p => p.Figures?[f] is not null))];
        if (goals.Length == 0) return new bool[space.Count];
        var known = new double[_plans.Length * goals.Length];
        for (int p = 0; p < _plans.Length; p++)
            for (int g = 0; g < goals.Length; g++)
                known[p * goals.Length + g] = _plans[p].Figures?[goals[g]] is { } value ? FigureName.IsBetterWhenLarger(goals[g]) ? -value : value : double.NaN;
        int latency = Array.IndexOf(goals, FigureName.LatencyMicroseconds), plan = 0;
        var costs = new double[space.Count * goals.Length];
        var choices = new int[_strides.Length];
        for (long i = 0; ; i++)
        {
            if (i % 65536 == 0) cancel.ThrowIfCancellationRequested();
            Array.Copy(known, plan * goals.Length, costs, i * goals.Length, goals.Length);
            if (latency >= 0) costs[i * goals.Length + latency] *= space.Base.Hardware.ClockMegahertz / _clocks[_clockAxis < 0 ? 0 : choices[_clockAxis]];
            int a = choices.Length - 1;
            for (; a >= 0 && choices[a] == space.Axes[a].Values.Count - 1; a--) (plan, choices[a]) = (plan - choices[a] * _strides[a], 0);
            if (a < 0) break;
            (plan, choices[a]) = (plan + _strides[a], choices[a] + 1);
        }
        double evaluated = clock.Elapsed.TotalSeconds;
        bool[] front = ParetoFront.Of(costs, goals.Length);
        progress.Note(string.Create(CultureInfo.InvariantCulture,
            $"{Show.Count(space.Count)} points evaluated in {evaluated:F2} s, their front found in {clock.Elapsed.TotalSeconds - evaluated:F2} s"));
        return front;
    }

    private readonly record struct Planned(PointFigures? Figures, string? Reason);
}
