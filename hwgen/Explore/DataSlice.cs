using HwGen.Frontend.Data;

namespace HwGen.Explore;

/// <summary>Some sequences of a data set, one behind the other.</summary>
public sealed class DataSlice : LabelledData
{
    private readonly LabelledData _whole;
    private readonly int _first;

    /// <exception cref="ArgumentOutOfRangeException">The data set has no such sequences.</exception>
    public DataSlice(LabelledData whole, int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, whole.Count);
        (_whole, _first, Count) = (whole, first, count);
    }

    public override int Count { get; }

    public override int InputSize => _whole.InputSize;

    public override int Classes => _whole.Classes;

    public override LabelKind Kind => _whole.Kind;

    public override InputBox? Box => _whole.Box;

    public override int Length(int index) => _whole.Length(_first + index);

    public override void Read(int index, Span<float> inputs) => _whole.Read(_first + index, inputs);

    public override ReadOnlySpan<byte> Labels(int index) => _whole.Labels(_first + index);

    public override ReadOnlySpan<byte> Symbols(int index) => _whole.Symbols(_first + index);

    public override byte Fold(byte label) => _whole.Fold(label);
}
