using HwGen.Core.Parts;

namespace HwGen.Sim.Synthesis;

/// <summary>What synthesis measured.</summary>
/// <param name="Part">The target.</param>
/// <param name="Command">Yosys's.</param>
/// <param name="Total">The whole design.</param>
/// <param name="Elements">What was synthesised once and multiplied; empty when the whole design was synthesised.</param>
/// <param name="UnknownCells">Cells that <paramref name="Total"/> leaves out, not knowing them.</param>
public sealed record SynthesisResult(Part Part, string Command, ResourceCount Total, IReadOnlyList<ElementResult> Elements, IReadOnlyList<string> UnknownCells)
{
    /// <summary>Placement took <see cref="Synthesis.SerialPins"/> around the design; <see cref="Total"/> is without them.</summary>
    public bool SerialPins { get; init; }

    /// <summary>Registers stayed outside the multipliers: Yosys 0.23 fails when it packs this design's.</summary>
    public bool Unpacked { get; init; }

    /// <summary>iCE40 only.</summary>
    public PlaceAndRoute? Placed { get; init; }

    /// <summary>iCE40 only, where it was asked for.</summary>
    public NetlistCheck? Netlist { get; init; }

    /// <summary>What the part has too little of: name, taken, there. Where it was placed the placed sites say it.</summary>
    public IReadOnlyList<(string Name, double Taken, double There)> Beyond => Placed is null
        ? [.. Total.Beyond(Part.Capacity)]
        : [.. Placed.Taken.Where(t => t.Taken > t.There).Select(t => (t.Site, (double)t.Taken, (double)t.There))];

    public bool Fits => Beyond.Count == 0 && (Placed is null || Placed.FmaxMegahertz is not null);
}

/// <param name="Module">Its name in the sources.</param>
/// <param name="Parameters">All but memory images.</param>
/// <param name="Count">Instances.</param>
/// <param name="Each">What one takes.</param>
public sealed record ElementResult(string Module, string Parameters, long Count, ResourceCount Each);
