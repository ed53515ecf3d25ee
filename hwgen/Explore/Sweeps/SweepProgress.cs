namespace HwGen.Explore.Sweeps;

/// <summary>How far a sweep is, by all that work on it.</summary>
/// <param name="Points">In all.</param>
/// <param name="Done">Evaluated.</param>
/// <param name="Failed">Failed.</param>
/// <param name="Left">Estimated from the points since the start; null before the first.</param>
public sealed record SweepProgress(int Points, int Done, int Failed, TimeSpan? Left);
