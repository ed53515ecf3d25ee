using System.Numerics;

namespace HwGen.Core.Plan;

/// <summary>Counting and packing of bits.</summary>
public static class Bits
{
    /// <summary>Bits of an index into <paramref name="count"/> things, at least 1.</summary>
    public static int Of(int count) => Math.Max(1, BitOperations.Log2((uint)Math.Max(1, count - 1)) + (count > 1 ? 1 : 0));

    /// <summary>Words of <paramref name="width"/> bits side by side, word 0 least significant.</summary>
    public static BigInteger Pack(IEnumerable<long> words, int width)
    {
        BigInteger row = 0;
        int at = 0;
        foreach (long word in words)
        {
            row |= (new BigInteger(word) & ((BigInteger.One << width) - 1)) << at;
            at += width;
        }
        return row;
    }
}
