namespace HwGen.Core.Plan;

/// <summary>Where a network's quantized matrices of block size 1 are not zero: all that a sparse engine stores and multiplies.</summary>
public sealed class SparsePattern
{
    private readonly int[][][][] _columns;      // layer, matrix, row

    /// <param name="layers">Quantized: what rounds to zero is none of them.</param>
    /// <exception cref="ArgumentException">A matrix has blocks.</exception>
    public SparsePattern(IReadOnlyList<QuantizedLayer> layers)
    {
        if (layers.SelectMany(l => l.Matrices).FirstOrDefault(m => m.BlockSize != 1) is { } matrix)
            throw new ArgumentException($"A sparse matrix has no blocks, this one has blocks of {matrix.BlockSize}.", nameof(layers));
        _columns = [.. layers.Select(l => l.Matrices.Select(Rows).ToArray())];
    }

    /// <summary>Weights that are not zero.</summary>
    public long Count => _columns.Sum(l => l.Sum(m => m.Sum(r => (long)r.Length)));

    /// <summary>Columns of a row's weights that are not zero, ascending; none for a row of padding.</summary>
    public IReadOnlyList<int> Row(int layer, int matrix, int row) => row < _columns[layer][matrix].Length ? _columns[layer][matrix][row] : [];

    /// <summary>Cycles in which row blocks side by side take one term of their sums: those of the row that has most weights.</summary>
    /// <param name="program">Of the sums.</param>
    /// <param name="rows">Row block of each element.</param>
    /// <param name="term">Of each of their sums.</param>
    /// <param name="columns">Q: weights of a row in a cycle.</param>
    public int Slots(StepProgram program, IEnumerable<RowBlock> rows, int term, int columns) =>
        (rows.Max(r => Enumerable.Range(0, program.BlockSize).Max(lane => Row(program, r, term, lane).Count)) + columns - 1) / columns;

    /// <summary>Columns of one row of a row block.</summary>
    public IReadOnlyList<int> Row(StepProgram program, RowBlock block, int term, int lane)
    {
        SumPlan sum = program.Sums[block.Sum];
        return Row(sum.Layer, sum.Terms[term].Matrix, block.Block * program.BlockSize + lane);
    }

    private static int[][] Rows(QuantizedMatrix matrix) =>
        [.. Enumerable.Range(0, matrix.RowBlocks).Select(i => Enumerable.Range(0, matrix.ColumnBlocks).Where(j => matrix.Block(i, j)[0] != 0).ToArray())];
}
