namespace HwGen.Explore;

/// <summary>Shifts and segments that a search tried in the words that it had found.</summary>
/// <param name="FftShifts">Of each block size; empty where they were left to noise and registers.</param>
/// <param name="IfftShifts">Likewise.</param>
/// <param name="ActivationSegments">Of sigmoid and of tanh; empty is the usual number.</param>
/// <param name="Accuracy">In fixed point, 0..1; null where there are no such formats, or decibels count.</param>
/// <param name="Lut">Look-up tables of the engine, estimated; null without formats.</param>
/// <param name="Ff">Flip-flops, likewise.</param>
public sealed record SearchTrial(
    IReadOnlyList<int> FftShifts, IReadOnlyList<int> IfftShifts, IReadOnlyList<int> ActivationSegments, double? Accuracy, long? Lut, long? Ff)
{
    /// <summary>Signal to noise of the outputs, where that is what counts.</summary>
    public double? Decibels { get; init; }

    internal double? Figure => Accuracy ?? Decibels;

    /// <summary>What choices are weighed by.</summary>
    internal long? Logic => Lut + Ff;
}
