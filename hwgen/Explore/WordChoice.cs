namespace HwGen.Explore;

/// <summary>What <see cref="WordSearch"/> found, and what it saw on the way.</summary>
/// <param name="Bits">The data's word.</param>
/// <param name="WeightBits">Word of each layer's weights.</param>
/// <param name="Accuracy">With all that was chosen, 0..1; null where decibels count.</param>
/// <param name="Uniform">One word for everything, from the shortest up to the first that is good enough.</param>
/// <param name="Layers">Each layer's weights in shorter words, everything else in <paramref name="Bits"/>.</param>
public sealed record WordChoice(
    int Bits, IReadOnlyList<int> WeightBits, double? Accuracy, IReadOnlyList<WordAccuracy> Uniform, IReadOnlyList<LayerSensitivity> Layers)
{
    /// <summary>Signal to noise of the outputs, where that is what counts.</summary>
    public double? Decibels { get; init; }

    /// <summary>Of each block size; empty where what noise and registers ask is the cheapest.</summary>
    public IReadOnlyList<int> FftShifts { get; init; } = [];

    /// <summary>Likewise.</summary>
    public IReadOnlyList<int> IfftShifts { get; init; } = [];

    /// <summary>Of sigmoid and of tanh; empty where the usual number is the cheapest.</summary>
    public IReadOnlyList<int> ActivationSegments { get; init; } = [];

    /// <summary>Splits of the shifts in these words, the one that was left to noise and registers first; empty without transforms.</summary>
    public IReadOnlyList<SearchTrial> Splits { get; init; } = [];

    /// <summary>Numbers of segments in these words and with the split chosen, the usual one first; empty without tables.</summary>
    public IReadOnlyList<SearchTrial> Segments { get; init; } = [];
}
