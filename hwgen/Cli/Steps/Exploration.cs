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

/// <summary>A sweep over a design's space, from the design file to the page.</summary>
/// <param name="space">The design and its axes.</param>
/// <param name="place">Says where the data of a point lie: as for the design itself.</param>
/// <param name="options">From the command line.</param>
public sealed class Exploration(DesignSpace space, Func<DesignFile, DesignFile> place, ExploreOptions options)
{
    /// <summary>More points than this are for `--analytic`.</summary>
    private const int MaxPoints = 100_000;

    private const int MaxAnalyticPoints = 5_000_000;

    /// <summary>The page and the result of a larger analytic sweep hold its front only.</summary>
    private const int MaxListed = 5_000;

    private readonly DesignFile _origin = place(space.Base);

    private string Folder => Path.Join(new Workspace(options.Root, _origin.Name).Artifacts, "explore");

    private string StorePath => options.Store ?? Path.Join(Folder, "points.sqlite");

    public async Task<ExploreResult> RunAsync(StepProgress progress, CancellationToken cancel)
    {
        Refuse(options.Analytic ? MaxAnalyticPoints : MaxPoints);
        if (options.Analytic) return await Task.Run(() => RunAnalytic(progress, cancel), cancel);
        var (points, designs, sweep) = Points();
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
                await new Sweep(store, sweep, (point, stop) => Evaluate(evaluation, designs[point.Point.Index], stop), TimeProvider.System)
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
        return Task.Run(async () => await new GuidedExploration(this, space, guided).RunAsync(progress, cancel), cancel);
    }

    /// <summary>The design of the sweep, with its data where they lie.</summary>
    internal DesignFile Origin => _origin;

    internal SweepStore Open() => SweepStore.Open(StorePath, TimeProvider.System);

    internal PointEvaluation Evaluation(SweepStore store, int workers, StepProgress progress) =>
        new(options.Root, options.Device, Math.Max(1, Environment.ProcessorCount / workers), store, progress);

    /// <summary>All points with their designs, and as the store is asked for them.</summary>
    internal (DesignPoint[] Points, PointDesign[] Designs, SweepPoint[] Sweep) Points()
    {
        PointEvaluation.Digest(_origin.Data);       // data that are not there fail the sweep, not each point
        DesignPoint[] points = [.. Enumerable.Range(0, (int)space.Count).Select(i => space.Point(i))];
        PointDesign[] designs = [.. points.Select(Read)];
        return (points, designs, [.. Order(designs).Select(i => new SweepPoint(
            Key(points[i], designs[i].Design?.Data ?? _origin.Data), points[i], [.. space.Axes.Select(a => a.Path)], designs[i].Design?.Seed ?? _origin.Seed))]);
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
        for (long i = 0; i < Math.Min(space.Count, MaxPoints); i++)
        {
            DesignPoint point = space.Point(i);
            if (point.Name != name) continue;
            var (design, trained, errors) = Read(point);
            if (errors is not null) throw errors;
            string file = Path.Join(Folder, $"{name}.yaml");
            // The file lies elsewhere than the space's: a path relative to that one would not lead to the data any more.
            AtomicFile.WriteText(file, DesignSpace.WithDataPath(point.Text, design!.Data.Path is { } path && space.Base.Data.Path is not null ? Path.GetFullPath(path) : null));
            string from = new Workspace(options.Root, trained!.Name).Artifacts, to = new Workspace(options.Root, name).Artifacts;
            string[] files = Directory.Exists(from) ? [.. TrainingRun.Files.Where(f => File.Exists(Path.Join(from, f)))] : [];
            foreach (string f in files) AtomicFile.Write(Path.Join(to, f), stream => stream.Write(File.ReadAllBytes(Path.Join(from, f))));
            return new(name, file, files.Length > 0 ? to : null);
        }
        throw new InputException(new InputError(_origin.Data.Location.File, 1, 1, $"no point of this sweep is named '{name}': `hwgen explore` lists them, and changing the design file renames them"));
    }

    /// <summary>Points in an order in which each network is trained as early as may be, and workers begin with different ones.</summary>
    private static IEnumerable<int> Order(PointDesign[] designs) => designs.Index()
        .GroupBy(d => d.Item.Trained?.Name ?? "")
        .SelectMany((network, n) => network.Select((d, rank) => (d.Index, rank, n)))
        .OrderBy(d => d.rank).ThenBy(d => d.n).Select(d => d.Index);

    private PointDesign Read(DesignPoint point)
    {
        try
        {
            DesignFile design = place(space.Design(point.Index)) with { Name = point.Name };
            return new(design, PointEvaluation.Trained(design, _origin), null);
        }
        catch (InputException e)
        {
            return new(null, null, e);
        }
    }

    private void Refuse(int most)
    {
        if (space.Count > most)
            throw new InputException(_origin.Data.Location.Error($"the sweep has {space.Count} points, more than {most}: take values away{(options.Analytic ? "" : ", or sweep with --analytic")}"));
        if (EngineLimits.Complaints(_origin) is { Count: > 0 } complaints) throw new InputException(complaints);
    }

    private ExploreResult RunAnalytic(StepProgress progress, CancellationToken cancel)
    {
        var sweep = new AnalyticSweep(space, place, options.Workers, MaxListed);
        bool[] front = sweep.Run(progress, cancel);
        ListedPoint[] listed = [.. Enumerable.Range(0, front.Length).Where(i => front[i] || front.Length <= MaxListed).Select(i =>
            new ListedPoint(space.Point(i), sweep[i].Figures, sweep[i].Reason, front[i]))];
        return Write(listed, front.Length, null);
    }

    internal static string Version() => typeof(Exploration).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private string Key(DesignPoint point, DataSettings data) => new StageKey().Add("design", point.Text).Add("data", PointEvaluation.Digest(data)).Add("device", options.Device)
        .AddCode(typeof(AcceleratorPlan).Assembly, typeof(Sweep).Assembly, typeof(IntegerReference).Assembly, typeof(TrainingRun).Assembly).Finish();

    private static int Finished(SweepStore store) => store.Counts() is var c ? c[PointStatus.Done] + c[PointStatus.Failed] : 0;

    private static string Describe(SweepProgress p) => $"{Show.Count(p.Done + p.Failed)} of {Show.Count(p.Points)} points"
        + (p.Failed > 0 ? $", {Show.Count(p.Failed)} failed" : "") + (p.Left is { } left ? $", about {left:h\\:mm\\:ss} left" : "");

    private ExploreResult Result(SweepStore store, DesignPoint[] points, int evaluated)
    {
        var rows = store.Rows().ToDictionary(r => r.Name);
        PointRow[] ordered = [.. points.Select(p => rows[p.Name])];
        bool[] front = ParetoFront.Of([.. ordered.Select(r => r.Figures)], space.Front);
        return Write([.. points.Zip(ordered, front).Select(p => new ListedPoint(p.First, p.Second.Figures, p.Second.Reason, p.Third))], evaluated, StorePath);
    }

    /// <summary>Writes the page and the plot beside it.</summary>
    private ExploreResult Write(ListedPoint[] points, long evaluated, string? store)
    {
        ExploredPoint[] explored = [.. points.Select(Explored)];
        var model = new SweepModel(_origin.Name, [.. space.Axes.Select(a => a.Path)], space.Front,
            [.. points.Zip(explored).Select(p => new SweepPagePoint(p.Second, p.First.Point.Text, ReportOf(p.First.Point.Name)))]);
        string prefix = options.Analytic ? "analytic-" : "";
        string page = Path.Join(Folder, $"{prefix}explore.html"), plot = Path.Join(Folder, $"{prefix}front.svg");
        using var guard = FileLock.Wait(Path.Join(Folder, ".lock"), CancellationToken.None);     // sweeps at once end at once
        AtomicFile.WriteText(page, SweepPage.Render(model));
        AtomicFile.WriteText(plot, FrontPlot.Render(model));
        return new(_origin.Name, space.Count, explored, space.Front, evaluated, store, page, plot);
    }

    private string? ReportOf(string name) => new Workspace(options.Root, name).ReportPage is var page && File.Exists(page)
        ? Path.GetRelativePath(Folder.Length == 0 ? "." : Folder, page).Replace('\\', '/') : null;

    private ExploredPoint Explored(ListedPoint listed) => Explored(listed.Point, listed.Figures, listed.Reason, listed.OnFront);

    internal ExploredPoint Explored(DesignPoint point, PointFigures? figures, string? reason, bool onFront)
    {
        var values = new OrderedDictionary<string, string>(space.Axes.Zip(point.Values, (a, v) => KeyValuePair.Create(a.Path, v)));
        var f = figures ?? new();
        return new(point.Name, values, f.Accuracy, f.ErrorRate, f.FloatAccuracy, f.CyclesPerFrame, f.CyclesSingleStream, f.LatencyMicroseconds, f.EnergyPerFrameNanojoule,
            f.Lut, f.Ff, f.Dsp, f.Bram36, f.Multipliers, f.MemoryBits, f.Parameters, onFront, reason);
    }

    private sealed record ListedPoint(DesignPoint Point, PointFigures? Figures, string? Reason, bool OnFront);
}
