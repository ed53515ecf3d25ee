namespace HwGen.Frontend.Data;

/// <summary>Labelled sequences of equal length, all in memory, one label each.</summary>
/// <param name="count">Sequences.</param>
/// <param name="steps">Steps of each sequence.</param>
/// <param name="inputSize">Features of each step.</param>
/// <param name="classes">Labels are 0..classes−1.</param>
/// <param name="inputs">Shape (count, steps, input), row-major, normalised; kept, not copied.</param>
/// <param name="labels">Shape (count); kept, not copied.</param>
public sealed class SequenceDataset(int count, int steps, int inputSize, int classes, float[] inputs, byte[] labels) : LabelledData
{
    public override int Count => count;

    public override int InputSize => inputSize;

    public override int Classes => classes;

    public override LabelKind Kind => LabelKind.Sequence;

    /// <summary>Steps of each sequence.</summary>
    public int Steps => steps;

    /// <summary>Shape (count, steps, input), row-major.</summary>
    public float[] Inputs => inputs;

    /// <summary>Shape (count).</summary>
    public byte[] AllLabels => labels;

    /// <summary>One sequence, shape (steps, input).</summary>
    public ReadOnlySpan<float> Sequence(int index) => inputs.AsSpan(index * steps * inputSize, steps * inputSize);

    /// <summary>Ends of the inputs.</summary>
    public InputBox? Ends { get; init; }

    public override InputBox? Box => Ends;

    public override int Length(int index) => steps;

    public override void Read(int index, Span<float> target) => Sequence(index).CopyTo(target);

    public override ReadOnlySpan<byte> Labels(int index) => labels.AsSpan(index, 1);
}
