using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="GemmKernel"/>: C (rows × columns) = A (rows × depth) · B (depth × columns), batched.</summary>
public struct GemmKernelArgs
{
    public ArrayView<float> A, B, C;
    public int Rows, Columns, Depth, Accumulate, ColumnsPerItem;
    public int AOffset, ARowStride, ADepthStride, ABatch;
    public int BOffset, BRowStride, BBatch;
    public int COffset, CRowStride, CBatch;
}

/// <summary>Matrix product: a strip item is four rows and a range of columns, a lane item four rows of one column.</summary>
public static class GemmKernel
{
    public const int RowsPerItem = 4;

    public static void Strip(Index1D item, GemmKernelArgs g)
    {
        int ranges = (g.Columns + g.ColumnsPerItem - 1) / g.ColumnsPerItem;
        int groups = (g.Rows + RowsPerItem - 1) / RowsPerItem;
        int range = item % ranges, group = item / ranges % groups, batch = item / ranges / groups;
        int first = range * g.ColumnsPerItem, last = IntrinsicMath.Min(first + g.ColumnsPerItem, g.Columns);
        int row = group * RowsPerItem, end = IntrinsicMath.Min(row + RowsPerItem, g.Rows);
        int a = g.AOffset + batch * g.ABatch, b = g.BOffset + batch * g.BBatch, c = g.COffset + batch * g.CBatch;
        if (g.Accumulate == 0)
            for (int r = row; r < end; r++)
                for (int j = first; j < last; j++)
                    g.C[c + r * g.CRowStride + j] = 0f;
        if (end - row == RowsPerItem) FourRows(g, a + row * g.ARowStride, b, c + row * g.CRowStride, first, last);
        else
            for (int r = row; r < end; r++)
                OneRow(g, a + r * g.ARowStride, b, c + r * g.CRowStride, first, last);
    }

    public static void Lane(Index1D item, GemmKernelArgs g)
    {
        int groups = (g.Rows + RowsPerItem - 1) / RowsPerItem;
        int column = item % g.Columns, group = item / g.Columns % groups, batch = item / g.Columns / groups;
        int row = group * RowsPerItem, end = IntrinsicMath.Min(row + RowsPerItem, g.Rows);
        int a = g.AOffset + batch * g.ABatch, b = g.BOffset + batch * g.BBatch + column, c = g.COffset + batch * g.CBatch + column;
        for (int r = row; r < end; r++)
        {
            float sum = g.Accumulate != 0 ? g.C[c + r * g.CRowStride] : 0f;
            for (int k = 0; k < g.Depth; k++)
                sum += g.A[a + r * g.ARowStride + k * g.ADepthStride] * g.B[b + k * g.BRowStride];
            g.C[c + r * g.CRowStride] = sum;
        }
    }

    private static void FourRows(GemmKernelArgs g, int a, int b, int c, int first, int last)
    {
        int rs = g.ARowStride, ks = g.ADepthStride, n = g.BRowStride, k = 0;
        for (; k + 2 <= g.Depth; k += 2)
        {
            int p = a + k * ks, q = b + k * n;
            float a00 = g.A[p], a10 = g.A[p + rs], a20 = g.A[p + 2 * rs], a30 = g.A[p + 3 * rs];
            float a01 = g.A[p + ks], a11 = g.A[p + ks + rs], a21 = g.A[p + ks + 2 * rs], a31 = g.A[p + ks + 3 * rs];
            for (int j = first; j < last; j++)
            {
                float b0 = g.B[q + j], b1 = g.B[q + n + j];
                g.C[c + j] += a00 * b0 + a01 * b1;
                g.C[c + g.CRowStride + j] += a10 * b0 + a11 * b1;
                g.C[c + 2 * g.CRowStride + j] += a20 * b0 + a21 * b1;
                g.C[c + 3 * g.CRowStride + j] += a30 * b0 + a31 * b1;
            }
        }
        if (k == g.Depth) return;
        for (int r = 0; r < RowsPerItem; r++)
        {
            float last1 = g.A[a + k * ks + r * rs];
            for (int j = first; j < last; j++) g.C[c + r * g.CRowStride + j] += last1 * g.B[b + k * n + j];
        }
    }

    private static void OneRow(GemmKernelArgs g, int a, int b, int c, int first, int last)
    {
        for (int k = 0; k < g.Depth; k++)
        {
            float v = g.A[a + k * g.ADepthStride];
            for (int j = first; j < last; j++) g.C[c + j] += v * g.B[b + k * g.BRowStride + j];
        }
    }
}
