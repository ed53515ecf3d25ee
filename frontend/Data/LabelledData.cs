namespace HwGen.Frontend.Data;

/// <summary>Labelled sequences, each read when it is asked for, so that memory needn't hold them all. Safe for any number of readers at once.</summary>
public abstract class LabelledData
{
    /// <summary>Sequences.</summary>
    public abstract int Count { get; }

    /// <summary>Features of each step.</summary>
    public abstract int InputSize { get; }

    /// <summary>Labels are 0..Classes−1.</summary>
    public abstract int Classes { get; }

    /// <summary>What <see cref="Labels"/> says.</summary>
    public abstract LabelKind Kind { get; }

    /// <summary>Steps of one sequence; 0 is possible.</summary>
    public abstract int Length(int index);

    /// <summary>Normalised inputs of one sequence.</summary>
    /// <param name="index">0..Count−1.</param>
    /// <param name="inputs">Takes shape (steps, input), row-major.</param>
    public abstract void Read(int index, Span<float> inputs);

    /// <summary>One label a sequence or one a step, by <see cref="Kind"/>.</summary>
    public abstract ReadOnlySpan<byte> Labels(int index);

    /// <summary>The labels in their order, without their times: what a transcription is scored against. Empty where there are none.</summary>
    public virtual ReadOnlySpan<byte> Symbols(int index) => [];

    /// <summary>The class that scoring counts a label as, where training has finer classes than scoring.</summary>
    public virtual byte Fold(byte label) => label;

    /// <summary>What inputs can be; null where they have no ends.</summary>
    public virtual InputBox? Box => null;

    /// <summary>Steps of the longest sequence.</summary>
    public int LongestLength => Count == 0 ? 0 : Enumerable.Range(0, Count).Max(Length);
}
