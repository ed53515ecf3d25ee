namespace HwGen.Core.Network;

/// <summary>Shape of a weight matrix.</summary>
/// <param name="Rows">Outputs.</param>
/// <param name="Columns">Inputs, of a convolution at one position of its kernel: each position is padded on its own.</param>
/// <param name="BlockSize">k.</param>
/// <param name="Taps">Positions of the kernel; 1 for others.</param>
public sealed record MatrixShape(int Rows, int Columns, int BlockSize, int Taps = 1)
{
    /// <summary>Entries of the expanded matrix.</summary>
    public long Entries => (long)Rows * Columns * Taps;

    /// <summary>The same with padding to whole blocks.</summary>
    public long PaddedEntries => (Rows + BlockSize - 1L) / BlockSize * BlockSize * ((Columns + BlockSize - 1L) / BlockSize * BlockSize) * Taps;
}
