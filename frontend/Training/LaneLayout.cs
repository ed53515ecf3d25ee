namespace HwGen.Frontend.Training;

/// <summary>Where the features of a vector lie: feature f at (f mod K)·blocks + f / K, zero-padded to whole blocks of K.</summary>
/// <remarks>K is the largest block size of the matrices that read or write the vector. For a matrix of blocks of k &lt; K the
/// lanes of word j of its blocks lie in K / k runs of <see cref="Blocks"/>: run r holds the blocks with index r modulo K / k.
/// So matrices of any block sizes share a vector without a copy.</remarks>
/// <param name="Size">Features.</param>
/// <param name="Block">K.</param>
internal readonly record struct LaneLayout(int Size, int Block)
{
    /// <summary>Blocks of K.</summary>
    public int Blocks => (Size + Block - 1) / Block;

    /// <summary>Features with padding.</summary>
    public int Width => Blocks * Block;

    /// <summary>Of feature <paramref name="f"/>.</summary>
    public int Position(int f) => f % Block * Blocks + f / Block;

    /// <summary>Blocks of <paramref name="k"/> with padding.</summary>
    public int LanesOf(int k) => Width / k;

    /// <summary>Among the lanes of blocks of <paramref name="k"/>, of block <paramref name="b"/>.</summary>
    public int Lane(int b, int k) => b % (Block / k) * Blocks + b / (Block / k);
}
