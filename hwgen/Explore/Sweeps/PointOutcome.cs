namespace HwGen.Explore.Sweeps;

/// <summary>What came of evaluating a point: figures, or the reason why there are none.</summary>
/// <param name="Figures">Null when it failed.</param>
/// <param name="Reason">Null unless it failed.</param>
/// <param name="Log">What was done, line by line; may be empty.</param>
public sealed record PointOutcome(PointFigures? Figures, string? Reason, string Log)
{
    public static PointOutcome Done(PointFigures figures, string log) => new(figures, null, log);

    public static PointOutcome Failed(string reason, string log) => new(null, reason, log);
}
