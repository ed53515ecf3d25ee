using ILGPU;
using ILGPU.Runtime;

namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    private const int ColumnsPerSum = 64, ParametersPerItem = 1024;
    private readonly Dictionary<int, Tensor> _partials = [];

    /// <summary>Target[c] = Σ over rows of Source[row, c].</summary>
    public void SumColumns(Tensor source, int offset, int rowStride, int rows, int columns, Tensor target, int targetOffset)
    {
        if (_simd)
        {
            For(Divide(columns, ColumnsPerSum), i => SimdVector.Columns(source.Host + offset + i * ColumnsPerSum, rowStride, rows,
                Math.Min(ColumnsPerSum, columns - i * ColumnsPerSum), target.Host + targetOffset + i * ColumnsPerSum));
            return;
        }
        int per = _lanes ? 1 : ColumnsPerSum;
        Launch<SumKernelArgs>(SumKernel.Columns, Divide(columns, per), new()
        {
            Source = source.View,
            Other = source.View,
            Target = target.View,
            Offset = offset,
            Rows = rows,
            RowStride = rowStride,
            Columns = columns,
            ColumnsPerItem = per,
            TargetOffset = targetOffset,
        });
    }

    /// <summary>Target[c] = Σ over rows of a[row, c]·b[row, c].</summary>
    public void SumProducts(MatrixArgs a, MatrixArgs b, int rows, int columns, Tensor target, int targetOffset)
    {
        if (_simd)
        {
            For(Divide(columns, ColumnsPerSum), i => SimdVector.Products(At(a) + i * ColumnsPerSum, a.RowStride, At(b) + i * ColumnsPerSum, b.RowStride, rows,
                Math.Min(ColumnsPerSum, columns - i * ColumnsPerSum), target.Host + targetOffset + i * ColumnsPerSum));
            return;
        }
        int per = _lanes ? 1 : ColumnsPerSum;
        Launch<SumKernelArgs>(SumKernel.Products, Divide(columns, per), new()
        {
            Source = a.Tensor.View,
            Other = b.Tensor.View,
            Target = target.View,
            Offset = a.Offset,
            Rows = rows,
            RowStride = a.RowStride,
            OtherOffset = b.Offset,
            OtherStride = b.RowStride,
            Columns = columns,
            ColumnsPerItem = per,
            TargetOffset = targetOffset,
        });
    }

    /// <summary>Σ of the squares of a whole tensor: floats within chunks of <see cref="SumKernel.Chunk"/>, doubles between.</summary>
    public double SumSquares(Tensor source)
    {
        int chunks = Divide(source.Length, SumKernel.Chunk);
        double sum = 0;
        if (_simd)
        {
            for (int i = 0; i < chunks; i++)
                sum += SimdVector.Squares(source.Host + i * SumKernel.Chunk, Math.Min(SumKernel.Chunk, source.Length - i * SumKernel.Chunk));
            return sum;
        }
        if (!_partials.TryGetValue(chunks, out var partials)) partials = _partials[chunks] = Allocate(chunks);
        Launch<SumKernelArgs>(SumKernel.Squares, chunks, new() { Source = source.View, Other = source.View, Target = partials.View, Columns = source.Length });
        var values = new float[chunks];
        Download(partials, values);
        foreach (float value in values) sum += value;
        return sum;
    }

    /// <summary>One Adam update of <paramref name="count"/> parameters from <paramref name="offset"/>; see <see cref="AdamKernel"/>.</summary>
    public void Adam(AdamState state, int offset, int count, AdamSettings settings)
    {
        var args = new AdamKernelArgs
        {
            Parameters = state.Parameters.View,
            Gradient = state.Gradient.View,
            First = state.First.View,
            Second = state.Second.View,
            Target = state.Target.View,
            Offset = offset,
            Count = count,
            CountPerItem = _lanes ? 1 : ParametersPerItem,
            GradientScale = (float)settings.GradientScale,
            Pull = (float)settings.Pull,
            Rate = (float)settings.CorrectedRate,
            Epsilon = (float)settings.CorrectedEpsilon,
            Beta1 = (float)AdamSettings.Beta1,
            Beta2 = (float)AdamSettings.Beta2,
        };
        if (_simd)
            SimdVector.Adam(state.Parameters.Host + offset, state.Gradient.Host + offset, state.First.Host + offset,
                state.Second.Host + offset, state.Target.Host + offset, count, args);
        else Launch<AdamKernelArgs>(AdamKernel.Update, Divide(count, args.CountPerItem), args);
    }

    /// <summary>Softmax cross-entropy: gradient at the logits, times <paramref name="scale"/>.</summary>
    /// <param name="logits">Rows of <paramref name="width"/>, in blocks of <paramref name="k"/>.</param>
    /// <param name="labels">One class a row, or −1: such a row has no loss and no gradient.</param>
    /// <param name="results">3 × rows: exponent sums, the labels' logits less the largest, hits. A row's loss is log(sum) − logit.</param>
    public void CrossEntropy(Tensor logits, Tensor labels, Tensor gradient, Tensor results, int rows, int width, int classes, int k, double scale) =>
        Launch<LossKernelArgs>(LossKernel.Softmax, rows, new()
        {
            Logits = logits.View,
            Labels = labels.View,
            Gradient = gradient.View,
            Results = results.View,
            Rows = rows,
            Width = width,
            Classes = classes,
            BlockSize = k,
            Scale = (float)scale,
        });
}
