namespace HwGen.Frontend.Kernels;

/// <summary>Where a matrix (or a batch of equal ones) lies in a tensor.</summary>
/// <param name="Tensor">Holds it.</param>
/// <param name="Offset">Of its first element.</param>
/// <param name="RowStride">Floats from a row to the next; unused for packed weights.</param>
/// <param name="BatchStride">Floats from a matrix of the batch to the next.</param>
public readonly record struct MatrixArgs(Tensor Tensor, int Offset, int RowStride, int BatchStride = 0)
{
    /// <summary>The rows from <paramref name="row"/> on.</summary>
    public MatrixArgs Row(int row) => this with { Offset = Offset + row * RowStride };
}
