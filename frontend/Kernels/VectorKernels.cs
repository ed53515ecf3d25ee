using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="AdamKernel"/>.</summary>
public struct AdamKernelArgs
{
    public ArrayView<float> Parameters, Gradient, First, Second, Target;
    public int Offset, Count, CountPerItem;
    public float GradientScale, Pull, Rate, Epsilon, Beta1, Beta2;
}

/// <summary>One Adam update; an item is a range of parameters.</summary>
/// <remarks>Moments m and v are the loss's alone; their start-up correction is in Rate, Pull and Epsilon. The ADMM term
/// ρ/2‖w − target‖² is minimised exactly in the metric D = (√v + ε) / rate of Adam's step:
/// w ← (D (w − m/D) + ρ·target) / (D + ρ). Inside the moments ρ would also rescale the loss's step.
/// Source of the moments: Kingma and Ba, arXiv:1412.6980, end of section 2.</remarks>
public static class AdamKernel
{
    public static void Update(Index1D item, AdamKernelArgs a)
    {
        int first = a.Offset + item * a.CountPerItem, last = IntrinsicMath.Min(first + a.CountPerItem, a.Offset + a.Count);
        for (int i = first; i < last; i++)
        {
            float w = a.Parameters[i];
            float g = a.GradientScale * a.Gradient[i];
            float m = a.Beta1 * a.First[i] + (1f - a.Beta1) * g;
            float v = a.Beta2 * a.Second[i] + (1f - a.Beta2) * g * g;
            a.First[i] = m;
            a.Second[i] = v;
            float d = MathF.Sqrt(v) + a.Epsilon, pull = a.Pull / d;
            a.Parameters[i] = (w - a.Rate * m / d + pull * a.Target[i]) / (1f + pull);
        }
    }
}

/// <summary>Arguments of the reductions.</summary>
public struct SumKernelArgs
{
    public ArrayView<float> Source, Other, Target;
    public int Offset, Rows, RowStride, Columns, ColumnsPerItem, OtherOffset, OtherStride, TargetOffset;
}

/// <summary>Sums, in an order that no thread count changes.</summary>
public static class SumKernel
{
    /// <summary>Floats that one partial sum of squares covers.</summary>
    public const int Chunk = 1024;

    /// <summary>Target[c] = Σ over rows of Source[row, c]; an item is a range of columns.</summary>
    public static void Columns(Index1D item, SumKernelArgs a)
    {
        int first = item * a.ColumnsPerItem, last = IntrinsicMath.Min(first + a.ColumnsPerItem, a.Columns);
        for (int c = first; c < last; c++) a.Target[a.TargetOffset + c] = 0f;
        for (int r = 0; r < a.Rows; r++)
            for (int c = first; c < last; c++)
                a.Target[a.TargetOffset + c] += a.Source[a.Offset + r * a.RowStride + c];
    }

    /// <summary>Target[c] = Σ over rows of Source[row, c]·Other[row, c]; an item is a range of columns.</summary>
    public static void Products(Index1D item, SumKernelArgs a)
    {
        int first = item * a.ColumnsPerItem, last = IntrinsicMath.Min(first + a.ColumnsPerItem, a.Columns);
        for (int c = first; c < last; c++) a.Target[a.TargetOffset + c] = 0f;
        for (int r = 0; r < a.Rows; r++)
            for (int c = first; c < last; c++)
                a.Target[a.TargetOffset + c] += a.Source[a.Offset + r * a.RowStride + c] * a.Other[a.OtherOffset + r * a.OtherStride + c];
    }

    /// <summary>Target[item] = Σ of the squares of chunk item of Source (a vector of Columns).</summary>
    public static void Squares(Index1D item, SumKernelArgs a)
    {
        int first = item * Chunk, last = IntrinsicMath.Min(first + Chunk, a.Columns);
        float sum = 0f;
        for (int i = first; i < last; i++) sum += a.Source[i] * a.Source[i];
        a.Target[item] = sum;
    }
}
