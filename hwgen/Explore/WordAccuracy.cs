namespace HwGen.Explore;

/// <param name="Bits">Of a word.</param>
/// <param name="Accuracy">In fixed point with it, 0..1; null where there are no formats of so few bits, or no labels.</param>
public sealed record WordAccuracy(int Bits, double? Accuracy);
