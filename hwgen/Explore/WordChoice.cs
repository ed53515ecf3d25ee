namespace HwGen.Explore;

/// <summary>What <see cref="WordSearch"/> found, and what it saw on the way.</summary>
/// <param name="Bits">The data's word.</param>
/// <param name="WeightBits">Word of each layer's weights.</param>
/// <param name="Accuracy">With these, 0..1.</param>
/// <param name="Uniform">One word for everything, from the shortest up to the first that is accurate enough.</param>
/// <param name="Layers">Each layer's weights in shorter words, everything else in <paramref name="Bits"/>.</param>
public sealed record WordChoice(
    int Bits, IReadOnlyList<int> WeightBits, double Accuracy, IReadOnlyList<WordAccuracy> Uniform, IReadOnlyList<LayerSensitivity> Layers);
