namespace HwGen.Explore;

/// <param name="Bits">Of a word.</param>
/// <param name="Accuracy">In fixed point with it, 0..1; null where there are no formats of so few bits, no labels, or decibels count.</param>
public sealed record WordAccuracy(int Bits, double? Accuracy)
{
    /// <summary>Signal to noise of the outputs, where that is what counts.</summary>
    public double? Decibels { get; init; }

    internal double? Figure => Accuracy ?? Decibels;
}
