namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="File">The model that was written.</param>
/// <param name="LayerCount">Layers of the network.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="EveryStep">Whether the model gives an output for each step.</param>
public sealed record ExportResult(string Design, string File, int LayerCount, int Bytes, bool EveryStep) : VerbResult
{
    internal override IEnumerable<string> Lines() =>
        [$"wrote {File}: {LayerCount} layers as dense matrices, {Show.Count(Bytes)} bytes, an output {(EveryStep ? "for each step" : "for each sequence")}"];
}
