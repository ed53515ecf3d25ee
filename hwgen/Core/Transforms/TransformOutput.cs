namespace HwGen.Core.Transforms;

/// <summary>One output lane: a node, negated or not, and what is known of it.</summary>
/// <param name="Node">The node that holds it.</param>
/// <param name="Negate">Whether the lane is −node: the data flow carries signs along instead of spending negations.</param>
/// <param name="ErrorBound">Largest distance from the exact transform of the same input words, in the value's own unit.</param>
/// <param name="NoiseVariance">Predicted variance of that distance: each rounding is worth ulp²/12.</param>
public sealed record TransformOutput(int Node, bool Negate, double ErrorBound, double NoiseVariance);
