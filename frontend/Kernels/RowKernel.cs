using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="RowKernel"/>.</summary>
public struct RowKernelArgs
{
    public ArrayView<float> Rows, Other, Mask;
    public ArrayView<int> Indices;
    public int Offset, RowStride, OtherOffset, OtherStride, Width, Rectify;
}

/// <summary>Elementwise work on rows, and rows by their numbers; an item is a row.</summary>
public static class RowKernel
{
    /// <summary>Zeros.</summary>
    public static void Clear(Index1D row, RowKernelArgs a)
    {
        for (int c = 0; c < a.Width; c++) a.Rows[a.Offset + row * a.RowStride + c] = 0f;
    }

    /// <summary>Rows[r, c] = Mask[c]·f(Rows[r, c] + Other[c]), f rectifies or does nothing.</summary>
    public static void Activate(Index1D row, RowKernelArgs a)
    {
        int at = a.Offset + row * a.RowStride;
        for (int c = 0; c < a.Width; c++)
        {
            float sum = a.Rows[at + c] + a.Other[a.OtherOffset + c];
            a.Rows[at + c] = a.Mask[c] * (a.Rectify != 0 && sum <= 0f ? 0f : sum);
        }
    }

    /// <summary>Gradients Rows[r, c] go to zero in the padding and, where f rectified, where the output Other[r, c] is zero.</summary>
    public static void ActivateBack(Index1D row, RowKernelArgs a)
    {
        int at = a.Offset + row * a.RowStride, output = a.OtherOffset + row * a.OtherStride;
        for (int c = 0; c < a.Width; c++)
            a.Rows[at + c] = a.Mask[c] * (a.Rectify != 0 && a.Other[output + c] <= 0f ? 0f : a.Rows[at + c]);
    }

    /// <summary>Rows[row] = Other[Indices[row]], or zeros where the index is −1.</summary>
    public static void Gather(Index1D row, RowKernelArgs a)
    {
        int from = a.Indices[row], at = a.Offset + row * a.RowStride;
        for (int c = 0; c < a.Width; c++) a.Rows[at + c] = from < 0 ? 0f : a.Other[a.OtherOffset + from * a.OtherStride + c];
    }

    /// <summary>Other[Indices[row]] = Rows[row]; no two indices are equal, −1 is left out.</summary>
    public static void Scatter(Index1D row, RowKernelArgs a)
    {
        int to = a.Indices[row], at = a.Offset + row * a.RowStride;
        if (to < 0) return;
        for (int c = 0; c < a.Width; c++) a.Other[a.OtherOffset + to * a.OtherStride + c] = a.Rows[at + c];
    }
}
