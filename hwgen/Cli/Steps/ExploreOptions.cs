namespace HwGen.Cli.Steps;

/// <summary>What the command line says about a sweep.</summary>
/// <param name="Root">The <c>--out</c> folder.</param>
/// <param name="Device">The <c>--device</c> option.</param>
/// <param name="Workers">Points at once.</param>
/// <param name="Store">The SQLite file; null is the design's own.</param>
/// <param name="Retry">Failed points are tried again.</param>
public sealed record ExploreOptions(string Root, string Device, int Workers, string? Store, bool Retry);
