using System.Runtime.Intrinsics;
using ILGPU.Runtime;

namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    /// <summary>y ← mask ∘ (y + b), rectified if asked for.</summary>
    public void Activate(MatrixArgs y, int rows, int width, Tensor biases, int biasStart, Tensor mask, bool rectify)
    {
        if (_simd)
        {
            for (int r = 0; r < rows; r++) SimdRows.Activate(At(y.Row(r)), biases.Host + biasStart, mask.Host, width, rectify);
            return;
        }
        Launch<RowKernelArgs>(RowKernel.Activate, rows, Arguments(y, new(biases, biasStart, 0), width, mask, rectify));
    }

    /// <summary>Gradients at <see cref="Activate"/>'s sums, in place of those at its outputs <paramref name="y"/>.</summary>
    public void ActivateBack(MatrixArgs y, MatrixArgs gradients, int rows, int width, Tensor mask, bool rectify)
    {
        if (_simd)
        {
            for (int r = 0; r < rows; r++) SimdRows.ActivateBack(At(gradients.Row(r)), At(y.Row(r)), mask.Host, width, rectify);
            return;
        }
        Launch<RowKernelArgs>(RowKernel.ActivateBack, rows, Arguments(gradients, y, width, mask, rectify));
    }

    /// <summary>Zeros in the padding.</summary>
    public void MaskRows(MatrixArgs y, int rows, int width, Tensor mask) => ActivateBack(y, y, rows, width, mask, false);

    /// <summary>target[r] = source[indices[r]], or zeros where the index is −1.</summary>
    public void GatherRows(MatrixArgs source, IndexTable indices, MatrixArgs target, int rows, int width) =>
        Launch<RowKernelArgs>(RowKernel.Gather, rows, Arguments(target, source, width, indices));

    /// <summary>target[indices[r]] = source[r]; no two indices are equal, −1 is left out.</summary>
    public void ScatterRows(MatrixArgs source, IndexTable indices, MatrixArgs target, int rows, int width) =>
        Launch<RowKernelArgs>(RowKernel.Scatter, rows, Arguments(source, target, width, indices));

    /// <summary>A table for <see cref="GatherRows"/>.</summary>
    public IndexTable AllocateIndices(int[] indices) => new(_accelerator.Allocate1D(indices));

    public void Upload(IndexTable table, int[] indices) => table.Upload(indices);

    private RowKernelArgs Arguments(MatrixArgs rows, MatrixArgs other, int width, Tensor mask, bool rectify) => new()
    {
        Rows = rows.Tensor.View,
        Other = other.Tensor.View,
        Mask = mask.View,
        Indices = (_none ??= AllocateIndices([-1])).View,
        Offset = rows.Offset,
        RowStride = rows.RowStride,
        OtherOffset = other.Offset,
        OtherStride = other.RowStride,
        Width = width,
        Rectify = rectify ? 1 : 0,
    };

    private RowKernelArgs Arguments(MatrixArgs rows, MatrixArgs other, int width, IndexTable indices) =>
        Arguments(rows, other, width, rows.Tensor, false) with { Indices = indices.View };

    private static float* At(MatrixArgs m) => m.Tensor.Host + m.Offset;

    private IndexTable? _none;
}
