namespace HwGen.Explore;

/// <summary>What shorter words of one layer's weights do.</summary>
/// <param name="Layer">Index of the layer.</param>
/// <param name="Weights">Words of its matrices.</param>
/// <param name="Words">Longest first, with the accuracy left.</param>
public sealed record LayerSensitivity(int Layer, long Weights, IReadOnlyList<WordAccuracy> Words);
