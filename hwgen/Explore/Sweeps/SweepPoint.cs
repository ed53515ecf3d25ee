using HwGen.Core.Design;

namespace HwGen.Explore.Sweeps;

/// <summary>A point as the store is asked for it.</summary>
/// <param name="Key">Stands for everything that its figures depend on: equal keys, equal figures.</param>
/// <param name="Point">The design.</param>
/// <param name="Axes">Paths of the axes, one for each of the point's values.</param>
/// <param name="Seed">Of the design.</param>
public sealed record SweepPoint(string Key, DesignPoint Point, IReadOnlyList<string> Axes, int Seed);
