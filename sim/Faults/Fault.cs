namespace HwGen.Sim.Faults;

/// <summary>One mutation of the printed files: new text for some of them.</summary>
/// <param name="Kind">What kind of mistake.</param>
/// <param name="File">The mutated file, relative to the design's folder.</param>
/// <param name="Line">The mutated line, from 1.</param>
/// <param name="Before">The line as printed.</param>
/// <param name="After">The line as mutated.</param>
/// <param name="Changes">File to new text; files that do not exist are added.</param>
public sealed record Fault(
    FaultKind Kind, string File, int Line, string Before, string After, IReadOnlyDictionary<string, string> Changes);
