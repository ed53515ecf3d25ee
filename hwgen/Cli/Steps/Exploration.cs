using System.Reflection;
using HwGen.Cli.Files;
using HwGen.Cli.Progress;
using HwGen.Cli.Report;
using HwGen.Cli.Results;
using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Plan;
using HwGen.Explore.Sweeps;
using HwGen.Frontend.Training;
using HwGen.Sim.Reference;

namespace HwGen.Cli.Steps;

/// <summary>A sweep over the spaces of one design or several, from the design files to one page.</summary>
/// <param name="spaces">At least one; all weigh the same figures under the same attack. The first one's folder takes what is written.</param>
/// <param name="options">From the command line.</param>
public sealed class Exploration(IReadOnlyList<PlacedSpace> spaces, ExploreOptions options)
{
    /// <summary>An axis of its own where there are several designs.</summary>
    private const string NameAxis = "name";

    /// <summary>More points than this are for `--analytic`.</summary>
    private const int MaxPoints = 100_000;

    private const int MaxAnalyticPoints = 5_000_000;

    /// <summary>The page and the result of a larger analytic sweep hold its front only.</summary>
    private const int MaxListed = 5_000;

    private readonly PlacedSpace _first = spaces[0];

    private long Count => spaces.Sum(s => s.Space.Count);

    private IReadOnlyList<string> Front => _first.Space.Front;

    /// <summary>Of the page.</summary>
    private string Title => spaces.Count == 1 ? Origin.Name : $"{Origin.Name} and {spaces.Count - 1} more";

    private string Folder => Path.Join(new Workspace(options.Root, Origin.Name).Artifacts, "explore");

    private string StorePath => options.Store ?? Path.Join(Folder, "points.sqlite");

    public async Task<ExploreResult> RunAsync(StepProgress progress, CancellationToken cancel)
    {
        Refuse(options.Analytic ? MaxAnalyticPoints : MaxPoints);
        if (options.Analytic) return await Task.Run(() => RunAnalytic(progress, cancel), cancel);
        var (points, sweep) = Points();
        using var store = Open();
        store.Begin(sweep, Version(), options.Retry);
        int before = Finished(store);
        if (before < sweep.Length)
        {
            if (options.SlurmTask is { } task)
                await new SlurmExecutor(Folder, [.. task, "--store", StorePath]).RunAsync(Math.Min(options.Workers, sweep.Length - before), store,
                    counts => Show(new(sweep.Length, counts[PointStatus.Done], counts[PointStatus.Failed], null)), cancel);
            else
            {
                int workers = Math.Min(options.Workers, sweep.Length - before);
                PointEvaluation evaluation = Evaluation(store, workers, progress);
                var designs = points.ToDictionary(p => p.Point.Name, p => p.Design);
                await new Sweep(store, sweep, (point, stop) => Evaluate(evaluation, designs[point.Point.Name], stop), TimeProvider.System)
                    .RunAsync(workers, new Relay<SweepProgress>(Show), cancel);
            }
        }
        return Result(store, points, Finished(store) - before);

        void Show(SweepProgress p) => progress.Report("explore", (double)(p.Done + p.Failed) / p.Points, Describe(p));
    }

    /// <summary>Finds a network by few trainings and an engine for it by bounds, instead of evaluating every point: <see cref="GuidedExploration"/>.</summary>
    public Task<GuidedResult> GuideAsync(GuidedOptions guided, StepProgress progress, CancellationToken cancel)
    {
        Refuse(MaxPoints);
        return Task.Run(async () => await new GuidedExploration(this, _first.Space, guided).RunAsync(progress, cancel), cancel);
    }

    /// <summary>The first design of the sweep, with its data where they lie.</summary>
    internal DesignFile Origin => _first.Origin;

    internal SweepStore Open() => SweepStore.Open(StorePath, TimeProvider.System);

    internal PointEvaluation Evaluation(SweepStore store, int workers, StepProgress progress) =>
        new(options.Root, options.Device, Math.Max(1, Environment.ProcessorCount / workers), store, progress, _first.Space.Attack);

    /// <summary>All points with their designs, and as the store is asked for them.</summary>
    internal (PlacedPoint[] Points, SweepPoint[] Sweep) Points()
    {
        foreach (PlacedSpace s in spaces) PointEvaluation.Digest(s.Origin.Data);       // data that are not there fail the sweep, not each point
        PlacedPoint[] points = [.. spaces.SelectMany(s => Enumerable.Range(0, (int)s.Space.Count).Select(i => s.Space.Point(i)).Select(p => new PlacedPoint(s, p, Read(s, p))))];
        return (points, [.. Order(points).Select(p => new SweepPoint(Key(p), p.Point, [.. p.Of.Space.Axes.Select(a => a.Path)], p.Design.Design?.Seed ?? p.Of.Origin.Seed))]);
    }

    internal static PointOutcome Evaluate(PointEvaluation evaluation, PointDesign point, CancellationToken cancel) => point switch
    {
        { Errors: { } errors } => throw errors,
        { Design: { } design, Trained: { } trained } => evaluation.Evaluate(design, trained, cancel),
        _ => throw new InvalidOperationException("A point has neither a design nor errors."),
    };

    /// <summary>Writes one point's design file, and puts its trained network where the design's own training would.</summary>
    /// <param name="name">Of the point.</param>
    public TakeResult Take(string name)
    {
        foreach (var (of, point) in spaces.SelectMany(s => Enumerable.Range(0, (int)Math.Min(s.Space.Count, MaxPoints)).Select(i => (s, s.Space.Point(i)))))
        {
            if (point.Name != name) continue;
            var (design, trained, errors) = Read(of, point);
            if (errors is not null) throw errors;
            string file = Path.Join(Folder, $"{name}.yaml");
            // The file lies elsewhere than the space's: a path relative to that one would not lead to the data any more.
            AtomicFile.WriteText(file, DesignSpace.WithDataPath(point.Text, design!.Data.Path is { } path && of.Space.Base.Data.Path is not null ? Path.GetFullPath(path) : null));
            string from = new Workspace(options.Root, trained!.Name).Artifacts, to = new Workspace(options.Root, name).Artifacts;
            string[] files = Directory.Exists(from) ? [.. TrainingRun.Files.Where(f => File.Exists(Path.Join(from, f)))] : [];
            foreach (string f in files) AtomicFile.Write(Path.Join(to, f), stream => stream.Write(File.ReadAllBytes(Path.Join(from, f))));
            return new(name, file, files.Length > 0 ? to : null);
        }
        throw new InputException(new InputError(Origin.Data.Location.File, 1, 1, $"no point of this sweep is named '{name}': `hwgen explore` lists them, and changing the design file renames them"));
    }

    /// <summary>Points in an order in which each network is trained as early as may be, and workers begin with different ones.</summary>
    private static IEnumerable<PlacedPoint> Order(PlacedPoint[] points) => points
        .GroupBy(p => p.Design.Trained?.Name ?? "")
        .SelectMany((network, n) => network.Select((p, rank) => (p, rank, n)))
        .OrderBy(p => p.rank).ThenBy(p => p.n).Select(p => p.p);

    private static PointDesign Read(PlacedSpace of, DesignPoint point)
    {
        try
        {
            DesignFile design = of.Place(of.Space.Design(point.Index)) with { Name = point.Name };
            return new(design, PointEvaluation.Trained(design, of.Origin), null);
        }
        catch (InputException e)
        {
            return new(null, null, e);
        }
    }

    private void Refuse(int most)
    {
        if (Count > most)
            throw new InputException(Origin.Data.Location.Error($"the sweep has {Count} points, more than {most}: take values away{(options.Analytic ? "" : ", or sweep with --analytic")}"));
        if (spaces.SelectMany(s => EngineLimits.Complaints(s.Origin)).ToArray() is { Length: > 0 } complaints) throw new InputException(complaints);
        foreach (PlacedSpace s in spaces)
            if (s.Space.Attack != _first.Space.Attack || !s.Space.Front.SequenceEqual(Front))
                throw new InputException(s.Space.Location.Error($"'explore' weighs other figures or another attack than that of '{Origin.Name}': write 'front' and 'attack' alike in all designs of one sweep"));
    }

    private ExploreResult RunAnalytic(StepProgress progress, CancellationToken cancel)
    {
        var sweep = new AnalyticSweep(_first.Space, _first.Place, options.Workers, MaxListed, options.Exhaustive);
        bool[] front = sweep.Run(progress, cancel);
        ListedPoint[] listed = [.. Enumerable.Range(0, front.Length).Where(i => front[i] || front.Length <= MaxListed).Select(i =>
            new ListedPoint(_first, _first.Space.Point(i), sweep[i].Figures, sweep[i].Reason, front[i]))];
        return Write(listed, front.Length, null);
    }

    internal static string Version() => typeof(Exploration).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private string Key(PlacedPoint p) => new StageKey().Add("design", p.Point.Text).Add("data", PointEvaluation.Digest((p.Design.Design ?? p.Of.Origin).Data)).Add("device", options.Device)
        .AddValue("attack", new { p.Of.Space.Attack })
        .AddCode(typeof(AcceleratorPlan).Assembly, typeof(Sweep).Assembly, typeof(IntegerReference).Assembly, typeof(TrainingRun).Assembly).Finish();

    private static int Finished(SweepStore store) => store.Counts() is var c ? c[PointStatus.Done] + c[PointStatus.Failed] : 0;

    private static string Describe(SweepProgress p) => $"{Show.Count(p.Done + p.Failed)} of {Show.Count(p.Points)} points"
        + (p.Failed > 0 ? $", {Show.Count(p.Failed)} failed" : "") + (p.Left is { } left ? $", about {left:h\\:mm\\:ss} left" : "");

    private ExploreResult Result(SweepStore store, PlacedPoint[] points, int evaluated)
    {
        var rows = store.Rows().ToDictionary(r => r.Name);
        PointRow[] ordered = [.. points.Select(p => rows[p.Point.Name])];
        bool[] front = ParetoFront.Of([.. ordered.Select(r => r.Figures)], Front);
        return Write([.. points.Zip(ordered, front).Select(p => new ListedPoint(p.First.Of, p.First.Point, p.Second.Figures, p.Second.Reason, p.Third))], evaluated, StorePath);
    }

    /// <summary>Writes the page and the plot beside it.</summary>
    private ExploreResult Write(ListedPoint[] points, long evaluated, string? store)
    {
        ExploredPoint[] explored = [.. points.Select(Explored)];
        string[] axes = [.. spaces.Count > 1 ? [NameAxis] : (string[])[], .. spaces.SelectMany(s => s.Space.Axes).Select(a => a.Path).Distinct()];
        var model = new SweepModel(Title, axes, Front,
            [.. points.Zip(explored).Select(p => new SweepPagePoint(p.Second, p.First.Point.Text, ReportOf(p.First.Point.Name)))]);
        string prefix = options.Analytic ? "analytic-" : "";
        string page = Path.Join(Folder, $"{prefix}explore.html"), plot = Path.Join(Folder, $"{prefix}front.svg");
        using var guard = FileLock.Wait(Path.Join(Folder, ".lock"), CancellationToken.None);     // sweeps at once end at once
        AtomicFile.WriteText(page, SweepPage.Render(model));
        AtomicFile.WriteText(plot, FrontPlot.Render(model));
        return new(Title, Count, explored, Front, evaluated, store, page, plot);
    }

    private string? ReportOf(string name) => new Workspace(options.Root, name).ReportPage is var page && File.Exists(page)
        ? Path.GetRelativePath(Folder.Length == 0 ? "." : Folder, page).Replace('\\', '/') : null;

    /// <summary>A point of the first design's space.</summary>
    internal ExploredPoint Explored(DesignPoint point, PointFigures? figures, string? reason, bool onFront) => Explored(new(_first, point, figures, reason, onFront));

    private ExploredPoint Explored(ListedPoint listed)
    {
        var (of, point, figures, reason, onFront) = listed;
        var values = new OrderedDictionary<string, string>(of.Space.Axes.Zip(point.Values, (a, v) => KeyValuePair.Create(a.Path, v)));
        if (spaces.Count > 1) values.Insert(0, NameAxis, of.Origin.Name);
        var f = figures ?? new();
        return new(point.Name, values, f.Accuracy, f.ErrorRate, f.FloatAccuracy, f.CyclesPerFrame, f.CyclesSingleStream, f.LatencyMicroseconds, f.EnergyPerFrameNanojoule,
            f.Lut, f.Ff, f.Dsp, f.Bram36, f.Multipliers, f.MemoryBits, f.Parameters, onFront, reason)
        {
            RobustAccuracy = f.RobustAccuracy,
            FloatRobustAccuracy = f.FloatRobustAccuracy,
        };
    }

    private sealed record ListedPoint(PlacedSpace Of, DesignPoint Point, PointFigures? Figures, string? Reason, bool OnFront);
}
