using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="PoolKernel"/>; all rows are of <see cref="Width"/>.</summary>
public struct PoolKernelArgs
{
    /// <summary>Rows of positions: values forward, gradients backward.</summary>
    public ArrayView<float> Inputs;

    /// <summary>Rows of places: values forward, gradients backward.</summary>
    public ArrayView<float> Outputs;

    /// <summary>Rows of places: the tap that was largest, the first of equals.</summary>
    public ArrayView<float> Winners;

    public WindowGrid Grid;
    public int InputOffset, OutputOffset, Width, ColumnsPerItem;
}

/// <summary>Largest and mean value of windows; an item is a row and a range of columns.</summary>
public static class PoolKernel
{
    /// <summary>Outputs and winners of a place.</summary>
    public static void Max(Index1D item, PoolKernelArgs a)
    {
        int ranges = (a.Width + a.ColumnsPerItem - 1) / a.ColumnsPerItem, row = item / ranges, first = item % ranges * a.ColumnsPerItem;
        int last = IntrinsicMath.Min(first + a.ColumnsPerItem, a.Width), place = row % a.Grid.Places;
        int map = a.InputOffset + row / a.Grid.Places * a.Grid.Positions * a.Width, to = a.OutputOffset + row * a.Width, winner = row * a.Width;
        int from = map + a.Grid.Seen(place, 0) * a.Width;
        for (int c = first; c < last; c++)
        {
            a.Outputs[to + c] = a.Inputs[from + c];
            a.Winners[winner + c] = 0f;
        }
        for (int tap = 1; tap < a.Grid.Taps; tap++)
        {
            from = map + a.Grid.Seen(place, tap) * a.Width;
            for (int c = first; c < last; c++)
            {
                if (a.Inputs[from + c] <= a.Outputs[to + c]) continue;
                a.Outputs[to + c] = a.Inputs[from + c];
                a.Winners[winner + c] = tap;
            }
        }
    }

    /// <summary>Gradients at a position: of the windows where it was largest.</summary>
    public static void MaxBack(Index1D item, PoolKernelArgs a)
    {
        int ranges = (a.Width + a.ColumnsPerItem - 1) / a.ColumnsPerItem, row = item / ranges, first = item % ranges * a.ColumnsPerItem;
        int last = IntrinsicMath.Min(first + a.ColumnsPerItem, a.Width), to = a.InputOffset + row * a.Width;
        for (int c = first; c < last; c++) a.Inputs[to + c] = 0f;
        for (int tap = 0; tap < a.Grid.Taps; tap++)
        {
            int place = a.Grid.Seeing(row % a.Grid.Positions, tap);
            if (place < 0) continue;
            int from = (row / a.Grid.Positions * a.Grid.Places + place) * a.Width;
            for (int c = first; c < last; c++)
                if (a.Winners[from + c] == tap) a.Inputs[to + c] += a.Outputs[a.OutputOffset + from + c];
        }
    }

    /// <summary>Means of the windows.</summary>
    public static void Average(Index1D item, PoolKernelArgs a)
    {
        int ranges = (a.Width + a.ColumnsPerItem - 1) / a.ColumnsPerItem, row = item / ranges, first = item % ranges * a.ColumnsPerItem;
        int last = IntrinsicMath.Min(first + a.ColumnsPerItem, a.Width), place = row % a.Grid.Places;
        int map = a.InputOffset + row / a.Grid.Places * a.Grid.Positions * a.Width, to = a.OutputOffset + row * a.Width;
        for (int c = first; c < last; c++) a.Outputs[to + c] = 0f;
        for (int tap = 0; tap < a.Grid.Taps; tap++)
        {
            int from = map + a.Grid.Seen(place, tap) * a.Width;
            for (int c = first; c < last; c++) a.Outputs[to + c] += a.Inputs[from + c];
        }
        float scale = 1f / a.Grid.Taps;
        for (int c = first; c < last; c++) a.Outputs[to + c] *= scale;
    }

    /// <summary>Gradients at a position: its share of all windows that see it.</summary>
    public static void AverageBack(Index1D item, PoolKernelArgs a)
    {
        int ranges = (a.Width + a.ColumnsPerItem - 1) / a.ColumnsPerItem, row = item / ranges, first = item % ranges * a.ColumnsPerItem;
        int last = IntrinsicMath.Min(first + a.ColumnsPerItem, a.Width), to = a.InputOffset + row * a.Width;
        for (int c = first; c < last; c++) a.Inputs[to + c] = 0f;
        for (int tap = 0; tap < a.Grid.Taps; tap++)
        {
            int place = a.Grid.Seeing(row % a.Grid.Positions, tap);
            if (place < 0) continue;
            int from = a.OutputOffset + (row / a.Grid.Positions * a.Grid.Places + place) * a.Width;
            for (int c = first; c < last; c++) a.Inputs[to + c] += a.Outputs[from + c];
        }
        float scale = 1f / a.Grid.Taps;
        for (int c = first; c < last; c++) a.Inputs[to + c] *= scale;
    }
}
