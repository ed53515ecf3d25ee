namespace HwGen.Frontend.Data;

/// <summary>What the values of normalised inputs can be.</summary>
/// <param name="Least">Of each feature of a step.</param>
/// <param name="Largest">Of each feature of a step.</param>
public sealed record InputBox(float[] Least, float[] Largest)
{
    /// <summary>The range of a feature: what 0..1 was before it was normalised.</summary>
    public double Range(int feature) => (double)Largest[feature] - Least[feature];
}
