using HwGen.Core.Design;

namespace HwGen.Cli.Steps;

/// <summary>A design's space whose points know where their data lie.</summary>
/// <param name="Space">The design and its axes.</param>
/// <param name="Place">Says where the data of a point lie: as for the design itself.</param>
public sealed record PlacedSpace(DesignSpace Space, Func<DesignFile, DesignFile> Place)
{
    /// <summary>The design itself, with its data where they lie.</summary>
    public DesignFile Origin { get; } = Place(Space.Base);
}
