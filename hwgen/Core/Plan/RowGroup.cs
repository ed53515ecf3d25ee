namespace HwGen.Core.Plan;

/// <summary>Up to R row blocks that run side by side over the same columns, Q columns a cycle.</summary>
/// <param name="Rows">Row block of each processing element in use.</param>
/// <param name="Columns">In the order in which they are broadcast.</param>
public sealed record RowGroup(IReadOnlyList<RowBlock> Rows, IReadOnlyList<ColumnStep> Columns)
{
    /// <summary>What it reads of the spectra, each block once.</summary>
    public required IReadOnlyList<BlockRead> Reads { get; init; }
}

/// <summary>A block of a spectrum that a group reads.</summary>
/// <param name="Spectrum">Index of the spectrum.</param>
/// <param name="Block">Of it.</param>
/// <param name="Recurrent">Whether it is the previous step's.</param>
/// <param name="First">The first of the group's columns that reads it.</param>
/// <param name="Last">The last.</param>
public readonly record struct BlockRead(int Spectrum, int Block, bool Recurrent, int First, int Last);

/// <summary>What is broadcast in one cycle: from each of Q adjacent blocks of a spectrum the part that belongs to one column block. In a sparse
/// engine nothing is: each element gathers what its row of weights names.</summary>
/// <param name="Spectrum">Index of the spectrum.</param>
/// <param name="Row">Row of the spectrum's memory, from its base: Q blocks; 0 in a sparse engine.</param>
/// <param name="Part">Which k of a block's K words; 0 for k = K.</param>
/// <param name="Recurrent">Whether it is the previous step's.</param>
/// <param name="WeightRow">Row of the weight memories.</param>
public readonly record struct ColumnStep(int Spectrum, int Row, int Part, bool Recurrent, int WeightRow);

/// <summary>Content of a row of the weight memories.</summary>
/// <param name="Rows">Row block of each processing element in use.</param>
/// <param name="Term">Which term of the row blocks' sums.</param>
/// <param name="Columns">Column block of the matrix for each of the Q columns; −1 where there is none. Empty in a sparse engine.</param>
public sealed record WeightRow(IReadOnlyList<RowBlock> Rows, int Term, IReadOnlyList<int> Columns)
{
    /// <summary>In a sparse engine the column of each weight of each element in use, shape (Q·K), K rows for each of the Q; −1 where a row has no
    /// more weights.</summary>
    public IReadOnlyList<int[]> Gathered { get; init; } = [];

    /// <summary>A column that a weight of zero is paired with where a row has no more: one that others read in this cycle.</summary>
    public int Idle { get; init; }
}
