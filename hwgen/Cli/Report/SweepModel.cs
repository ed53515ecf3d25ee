using HwGen.Cli.Results;

namespace HwGen.Cli.Report;

/// <summary>Everything that the page of a sweep shows.</summary>
/// <param name="Design">What the points lie around, for people.</param>
/// <param name="Axes">Paths of the keys that vary.</param>
/// <param name="Front">Figures that the front weighs, as the design file names them.</param>
/// <param name="Points">In the sweep's order.</param>
public sealed record SweepModel(string Design, IReadOnlyList<string> Axes, IReadOnlyList<string> Front, IReadOnlyList<SweepPagePoint> Points);

/// <param name="Point">Values and figures.</param>
/// <param name="Text">Its design file.</param>
/// <param name="Report">Its own report, relative to the page; null when there is none.</param>
public sealed record SweepPagePoint(ExploredPoint Point, string Text, string? Report);
