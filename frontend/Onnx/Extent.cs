namespace HwGen.Frontend.Onnx;

/// <summary>A dimension of the data or of a layer's output. Layout operators split, join, permute and drop extents; that is how the
/// importer knows what an axis holds.</summary>
/// <param name="name">For messages.</param>
/// <param name="size">Null where only the data tell, such as the batch.</param>
internal sealed class Extent(string name, long? size)
{
    public long? Size => size;

    /// <summary>Holds one value, so that it can stand anywhere.</summary>
    public bool IsOne => size == 1;

    public override string ToString() => size is { } known ? $"{name} of {known}" : name;
}
