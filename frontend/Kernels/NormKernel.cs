using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="NormKernel"/>; see <see cref="NormStep"/>.</summary>
public struct NormKernelArgs
{
    public ArrayView<float> Sums, Outputs, Gradients, Parameters, ParameterGradient;

    /// <summary>Five vectors of one value a column: mean, 1/√(variance + ε), γ/√(variance + ε), and of the gradients the mean and the
    /// share of the normalised sums. Zero in the padding.</summary>
    public ArrayView<float> Columns;

    /// <summary>Sums of <see cref="NormKernel.PartialRows"/> rows each; on the way back of gradients, then of their products.</summary>
    public ArrayView<float> Partials;

    public int Rows, Width, Channels, Block, Group, Shift, Scale, Mean, Variance, Rectify, ColumnsPerItem, IsRunning, HasParameterGradient;
    public float Epsilon;
}

/// <summary>Batch norm over rows, with one variance and one scale for each group of channels.</summary>
/// <remarks>With N rows and G channels in a group: m_c the mean of channel c, v = Σ (x − m_c)² / (G·N) over the group,
/// x̂ = (x − m_c)/√(v + ε), y = γ x̂ + β_c. Back: dx = γ/√(v + ε) · (dy − Σ dy/N − x̂ · Σ dy x̂/(G·N)), the first sum over the
/// channel, the second over the group. The variance is taken around the mean in a second pass; sums are of parts of
/// <see cref="PartialRows"/> rows, so that rounding grows with the parts' size and number and not with N. Source, for
/// groups of one: Ioffe and Szegedy, arXiv:1502.03167.</remarks>
public static class NormKernel
{
    /// <summary>Rows that one partial sum covers.</summary>
    public const int PartialRows = 256;

    /// <summary>Weight of a batch in the running moments.</summary>
    public const float Momentum = 0.1f;

    /// <summary>Partial sums of the rows; an item is a part and a range of columns.</summary>
    public static void Sum(Index1D item, NormKernelArgs a)
    {
        int ranges = (a.Width + a.ColumnsPerItem - 1) / a.ColumnsPerItem, part = item / ranges, first = item % ranges * a.ColumnsPerItem;
        int last = IntrinsicMath.Min(first + a.ColumnsPerItem, a.Width), end = IntrinsicMath.Min((part + 1) * PartialRows, a.Rows);
        for (int c = first; c < last; c++) a.Partials[part * a.Width + c] = 0f;
        for (int r = part * PartialRows; r < end; r++)
            for (int c = first; c < last; c++) a.Partials[part * a.Width + c] += a.Sums[r * a.Width + c];
    }

    /// <summary>Means of the columns; an item is a column.</summary>
    public static void Means(Index1D column, NormKernelArgs a) => a.Columns[column] = Total(a, column) / a.Rows;

    /// <summary>Partial sums of the squares around the means; an item is a part and a range of columns.</summary>
    public static void Squares(Index1D item, NormKernelArgs a)
    {
        int ranges = (a.Width + a.ColumnsPerItem - 1) / a.ColumnsPerItem, part = item / ranges, first = item % ranges * a.ColumnsPerItem;
        int last = IntrinsicMath.Min(first + a.ColumnsPerItem, a.Width), end = IntrinsicMath.Min((part + 1) * PartialRows, a.Rows);
        for (int c = first; c < last; c++) a.Partials[part * a.Width + c] = 0f;
        for (int r = part * PartialRows; r < end; r++)
            for (int c = first; c < last; c++)
            {
                float x = a.Sums[r * a.Width + c] - a.Columns[c];
                a.Partials[part * a.Width + c] += x * x;
            }
    }

    /// <summary>Factors from the batch's moments, which go into the running ones; the variance there is of the batch, not unbiased.
    /// An item is a group.</summary>
    public static void Batch(Index1D group, NormKernelArgs a)
    {
        int first = group * a.Group, last = IntrinsicMath.Min(first + a.Group, a.Channels);
        float sum = 0f;
        for (int c = first; c < last; c++)
        {
            int column = Column(a, c);
            sum += Total(a, column);
            a.Parameters[a.Mean + column] += Momentum * (a.Columns[column] - a.Parameters[a.Mean + column]);
        }
        float variance = sum / a.Rows / (last - first);
        a.Parameters[a.Variance + group] += Momentum * (variance - a.Parameters[a.Variance + group]);
        Factors(a, group, first, last, variance);
    }

    /// <summary>Means and factors from the running moments; an item is a group.</summary>
    public static void Running(Index1D group, NormKernelArgs a)
    {
        int first = group * a.Group, last = IntrinsicMath.Min(first + a.Group, a.Channels);
        for (int c = first; c < last; c++) a.Columns[Column(a, c)] = a.Parameters[a.Mean + Column(a, c)];
        Factors(a, group, first, last, a.Parameters[a.Variance + group]);
    }

    /// <summary>Outputs; an item is a row and a range of columns.</summary>
    public static void Apply(Index1D item, NormKernelArgs a)
    {
        int ranges = (a.Width + a.ColumnsPerItem - 1) / a.ColumnsPerItem, row = item / ranges * a.Width, first = item % ranges * a.ColumnsPerItem;
        int last = IntrinsicMath.Min(first + a.ColumnsPerItem, a.Width);
        for (int c = first; c < last; c++)
        {
            float y = a.Columns[2 * a.Width + c] * (a.Sums[row + c] - a.Columns[c]) + a.Parameters[a.Shift + c];
            a.Outputs[row + c] = a.Rectify != 0 && y <= 0f ? 0f : y;
        }
    }

    /// <summary>Gradients at the outputs go to zero where those were rectified; partial sums of them and of their products with the
    /// normalised sums. An item is a part and a range of columns.</summary>
    public static void SumBack(Index1D item, NormKernelArgs a)
    {
        int ranges = (a.Width + a.ColumnsPerItem - 1) / a.ColumnsPerItem, part = item / ranges, first = item % ranges * a.ColumnsPerItem;
        int last = IntrinsicMath.Min(first + a.ColumnsPerItem, a.Width), end = IntrinsicMath.Min((part + 1) * PartialRows, a.Rows);
        int at = part * a.Width, products = at + Parts(a) * a.Width;
        for (int c = first; c < last; c++)
        {
            a.Partials[at + c] = 0f;
            a.Partials[products + c] = 0f;
        }
        for (int r = part * PartialRows; r < end; r++)
            for (int c = first; c < last; c++)
            {
                int i = r * a.Width + c;
                float g = a.Rectify != 0 && a.Outputs[i] <= 0f ? 0f : a.Gradients[i];
                a.Gradients[i] = g;
                a.Partials[at + c] += g;
                a.Partials[products + c] += g * ((a.Sums[i] - a.Columns[c]) * a.Columns[a.Width + c]);
            }
    }

    /// <summary>Gradients at β and γ, zeros at the running moments, and what <see cref="ApplyBack"/> takes: nothing where the moments
    /// are the running ones, which do not depend on the rows. An item is a group.</summary>
    public static void BatchBack(Index1D group, NormKernelArgs a)
    {
        int first = group * a.Group, last = IntrinsicMath.Min(first + a.Group, a.Channels), products = Parts(a) * a.Width;
        float sum = 0f;
        for (int c = first; c < last; c++)
        {
            int column = Column(a, c);
            float shift = Total(a, column);
            sum += Total(a, products + column);
            a.Columns[3 * a.Width + column] = a.IsRunning != 0 ? 0f : shift / a.Rows;
            if (a.HasParameterGradient == 0) continue;
            a.ParameterGradient[a.Shift + column] = shift;
            a.ParameterGradient[a.Mean + column] = 0f;
        }
        for (int c = first; c < last; c++) a.Columns[4 * a.Width + Column(a, c)] = a.IsRunning != 0 ? 0f : sum / a.Rows / (last - first);
        if (a.HasParameterGradient == 0) return;
        a.ParameterGradient[a.Scale + group] = sum;
        a.ParameterGradient[a.Variance + group] = 0f;
    }

    /// <summary>Gradients at the sums, in place; an item is a row and a range of columns.</summary>
    public static void ApplyBack(Index1D item, NormKernelArgs a)
    {
        int ranges = (a.Width + a.ColumnsPerItem - 1) / a.ColumnsPerItem, row = item / ranges * a.Width, first = item % ranges * a.ColumnsPerItem;
        int last = IntrinsicMath.Min(first + a.ColumnsPerItem, a.Width);
        for (int c = first; c < last; c++)
        {
            float normal = (a.Sums[row + c] - a.Columns[c]) * a.Columns[a.Width + c];
            a.Gradients[row + c] = a.Columns[2 * a.Width + c] * (a.Gradients[row + c] - a.Columns[3 * a.Width + c] - normal * a.Columns[4 * a.Width + c]);
        }
    }

    private static void Factors(NormKernelArgs a, int group, int first, int last, float variance)
    {
        float inverse = 1f / MathF.Sqrt(variance + a.Epsilon), factor = inverse * a.Parameters[a.Scale + group];
        for (int c = first; c < last; c++)
        {
            a.Columns[a.Width + Column(a, c)] = inverse;
            a.Columns[2 * a.Width + Column(a, c)] = factor;
        }
    }

    private static float Total(NormKernelArgs a, int at)
    {
        float sum = 0f;
        for (int part = 0; part < Parts(a); part++) sum += a.Partials[at + part * a.Width];
        return sum;
    }

    private static int Parts(NormKernelArgs a) => (a.Rows + PartialRows - 1) / PartialRows;

    private static int Column(NormKernelArgs a, int channel) => channel % a.Block * ((a.Channels + a.Block - 1) / a.Block) + channel / a.Block;
}
