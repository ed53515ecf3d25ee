namespace HwGen.Frontend.Data;

/// <summary>An IDX file of unsigned bytes, read and checked.</summary>
/// <param name="Path">The file as it was named.</param>
/// <param name="Dimensions">From the header, slowest first.</param>
/// <param name="Values">One byte an element, as many as the dimensions say.</param>
public sealed record IdxFile(string Path, IReadOnlyList<int> Dimensions, byte[] Values)
{
    /// <summary>Bytes before the first value: the magic number and one word a dimension.</summary>
    public int HeaderBytes => 4 + 4 * Dimensions.Count;
}
