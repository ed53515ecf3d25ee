using HwGen.Core.Parts;

namespace HwGen.Cli.Results;

/// <summary>What synthesis measured beside what was predicted.</summary>
/// <param name="Design">The design's name.</param>
/// <param name="Part">The part that it was synthesised for.</param>
/// <param name="Command">Yosys's, the same for all designs of that part.</param>
/// <param name="Method">"whole": everything in one run; "elements": each repeated element once, times its count, and the rest around it.</param>
/// <param name="Lut">Look-up tables.</param>
/// <param name="Ff">Flip-flops.</param>
/// <param name="Dsp">Multiplier blocks.</param>
/// <param name="Bram36">Block memory in units of 36,864 bits.</param>
/// <param name="FmaxMHz">After routing, where the part can be placed here.</param>
/// <param name="Fits">The part holds it.</param>
/// <param name="Beyond">What the part has too little of.</param>
/// <param name="Elements">What was synthesised once.</param>
public sealed record SynthResult(
    string Design, string Part, string Command, string Method, Figure Lut, Figure Ff, Figure Dsp, Figure Bram36, Figure FmaxMHz,
    bool Fits, IReadOnlyList<Shortage> Beyond, IReadOnlyList<SynthElement> Elements) : VerbResult
{
    /// <summary>Cells that the figures leave out, not knowing what they take.</summary>
    public IReadOnlyList<string> UnknownCells { get; init; } = [];

    /// <summary>Placed with two pins that shift all others, since the package has too few: the bitstream is for timing only.</summary>
    public bool SerialPins { get; init; }

    /// <summary>iCE40: registers stayed outside the multipliers, since Yosys 0.23 fails when it packs this design's.</summary>
    public bool Unpacked { get; init; }

    /// <summary>The smallest part of the family that would hold it; null when it fits, or none does.</summary>
    public string? Nearest { get; init; }

    /// <summary>For the device, where it was placed.</summary>
    public string? Bitstream { get; init; }

    /// <summary>Of the design, what <see cref="FmaxMHz"/> is to be held against.</summary>
    public double ClockMegahertz { get; init; }

    /// <summary>What one answer takes; null where no plan of the design is at hand.</summary>
    public Inference? Inference { get; init; }

    /// <summary>The testbench's verdict on the netlist; null where it was not asked for.</summary>
    public string? Netlist { get; init; }

    /// <summary>Whether that was a pass.</summary>
    public bool? NetlistPassed { get; init; }

    public override bool Passed => Fits && UnknownCells.Count == 0 && NetlistPassed != false;

    internal override IEnumerable<string> Lines()
    {
        yield return $"part       {Part}, by {Command}";
        yield return Elements.Count == 0 ? "method     the whole design in one run"
            : $"method     {string.Join(", ", Elements.Select(e => $"{Show.Count(e.Count)} × {e.Module} ({e.Lut} LUT, {e.Ff} FF, {e.Dsp} DSP, {e.Bram36:0.##} BRAM36)"))}, each kind synthesised once, and the rest around it";
        foreach (string line in TextTable.Render(["", "predicted", "measured", "error"], [Row("LUT", Lut), Row("FF", Ff), Row("DSP", Dsp), Row("BRAM36", Bram36), .. FmaxMHz.Measured is null ? Array.Empty<string[]>() : [Row("Fmax, MHz", FmaxMHz)]]))
            yield return line;
        if (SerialPins) yield return "pins       too few on the package: placed with all ports on shift registers, which the figures do not count";
        if (Unpacked) yield return "note       registers are not packed into the multipliers: this Yosys fails when it tries";
        if (FmaxMHz.Measured is { } fmax) yield return $"clock      {ClockMegahertz:0.##} MHz asked for: {(fmax >= ClockMegahertz ? "met" : "MISSED")}";
        if (Inference is { } answer)
        {
            double clock = FmaxMHz.Measured ?? ClockMegahertz;
            yield return $"inference  {Show.Count(answer.Steps)} step{(answer.Steps == 1 ? "" : "s")}, {Show.Count(answer.Cycles)} cycles: {Show.Number(answer.Cycles / clock / 1000)} ms at {clock:0.##} MHz";
            yield return $"energy     about {Show.Number(answer.EnergyMicrojoule)} µJ an inference, an estimate: {answer.EnergyBasis}";
        }
        if (Netlist is not null) yield return $"netlist    {Netlist}";
        if (Bitstream is not null) yield return $"bitstream  {Bitstream}";
        foreach (string cell in UnknownCells) yield return $"unknown    cell {cell} is not counted";
        foreach (Shortage s in Beyond) yield return $"too small  {s.Resource}: {s.Taken:0.##} of {s.There:0.##}, {s.Taken - s.There:0.##} too many";
        yield return Fits ? "fits" : $"does NOT fit{(Nearest is null ? ", nor does it fit another part of the family" : $"; {Nearest} would hold it")}";
    }

    private static string[] Row(string name, Figure f) =>
        [name, Text(f.Predicted), Text(f.Measured), f is { Predicted: { } p, Measured: > 0 and { } m } ? $"{(p - m) / m:+0.0 %;-0.0 %;0 %}" : ""];

    private static string Text(double? value) => value is { } v ? v.ToString("#,0.##", System.Globalization.CultureInfo.InvariantCulture) : "-";
}

/// <summary>A figure as the plan predicts it and as the tools measure it; null where one does not say.</summary>
public sealed record Figure(double? Predicted, double? Measured);

/// <param name="Resource">LUT, FF, DSP, BRAM36, or a kind of site.</param>
/// <param name="Taken">By the design.</param>
/// <param name="There">On the part.</param>
public sealed record Shortage(string Resource, double Taken, double There);

/// <param name="Module">Its name in the Verilog.</param>
/// <param name="Parameters">All but memory images.</param>
/// <param name="Count">Instances.</param>
public sealed record SynthElement(string Module, string Parameters, long Count, long Lut, long Ff, long Dsp, double Bram36)
{
    internal static SynthElement Of(Sim.Synthesis.ElementResult e) => new(e.Module, e.Parameters, e.Count, e.Each.Lut, e.Each.Ff, e.Each.Dsp, e.Each.Bram36);
}
