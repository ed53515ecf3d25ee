namespace HwGen.Core.Plan;

/// <summary>Up to P row blocks that run side by side over the same columns, one column a cycle.</summary>
/// <param name="Rows">Row block of each processing element in use.</param>
/// <param name="Columns">Columns in the order in which they are broadcast.</param>
/// <param name="FirstMemoryRow">Row of the weight memories that holds the first column.</param>
public sealed record RowGroup(IReadOnlyList<RowBlock> Rows, IReadOnlyList<ColumnBlock> Columns, int FirstMemoryRow);
