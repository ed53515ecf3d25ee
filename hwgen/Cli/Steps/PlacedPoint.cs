using HwGen.Core.Design;

namespace HwGen.Cli.Steps;

/// <summary>A point, the space that it is of, and what it is as a design.</summary>
internal sealed record PlacedPoint(PlacedSpace Of, DesignPoint Point, PointDesign Design);
