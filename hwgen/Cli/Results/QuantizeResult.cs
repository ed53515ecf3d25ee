namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="Accuracy">Dense, circulant and fixed point.</param>
/// <param name="TestSequences">Over how many test sequences.</param>
/// <param name="Parameters">Stored numbers of the block-circulant network.</param>
/// <param name="Bits">Bits of a word.</param>
public sealed record QuantizeResult(string Design, Accuracy Accuracy, int TestSequences, int Parameters, int Bits) : VerbResult
{
    internal override IEnumerable<string> Lines() =>
    [
        $"accuracy, block-circulant  {Show.Percent(Accuracy.Circulant)} of {Show.Count(TestSequences)} test sequences",
        $"accuracy, fixed point      {Show.Percent(Accuracy.FixedPoint)} ({Bits} bits)",
    ];
}
