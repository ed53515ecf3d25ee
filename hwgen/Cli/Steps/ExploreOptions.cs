namespace HwGen.Cli.Steps;

/// <summary>What the command line says about a sweep.</summary>
/// <param name="Root">The <c>--out</c> folder.</param>
/// <param name="Device">The <c>--device</c> option.</param>
/// <param name="Workers">Points at once.</param>
/// <param name="Store">The SQLite file; null is the design's own.</param>
/// <param name="Retry">Failed points are tried again.</param>
/// <param name="Analytic">Only what needs no training, and no store.</param>
public sealed record ExploreOptions(string Root, string Device, int Workers, string? Store, bool Retry, bool Analytic)
{
    /// <summary>A large analytic sweep computes every engine instead of bounding.</summary>
    public bool Exhaustive { get; init; }

    /// <summary>What a task of a Slurm job array runs, <c>--out</c>, <c>--device</c> and <c>--store</c> included; null evaluates here.</summary>
    public IReadOnlyList<string>? SlurmTask { get; init; }
}
