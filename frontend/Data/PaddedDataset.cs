namespace HwGen.Frontend.Data;

/// <summary>Labelled sequences of any length, all in memory, padded to the length of the longest.</summary>
/// <param name="steps">Steps of each sequence, padding included.</param>
/// <param name="inputSize">Features of each step.</param>
/// <param name="classes">Labels are 0..classes−1.</param>
/// <param name="kind">Whether there is a label for each step.</param>
/// <param name="inputs">Shape (count, steps, input), row-major, normalised; kept, not copied.</param>
/// <param name="labels">Shape (count), or (count, steps) with <see cref="LabelKind.Frame"/>; kept, not copied.</param>
/// <param name="lengths">Steps that count, shape (count), each 0..steps; kept, not copied.</param>
public sealed class PaddedDataset(int steps, int inputSize, int classes, LabelKind kind, float[] inputs, byte[] labels, int[] lengths) : LabelledData
{
    public override int Count => lengths.Length;

    public override int InputSize => inputSize;

    public override int Classes => classes;

    public override LabelKind Kind => kind;

    public override int Length(int index) => lengths[index];

    public override void Read(int index, Span<float> target) =>
        inputs.AsSpan(index * steps * inputSize, lengths[index] * inputSize).CopyTo(target);

    public override ReadOnlySpan<byte> Labels(int index) =>
        kind == LabelKind.Frame ? labels.AsSpan(index * steps, lengths[index]) : labels.AsSpan(index, 1);

    /// <summary>Each run of one label once.</summary>
    public override ReadOnlySpan<byte> Symbols(int index)
    {
        if (kind != LabelKind.Frame) return [];
        var symbols = new List<byte>();
        foreach (byte label in Labels(index))
            if (symbols.Count == 0 || symbols[^1] != label) symbols.Add(label);
        return symbols.ToArray();
    }
}
