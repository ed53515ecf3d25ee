namespace HwGen.Explore.Sweeps;

/// <summary>A point as the store has it.</summary>
/// <param name="Key">As <see cref="SweepPoint.Key"/>.</param>
/// <param name="Name">Of its design.</param>
/// <param name="Status">What has become of it.</param>
/// <param name="Reason">Why it failed; null otherwise.</param>
/// <param name="Attempts">How often a worker took it.</param>
/// <param name="Seconds">What its evaluation took; null before.</param>
/// <param name="Figures">Null unless done.</param>
public sealed record PointRow(
    string Key, string Name, PointStatus Status, string? Reason, int Attempts, double? Seconds, PointFigures? Figures);
