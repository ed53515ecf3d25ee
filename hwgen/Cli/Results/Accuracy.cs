namespace HwGen.Cli.Results;

/// <summary>Shares of sequences classified correctly, 0..1, all over the same test sequences; null is not known yet.</summary>
/// <param name="Dense">The dense baseline, floating point.</param>
/// <param name="Circulant">Block-circulant, floating point.</param>
/// <param name="FixedPoint">Block-circulant, as the hardware computes.</param>
public sealed record Accuracy(double? Dense = null, double? Circulant = null, double? FixedPoint = null);
