namespace HwGen.Frontend.Data;

/// <summary>Labelled sequences of equal length.</summary>
/// <param name="Count">Sequences.</param>
/// <param name="Steps">Steps of each sequence.</param>
/// <param name="InputSize">Features of each step.</param>
/// <param name="Classes">Labels are 0..Classes−1.</param>
/// <param name="Inputs">Shape (count, steps, input), row-major, normalised.</param>
/// <param name="Labels">Shape (count).</param>
public sealed record SequenceDataset(int Count, int Steps, int InputSize, int Classes, float[] Inputs, byte[] Labels)
{
    /// <summary>One sequence, shape (steps, input).</summary>
    public ReadOnlySpan<float> Sequence(int index) =>
        Inputs.AsSpan(index * Steps * InputSize, Steps * InputSize);
}
