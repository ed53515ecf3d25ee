namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="Accuracy">Dense and circulant.</param>
/// <param name="TestSequences">Over how many test sequences.</param>
/// <param name="Parameters">Stored numbers of the block-circulant network.</param>
/// <param name="DenseParameters">Stored numbers of the dense baseline.</param>
/// <param name="BlockSize">k of all layers.</param>
public sealed record TrainResult(
    string Design, Accuracy Accuracy, int TestSequences, int Parameters, int DenseParameters, int BlockSize) : VerbResult
{
    internal override IEnumerable<string> Lines() =>
    [
        $"accuracy, dense            {Show.Percent(Accuracy.Dense)} of {Show.Count(TestSequences)} test sequences",
        $"accuracy, block-circulant  {Show.Percent(Accuracy.Circulant)} (k={BlockSize})",
        $"parameters                 {Show.Count(Parameters)} of {Show.Count(DenseParameters)} dense",
    ];
}
