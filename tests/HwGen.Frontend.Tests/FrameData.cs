using HwGen.Frontend.Data;

namespace HwGen.Frontend.Tests;

/// <summary>Sequences of any length with a label a step: the classes in turn.</summary>
internal sealed class FrameData(int inputSize, int classes, float[][] inputs) : LabelledData
{
    public override int Count => inputs.Length;

    public override int InputSize => inputSize;

    public override int Classes => classes;

    public override LabelKind Kind => LabelKind.Frame;

    public override int Length(int index) => inputs[index].Length / inputSize;

    public override void Read(int index, Span<float> target) => inputs[index].CopyTo(target);

    public override ReadOnlySpan<byte> Labels(int index) => Enumerable.Range(0, Length(index)).Select(t => (byte)((index + t / 2) % classes)).ToArray();

    /// <summary>Random inputs.</summary>
    public static FrameData Random(int seed, int inputSize, int classes, params int[] lengths) =>
        new(inputSize, classes, [.. lengths.Select((length, i) => Sample.Values(seed + i, length * inputSize))]);
}
