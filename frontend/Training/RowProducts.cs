using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>Products of a matrix with rows that do not wait for each other: a recurrent layer's inputs, a dense layer's rows.</summary>
internal sealed class RowProducts : IDisposable
{
    private readonly Ops _ops;
    private readonly int _rows;
    private readonly Tensor? _inputSpectra, _sums;
    private Tensor? _gradientSpectra;

    /// <param name="rows">Most rows of a run.</param>
    public RowProducts(Ops ops, MatrixSlot slot, int rows)
    {
        (_ops, _rows, Matrix) = (ops, rows, new(ops, slot));
        if (Matrix.IsDense) return;
        _inputSpectra = ops.Allocate(rows * Matrix.InputWidth);
        _sums = ops.Allocate(rows * Matrix.OutputWidth);
    }

    public WeightMatrix Matrix { get; }

    /// <summary>Spectra of the products, then of their gradients; not with k = 1.</summary>
    public MatrixArgs Sums => new(_sums!, 0, Matrix.OutputWidth);

    private MatrixArgs InputSpectra => new(_inputSpectra!, 0, Matrix.InputWidth);

    private MatrixArgs GradientSpectra => new(_gradientSpectra!, 0, Matrix.InputWidth);

    /// <summary>y = W x of some rows.</summary>
    /// <param name="restore">False leaves the products as spectra in <see cref="Sums"/>, where something is added to them.</param>
    public void Forward(MatrixArgs x, MatrixArgs y, int first, int count, bool restore = true)
    {
        if (Matrix.IsDense)
        {
            Matrix.Forward(x.Row(first), y.Row(first), count);
            return;
        }
        Matrix.TransformInput(x.Row(first), InputSpectra.Row(first), count);
        Matrix.Forward(InputSpectra.Row(first), Sums.Row(first), count);
        if (restore) Matrix.RestoreOutput(Sums.Row(first), y.Row(first), count, false);
    }

    /// <summary>Makes <see cref="Sums"/> the spectra of gradients at y.</summary>
    public void TransformGradients(MatrixArgs gradients, int first, int count)
    {
        if (!Matrix.IsDense) Matrix.TransformOutput(gradients.Row(first), Sums.Row(first), count);
    }

    /// <summary>The parameters' gradient from all rows, after <see cref="TransformGradients"/> of each.</summary>
    public void Gradient(MatrixArgs x, MatrixArgs gradients, int rows, Tensor gradient)
    {
        if (Matrix.IsDense) Matrix.Gradient(x, gradients, rows, gradient);
        else Matrix.Gradient(InputSpectra, Sums, rows, gradient);
    }

    /// <summary>Gradients at x of all rows, after <see cref="TransformGradients"/> of each.</summary>
    public void Backward(MatrixArgs gradients, MatrixArgs target, int rows)
    {
        // A first layer is rarely asked for them.
        if (!Matrix.IsDense) _gradientSpectra ??= _ops.Allocate(_rows * Matrix.InputWidth);
        _ops.ForRows(rows, (first, count) =>
        {
            if (Matrix.IsDense)
            {
                Matrix.Backward(gradients.Row(first), target.Row(first), count, false);
                return;
            }
            Matrix.Backward(Sums.Row(first), GradientSpectra.Row(first), count, false);
            Matrix.RestoreInput(GradientSpectra.Row(first), target.Row(first), count, false);
        });
    }

    public void Dispose()
    {
        Matrix.Dispose();
        foreach (var tensor in new[] { _inputSpectra, _sums, _gradientSpectra }) tensor?.Dispose();
    }
}
