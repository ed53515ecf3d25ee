using System.Numerics;

namespace HwGen.Core.Plan;

/// <summary>A memory that is written through AXI4-Lite.</summary>
/// <param name="Image">Its content; rows that nothing reads are written as zero.</param>
/// <param name="Number">What register SELECT calls it.</param>
/// <param name="FirstWord">Place of its first word in <see cref="WeightLoad.Words"/>.</param>
public sealed record LoadedMemory(MemoryImage Image, int Number, int FirstWord)
{
    public int Rows => Image.Depth;

    public int WordsPerRow => (Image.Width + WeightLoad.WordBits - 1) / WeightLoad.WordBits;

    public int Words => Rows * WordsPerRow;

    /// <summary>Place in <see cref="WeightLoad.Words"/> of the word that holds a bit of a row.</summary>
    public int WordOf(int row, int bit) => FirstWord + row * WordsPerRow + bit / WeightLoad.WordBits;

    /// <summary>All words, row by row.</summary>
    public IEnumerable<uint> Content() => Enumerable.Range(0, Rows).SelectMany(r =>
    {
        BigInteger row = Image.Rows.TryGetValue(r, out BigInteger held) ? held : BigInteger.Zero;
        return Enumerable.Range(0, WordsPerRow).Select(w => (uint)((row >> (WeightLoad.WordBits * w)) & uint.MaxValue));
    });
}
