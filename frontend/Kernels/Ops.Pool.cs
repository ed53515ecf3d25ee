namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    /// <summary>The largest value of each window, column by column, and the tap it was at, the first of equals.</summary>
    /// <param name="x">Rows of positions, of <paramref name="width"/>; the windows lie inside the maps.</param>
    /// <param name="y">Rows of places, of the same width.</param>
    /// <param name="winners">As <paramref name="y"/>, from its start.</param>
    public void MaxPool(WindowGrid grid, MatrixArgs x, MatrixArgs y, Tensor winners, int maps, int width)
    {
        if (!_simd) LaunchPool(PoolKernel.Max, grid, x, y, winners, maps * grid.Places, width);
        else
            ForRows(maps * grid.Places, (first, count) =>
            {
                float** sources = stackalloc float*[grid.Taps];
                for (int row = first; row < first + count; row++)
                {
                    Seen(grid, x, row, sources);
                    SimdPool.Max(sources, grid.Taps, At(y.Row(row)), winners.Host + row * width, width);
                }
            });
    }

    /// <summary>Gradients at the positions, overwritten, from those at the places of <see cref="MaxPool"/>.</summary>
    public void MaxPoolBack(WindowGrid grid, MatrixArgs x, MatrixArgs y, Tensor winners, int maps, int width)
    {
        if (!_simd) LaunchPool(PoolKernel.MaxBack, grid, x, y, winners, maps * grid.Positions, width);
        else
            ForRows(maps * grid.Positions, (first, count) =>
            {
                float** gradients = stackalloc float*[2 * grid.Taps], won = gradients + grid.Taps;
                int* taps = stackalloc int[grid.Taps];
                for (int row = first; row < first + count; row++)
                {
                    int seeing = Seeing(grid, y, row, gradients, taps);
                    for (int i = 0; i < seeing; i++) won[i] = winners.Host + (gradients[i] - At(y));
                    SimdPool.MaxBack(gradients, won, taps, seeing, At(x.Row(row)), width);
                }
            });
    }

    /// <summary>The mean of each window, column by column; arguments as of <see cref="MaxPool"/>.</summary>
    public void AveragePool(WindowGrid grid, MatrixArgs x, MatrixArgs y, int maps, int width)
    {
        if (!_simd) LaunchPool(PoolKernel.Average, grid, x, y, y.Tensor, maps * grid.Places, width);
        else
            ForRows(maps * grid.Places, (first, count) =>
            {
                float** sources = stackalloc float*[grid.Taps];
                for (int row = first; row < first + count; row++)
                {
                    Seen(grid, x, row, sources);
                    SimdPool.Sum(sources, grid.Taps, At(y.Row(row)), width, 1f / grid.Taps);
                }
            });
    }

    /// <summary>Gradients at the positions, overwritten, from those at the places of <see cref="AveragePool"/>.</summary>
    public void AveragePoolBack(WindowGrid grid, MatrixArgs x, MatrixArgs y, int maps, int width)
    {
        if (!_simd) LaunchPool(PoolKernel.AverageBack, grid, x, y, y.Tensor, maps * grid.Positions, width);
        else
            ForRows(maps * grid.Positions, (first, count) =>
            {
                float** sources = stackalloc float*[grid.Taps];
                int* taps = stackalloc int[grid.Taps];
                for (int row = first; row < first + count; row++)
                    SimdPool.Sum(sources, Seeing(grid, y, row, sources, taps), At(x.Row(row)), width, 1f / grid.Taps);
            });
    }

    private void LaunchPool(Action<ILGPU.Index1D, PoolKernelArgs> kernel, WindowGrid grid, MatrixArgs x, MatrixArgs y, Tensor winners, int rows, int width)
    {
        int per = PerItem(width);
        Launch<PoolKernelArgs>(kernel, rows * Divide(width, per), new()
        {
            Inputs = x.Tensor.View,
            Outputs = y.Tensor.View,
            Winners = winners.View,
            Grid = grid,
            InputOffset = x.Offset,
            OutputOffset = y.Offset,
            Width = width,
            ColumnsPerItem = per,
        });
    }

    /// <summary>Rows of the positions that the window sees at a place, tap by tap; the window lies inside the map.</summary>
    private static void Seen(WindowGrid grid, MatrixArgs x, int row, float** sources)
    {
        int place = row % grid.Places, top = place / grid.OutWidth * grid.Stride, left = place % grid.OutWidth * grid.Stride;
        float* from = At(x.Row(row / grid.Places * grid.Positions + top * grid.Width + left));
        for (int r = 0; r < grid.WindowHeight; r++, from += grid.Width * x.RowStride)
            for (int c = 0; c < grid.WindowWidth; c++) *sources++ = from + c * x.RowStride;
    }

    /// <summary>Rows of the places that see a position, and at which tap each does.</summary>
    /// <returns>Their number.</returns>
    private static int Seeing(WindowGrid grid, MatrixArgs y, int row, float** places, int* taps)
    {
        int position = row % grid.Positions, py = position / grid.Width, px = position % grid.Width, count = 0;
        var (top, bottom) = grid.RowsSeeing(py);
        var (left, right) = grid.ColumnsSeeing(px);
        float* map = At(y.Row(row / grid.Positions * grid.Places));
        for (int r = top; r <= bottom; r++)
            for (int c = left; c <= right; c++)
            {
                places[count] = map + (r * grid.OutWidth + c) * y.RowStride;
                taps[count++] = (py - r * grid.Stride) * grid.WindowWidth + px - c * grid.Stride;
            }
        return count;
    }
}
