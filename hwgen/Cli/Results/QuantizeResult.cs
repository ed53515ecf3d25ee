namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="Accuracy">Dense, circulant and fixed point.</param>
/// <param name="TestSequences">Over how many test sequences.</param>
/// <param name="Parameters">Stored numbers of the block-circulant network.</param>
/// <param name="Bits">Bits of a word.</param>
public sealed record QuantizeResult(string Design, Accuracy Accuracy, int TestSequences, int Parameters, int Bits) : VerbResult
{
    /// <summary>Phone error rates on the same sequences; null without phones.</summary>
    public Accuracy? Per { get; init; }

    /// <summary>Signal to noise of every matrix product and vector against the float network, in decibels; null is no noise at all.</summary>
    public IReadOnlyList<PlaceNoise> SignalToNoise { get; init; } = [];

    internal override IEnumerable<string> Lines() =>
    [
        $"accuracy, block-circulant  {Show.Percent(Accuracy.Circulant)} of {Show.Count(TestSequences)} test sequences",
        $"accuracy, fixed point      {Show.Percent(Accuracy.FixedPoint)} ({Bits} bits)",
        .. Per is null ? Array.Empty<string>() : [$"phone error rate           {Show.Percent(Per.Circulant)} block-circulant, {Show.Percent(Per.FixedPoint)} in fixed point"],
        .. TextTable.Render(["signal to noise, dB", "each on float inputs", "whole network"], SignalToNoise.Select(p => new[] { p.Place, Text(p.Forced), Text(p.Free) })),
    ];

    private static string Text(double? decibels) => decibels is { } d ? d.ToString("F1", System.Globalization.CultureInfo.InvariantCulture) : "no noise";
}

/// <param name="Place">A matrix product, or a vector.</param>
/// <param name="Forced">Where every matrix reads the float network's values: its own error alone.</param>
/// <param name="Free">Where the integer network runs on its own.</param>
public sealed record PlaceNoise(string Place, double? Forced, double? Free);
