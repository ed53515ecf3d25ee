namespace HwGen.Cli.Results;

/// <summary>Whether the comparison finds what is broken on purpose.</summary>
/// <param name="Design">The design's name.</param>
/// <param name="Faults">Mutations made.</param>
/// <param name="Found">Mutations that a word gave away.</param>
/// <param name="FoundByWords">Those of them that a word at a tap or on the output stream gave away; the others showed only when the memories were read back.</param>
/// <param name="Seed">Draws them again.</param>
/// <param name="Injected">Each of them, in order.</param>
public sealed record FaultResult(string Design, int Faults, int Found, int FoundByWords, int Seed, IReadOnlyList<InjectedFault> Injected) : VerbResult
{
    public override bool Passed => Found == Faults;

    internal override IEnumerable<string> Lines() =>
    [
        .. Injected.Select(f => $"{(f.Tap is null ? "MISSED" : "found ")}  {f.Kind} in {f.File} (seed {f.Seed}): {f.Before} -> {f.After}{(f.Tap is null ? "" : $"\n          by {f.Tap}")}"),
        $"{Found} of {Faults} faults found (seed {Seed}), {FoundByWords} by a word at a tap or on the stream, {Found - FoundByWords} only by reading a memory back",
    ];
}

/// <param name="Kind">What was changed, such as a flipped sign.</param>
/// <param name="File">In which file.</param>
/// <param name="Seed">Draws it again.</param>
/// <param name="Before">The line as printed.</param>
/// <param name="After">The line as changed.</param>
/// <param name="Tap">The word that gave it away; null is not found.</param>
public sealed record InjectedFault(string Kind, string File, int Seed, string Before, string After, string? Tap = null);
