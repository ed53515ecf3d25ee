using System.Diagnostics;
using System.Globalization;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Plan;
using HwGen.Explore.Sweeps;

namespace HwGen.Cli.Steps;

/// <summary>The figures of a space's points that no trained network is needed for, from plans of untrained networks of the same shapes. They are the
/// real points' but for memory and area, where the ranges of real data decide how many rows the activation tables have, how many shifts the
/// schedule's rows tell apart, how wide accumulators and an LSTM's state are.</summary>
/// <remarks>Points that differ only in what these figures don't depend on are one engine. Of a large space each engine is first
/// bounded in closed form; one whose bound an engine already planned beats is beaten by it, too, so only the others are planned. An exhaustive sweep
/// asks no bounds: it computes what the front weighs for every engine, and is there to hold the bounds against.</remarks>
/// <param name="space">The points.</param>
/// <param name="place">Says where the data of a point lie.</param>
/// <param name="workers">Plans at once.</param>
/// <param name="listed">Spaces of at most so many points have all their engines planned whole.</param>
/// <param name="exhaustive">Whether the front of a larger one is found without bounds.</param>
public sealed class AnalyticSweep(DesignSpace space, Func<DesignFile, DesignFile> place, int workers, long listed, bool exhaustive = false)
{
    private const string Clock = "hardware.clock_megahertz", Elements = "hardware.processing_elements";

    /// <summary>Engines planned to tell how far the bounds are from them, a sixteenth at most, and engines of a round.</summary>
    private const int Samples = 64, Batch = 64;

    /// <summary>Nothing that a plan has depends on these, but for <see cref="Shaping"/>.</summary>
    private static readonly string[] WithoutEffect = ["seed", "training.", "quantization.calibration_sequences", "hardware.verify_sequences", Clock];

    /// <summary>Of these it depends whether training takes channels away.</summary>
    private static readonly string[] Shaping = ["training.method", "training.dnr.unit"];

    private static readonly Dictionary<string, Func<HardwareSettings, int, HardwareSettings>> Sizes = new()
    {
        [Elements] = (h, v) => h with { ProcessingElements = v },
        ["hardware.columns_per_cycle"] = (h, v) => h with { ColumnsPerCycle = v },
        ["hardware.ifft_units"] = (h, v) => h with { IfftUnits = v },
        ["hardware.vector_lanes"] = (h, v) => h with { VectorLanes = v },
        ["hardware.streams"] = (h, v) => h with { Streams = v },
    };

    private readonly int[] _networkStrides = new int[space.Axes.Count], _sizeStrides = new int[space.Axes.Count];
    private readonly List<Engine> _engines = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int[] _engineOf = [];                       // of each network and size; below 0: ~index of a reason
    private readonly List<string> _reasons = [];
    private double[] _clocks = [];
    private int _clockAxis = -1, _sizes = 1;

    /// <summary>Plans what may be on the front, or everything.</summary>
    /// <returns>Which points are on the front by the space's figures.</returns>
    public bool[] Run(StepProgress progress, CancellationToken cancel)
    {
        bool sized = space.Axes.Any(a => a.Path == Elements) || space.Base.Hardware.ProcessingElements > 0;
        int networks = Number(_networkStrides, a => HasEffect(a) && !(sized && Sizes.ContainsKey(a.Path)));
        _sizes = Number(_sizeStrides, a => sized && Sizes.ContainsKey(a.Path));
        _clockAxis = space.Axes.ToList().FindIndex(a => a.Path == Clock);
        _clocks = _clockAxis < 0 ? [space.Base.Hardware.ClockMegahertz] : [.. space.Axes[_clockAxis].Values.Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
        Bound(networks, sized, progress, cancel);
        string[] goals = [.. space.Front.Where(f => !FigureName.IsOfTraining(f))];
        if (space.Count > listed && !exhaustive) PlanFront(ref goals, progress, cancel);
        else
        {
            bool speed = space.Count > listed && goals.All(AnalyticNetwork.SpeedFigures.Contains);
            PlanAll([.. Enumerable.Range(0, _engines.Count)], progress, cancel, speed);
            goals = [.. goals.Where(g => _engines.Exists(e => e.Figures?[g] is not null))];
            if (speed) PlanBest(goals, progress, cancel);
        }
        return Front(goals);
    }

    /// <summary>Engines that were planned whole.</summary>
    public int Planned => _engines.Count(e => e.Figures is not null && e.IsWhole);

    /// <summary>The figures of a point, or the reason why it has none; neither of an engine that was not planned.</summary>
    public (PointFigures? Figures, string? Reason) this[long index]
    {
        get
        {
            int[] choices = space.Choices(index);
            int engine = _engineOf[Sum(choices, _networkStrides) * _sizes + Sum(choices, _sizeStrides)];
            if (engine < 0) return (null, _reasons[~engine]);
            double clock = _clocks[_clockAxis < 0 ? 0 : choices[_clockAxis]];
            return (_engines[engine].Figures is { } f ? f with { LatencyMicroseconds = f.CyclesSingleStream / clock } : null, _engines[engine].Reason);
        }
    }

    private static int Sum(int[] choices, int[] strides)
    {
        int sum = 0;
        for (int a = 0; a < choices.Length; a++) sum += choices[a] * strides[a];
        return sum;
    }

    private int Number(int[] strides, Func<DesignAxis, bool> counts)
    {
        int count = 1;
        for (int a = strides.Length - 1; a >= 0; a--)
            if (counts(space.Axes[a])) (strides[a], count) = (count, checked(count * space.Axes[a].Values.Count));
        return count;
    }

    private static bool HasEffect(DesignAxis axis) => Shaping.Contains(axis.Path) || !WithoutEffect.Any(p => axis.Path.StartsWith(p, StringComparison.Ordinal));

    /// <summary>Bounds every engine that there is.</summary>
    private void Bound(int networks, bool sized, StepProgress progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var shapes = new (AnalyticNetwork? Network, HardwareSettings Hardware, string? Reason)[networks];
        Parallel.For(0, networks, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel }, n => shapes[n] = Network(n));
        AnalyticNetwork[] made = [.. shapes.Select(s => s.Network).OfType<AnalyticNetwork>()];
        foreach (var (n, network) in made.Index()) _ = made.Take(n).Any(network.ShareSpeed);
        double begun = clock.Elapsed.TotalSeconds, busy = Environment.CpuUsage.TotalTime.TotalSeconds;
        HardwareSettings[] sizes = [.. Enumerable.Range(0, _sizes).Select(s => Size(space.Base.Hardware, s))];
        _engineOf = new int[checked(networks * _sizes)];
        var known = new Dictionary<HardwareSettings, int>();
        var complaints = new Dictionary<(int, int), int?>();
        for (int n = 0; n < networks; n++)
        {
            cancel.ThrowIfCancellationRequested();
            if (shapes[n].Network is not { } network)
            {
                Array.Fill(_engineOf, ~Reason(shapes[n].Reason!), n * _sizes, _sizes);
                continue;
            }
            known.Clear();
            complaints.Clear();
            for (int s = 0; s < _sizes; s++)
            {
                HardwareSettings size = shapes[n].Hardware with { ClockMegahertz = _clocks.Max() };
                if (sized) size = size with { ProcessingElements = sizes[s].ProcessingElements, ColumnsPerCycle = sizes[s].ColumnsPerCycle, IfftUnits = sizes[s].IfftUnits, VectorLanes = sizes[s].VectorLanes, Streams = sizes[s].Streams };
                if (!complaints.TryGetValue((size.VectorLanes, size.ColumnsPerCycle), out int? complaint))
                    complaints[(size.VectorLanes, size.ColumnsPerCycle)] = complaint = network.Complaint(size) is { } text ? ~Reason(text) : null;
                if (complaint is { } why)
                {
                    _engineOf[n * _sizes + s] = why;
                    continue;
                }
                if (size.ProcessingElements > 0) size = network.Normal(size);
                if (!known.TryGetValue(size, out int engine))
                {
                    known[size] = engine = _engines.Count;
                    _engines.Add(new(network, size, size.ProcessingElements > 0 ? network.LowerBound(size) : new()));
                }
                _engineOf[n * _sizes + s] = engine;
            }
        }
        double seconds = Math.Max(1e-6, Environment.CpuUsage.TotalTime.TotalSeconds - busy);
        progress.Note(string.Create(CultureInfo.InvariantCulture,
            $"{Show.Count(networks)} networks and word lengths in {begun:F1} s; {Show.Count(_engineOf.Length)} designs bounded in {seconds:F2} s of one processor, {_engineOf.Length / seconds:N0} a second; {Show.Count(_engines.Count)} different engines"));
    }

    private int Reason(string text)
    {
        if (!_reasons.Contains(text)) _reasons.Add(text);
        return _reasons.IndexOf(text);
    }

    private HardwareSettings Size(HardwareSettings hardware, int size)
    {
        for (int a = 0; a < _sizeStrides.Length; a++)
            if (_sizeStrides[a] > 0)
            {
                var axis = space.Axes[a];
                hardware = Sizes[axis.Path](hardware, int.Parse(axis.Values[size / _sizeStrides[a] % axis.Values.Count], CultureInfo.InvariantCulture));
            }
        return hardware;
    }

    private (AnalyticNetwork?, HardwareSettings, string?) Network(int n)
    {
        int[] choices = [.. _networkStrides.Select((s, a) => s == 0 ? 0 : n / s % space.Axes[a].Values.Count)];
        try
        {
            DesignFile design = place(space.Design(space.Index(choices)));
            return (new(design), design.Hardware, null);
        }
        catch (Exception e) when (Told(e) is { } reason)
        {
            return (null, space.Base.Hardware, reason);
        }
    }

    private static string? Told(Exception e) => e switch
    {
        InputException input => string.Join("; ", input.Errors.Select(x => x.Message)),
        InvalidOperationException or ArgumentException => $"{e.GetType().Name}: {e.Message}",
        _ => null,
    };

    /// <param name="speed">Whether <see cref="AnalyticNetwork.SpeedFigures"/> are enough.</param>
    private void PlanAll(IReadOnlyList<int> engines, StepProgress progress, CancellationToken cancel, bool speed = false)
    {
        var clock = Stopwatch.StartNew();
        int done = 0;
        Parallel.ForEach(engines, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel }, i =>
        {
            Engine engine = _engines[i];
            try
            {
                engine.Figures = speed ? engine.Network.Speed(engine.Hardware) : engine.Network.Plan(engine.Hardware);
                engine.IsWhole = !speed;
            }
            catch (Exception e) when (Told(e) is { } reason)
            {
                (engine.Figures, engine.Reason) = (null, reason);
            }
            int now = Interlocked.Increment(ref done);
            progress.Report("explore: plan engines", (double)now / engines.Count, $"{Show.Count(now)} of {Show.Count(engines.Count)}, about {clock.Elapsed / now * (engines.Count - now):h\\:mm\\:ss} left");
        });
    }

    /// <summary>Plans those whole that are best by their speed; one that has no plan after all is no longer there, and another one may be best.</summary>
    private void PlanBest(string[] goals, StepProgress progress, CancellationToken cancel)
    {
        double speeds = _clock.Elapsed.TotalSeconds;
        while (Best(goals).Where(i => !_engines[i].IsWhole).ToArray() is { Length: > 0 } best)
        {
            PointFigures[] fast = [.. best.Select(i => _engines[i].Figures!)];
            PlanAll(best, progress, cancel);
            foreach (var (b, i) in best.Index())
                if (_engines[i].Figures is { } whole && goals.FirstOrDefault(g => whole[g] != fast[b][g]) is { } goal)
                    throw new InvalidDataException($"{goal} of {_engines[i].Hardware} is {whole[goal]} in the whole plan and {fast[b][goal]} by its schedule; this is a bug.");
        }
        progress.Note(string.Create(CultureInfo.InvariantCulture,
            $"{Show.Count(_engines.Count)} engines scheduled in {speeds:F1} s, those on the front, {Show.Count(Planned)}, planned whole in {_clock.Elapsed.TotalSeconds - speeds:F1} s: no bounds asked"));
    }

    /// <summary>Plans engines until every other one's bound is beaten by one that was planned.</summary>
    private void PlanFront(ref string[] goals, StepProgress progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var random = new Random(1);
        int[] sample = [.. Enumerable.Range(0, Math.Min(Samples, (_engines.Count + 15) / 16)).Select(_ => random.Next(_engines.Count)).Distinct()];
        PlanAll(sample, progress, cancel);
        goals = [.. goals.Where(g => _engines.Exists(e => e.Figures?[g] is not null))];
        if (goals.Length == 0) return;
        List<int> open = [.. Enumerable.Range(0, _engines.Count).Except(sample)], recent = [.. sample];
        while (true)
        {
            double[] beaters = Costs([.. recent.Where(i => _engines[i].Figures is not null)], goals, i => _engines[i].Figures!);
            bool[] best = ParetoFront.Of(beaters, goals.Length);
            double[][] rows = [.. beaters.Chunk(goals.Length).Where((_, i) => best[i])];
            double[] bounds = Costs(open, goals, i => _engines[i].Bound);
            List<int> left = [.. open.Where((_, o) => !Array.Exists(rows, r => Beats(r, bounds.AsSpan(o * r.Length, r.Length))))];
            if (left.Count == 0) break;
            bool[] front = ParetoFront.Of(Costs(left, goals, i => _engines[i].Bound), goals.Length);
            recent = [.. left.Where((_, i) => front[i]).Take(Math.Clamp(left.Count / Batch, 4, Batch))];
            PlanAll(recent, progress, cancel);
            open = [.. left.Except(recent)];
        }
        double[] errors = [.. sample.Select(i => 1 - (double?)_engines[i].Bound.CyclesPerFrame / _engines[i].Figures?.CyclesPerFrame).OfType<double>().DefaultIfEmpty(0)];
        progress.Note(string.Create(CultureInfo.InvariantCulture,
            $"{Show.Count(Planned)} engines planned whole in {clock.Elapsed.TotalSeconds:F1} s, the others' bounds are beaten by them; of {sample.Length} drawn at random the bound on cycles is {errors.Average():P1} below the schedule's on average, {errors.Max():P1} at most"));
    }

    private static double[] Costs(IReadOnlyList<int> engines, string[] goals, Func<int, PointFigures> figures)
    {
        var costs = new double[engines.Count * goals.Length];
        for (int e = 0; e < engines.Count; e++)
            for (int g = 0; g < goals.Length; g++) costs[e * goals.Length + g] = figures(engines[e])[goals[g]] ?? 0;
        return costs;
    }

    private static bool Beats(double[] costs, ReadOnlySpan<double> bound)
    {
        bool better = false;
        for (int g = 0; g < costs.Length; g++)
        {
            if (costs[g] > bound[g]) return false;
            better |= costs[g] < bound[g];
        }
        return better;
    }

    /// <summary>Engines with figures that no other's beat.</summary>
    private int[] Best(string[] goals)
    {
        int[] planned = [.. Enumerable.Range(0, _engines.Count).Where(i => _engines[i].Figures is not null)];
        if (goals.Length == 0 || planned.Length == 0) return [];
        bool[] best = ParetoFront.Of(Costs(planned, goals, i => _engines[i].Figures!), goals.Length);
        return [.. planned.Where((_, p) => best[p])];
    }

    /// <summary>Engines are weighed at the fastest clock: nothing but latency depends on it, so a slower one is beaten or the same.</summary>
    private bool[] Front(string[] goals)
    {
        var front = new bool[space.Count];
        int[] best = Best(goals);
        if (best.Length == 0) return front;
        var on = new bool[_engines.Count];
        foreach (int e in best) on[e] = true;
        bool timed = goals.Contains(FigureName.LatencyMicroseconds);
        double fastest = _clocks.Max();
        var choices = new int[space.Axes.Count];
        int network = 0, size = 0;
        for (long i = 0; ; i++)
        {
            int engine = _engineOf[network * _sizes + size];
            front[i] = engine >= 0 && on[engine] && (!timed || _clockAxis < 0 || _clocks[choices[_clockAxis]] == fastest);
            int a = choices.Length - 1;
            for (; a >= 0 && choices[a] == space.Axes[a].Values.Count - 1; a--)
                (network, size, choices[a]) = (network - choices[a] * _networkStrides[a], size - choices[a] * _sizeStrides[a], 0);
            if (a < 0) return front;
            (network, size, choices[a]) = (network + _networkStrides[a], size + _sizeStrides[a], choices[a] + 1);
        }
    }

    /// <summary>An engine of a network: its bound, and its figures or the reason why it has none once it was planned.</summary>
    private sealed class Engine(AnalyticNetwork network, HardwareSettings hardware, PointFigures bound)
    {
        public AnalyticNetwork Network => network;

        public HardwareSettings Hardware => hardware;

        public PointFigures Bound => bound;

        public PointFigures? Figures { get; set; }

        /// <summary>Whether figures are of the whole plan.</summary>
        public bool IsWhole { get; set; }

        public string? Reason { get; set; }
    }
}
