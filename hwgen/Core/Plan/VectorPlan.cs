namespace HwGen.Core.Plan;

/// <summary>Where the blocks of a vector are read from.</summary>
public enum VectorSource
{
    /// <summary>The step's input buffer.</summary>
    Input = 0,

    /// <summary>What the cell unit wrote.</summary>
    Cell = 1,

    /// <summary>What the linear unit wrote.</summary>
    Linear = 2,
}

/// <summary>A vector that matrices read or that leaves the network, in blocks of K words. A feature map is a vector with a group for
/// each position, every group padded to whole blocks; the input is packed without padding between positions.</summary>
/// <param name="Name">"x" for the input, "h0", "y1", … after the layer that makes it.</param>
/// <param name="Layer">Layer that makes it; −1 for the input.</param>
/// <param name="Source">Memory that holds it.</param>
/// <param name="Groups">Positions of a map; 1 for others.</param>
/// <param name="GroupSize">Words of a group before padding.</param>
/// <param name="BlockSize">K, words of a block.</param>
/// <param name="Base">First row in its memory.</param>
public sealed record VectorPlan(string Name, int Layer, VectorSource Source, int Groups, int GroupSize, int BlockSize, int Base)
{
    /// <summary>Blocks of one group.</summary>
    public int GroupBlocks => (GroupSize + BlockSize - 1) / BlockSize;

    public int Blocks => Groups * GroupBlocks;

    /// <summary>Words without padding.</summary>
    public int Size => Groups * GroupSize;

    /// <summary>Words of a block that are not padding: the first so many.</summary>
    public int Used(int block) => Math.Min(BlockSize, GroupSize - block % GroupBlocks * BlockSize);

    /// <summary>Block and lane of channel <paramref name="channel"/> at <paramref name="position"/> of a map with so many channels.</summary>
    public (int Block, int Lane) Locate(int position, int channels, int channel)
    {
        if (Groups > 1) return (position * GroupBlocks + channel / BlockSize, channel % BlockSize);
        int element = position * channels + channel;
        return (element / BlockSize, element % BlockSize);
    }
}
