namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="File">The design file that was written.</param>
/// <param name="Weights">The weights' file that was written.</param>
/// <param name="Layers">Each as the design file has it.</param>
/// <param name="DenseParameters">Numbers of the model.</param>
/// <param name="EveryStep">Whether the model gives an output for each step.</param>
/// <param name="Projections">Of each matrix that becomes block-circulant.</param>
/// <param name="Notes">What was left out.</param>
public sealed record ImportResult(string Design, string File, string Weights, IReadOnlyList<string> Layers, int DenseParameters, bool EveryStep,
    IReadOnlyList<ProjectionError> Projections, IReadOnlyList<string> Notes) : VerbResult
{
    /// <summary>Null where nothing was trained.</summary>
    public TrainResult? Train { get; init; }

    internal override IEnumerable<string> Lines() =>
    [
        .. Notes.Select(n => $"note: {n}"),
        .. Layers.Select((l, i) => $"layer {i}     {l}"),
        $"parameters  {Show.Count(DenseParameters)}, an output {(EveryStep ? "for each step" : "for each sequence")}",
        .. Projections.Count == 0 ? [] : TextTable.Render(["layer", "matrix", "k", "‖W − ΠW‖ / ‖W‖"],
            Projections.Select(p => (string[])[$"{p.Layer}", $"{p.Matrix}", $"{p.BlockSize}", Show.Number(p.RelativeError)])),
        .. Train?.Lines() ?? [],
        $"wrote {File} and {Weights}",
    ];
}

/// <param name="Layer">From 0.</param>
/// <param name="Matrix">From 0, in the order of the layer's kind: gates of W, then of R.</param>
/// <param name="BlockSize">k.</param>
/// <param name="RelativeError">‖W − ΠW‖ / ‖W‖ of the model's weights: 0 is block-circulant already.</param>
public sealed record ProjectionError(int Layer, int Matrix, int BlockSize, double RelativeError);
