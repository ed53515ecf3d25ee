using HwGen.Core.Network;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>A dense layer on rows of features, or on whole maps of several positions.</summary>
internal sealed class DenseModel : LayerModel
{
    private readonly Ops _ops;
    private readonly int _batch, _biasStart, _taps, _width;
    private readonly bool _rectify;
    private readonly RowProducts _products;
    private readonly Tensor _parameters, _outputs, _gradients, _mask;

    /// <param name="batch">Rows at each step.</param>
    /// <param name="steps">Most steps of a run.</param>
    public DenseModel(Ops ops, ParameterLayout layout, int index, int batch, int steps, Tensor parameters)
    {
        var slot = layout.Matrices(index)[0];
        int rows = batch * steps;
        (_ops, _batch, _parameters, _taps, _rectify) = (ops, batch, parameters, slot.Taps, ((DenseLayer)layout.Layers[index]).Rectify);
        (_biasStart, _width, _mask) = (layout.Vectors(index)[0].Start, slot.Output.Width, ops.Mask(slot.Output.Size, slot.Output.Block));
        _products = new(ops, slot, rows);
        _outputs = ops.Allocate(rows * _width);
        _gradients = ops.Allocate(rows * _width);
    }

    public override MatrixArgs Outputs => new(_outputs, 0, _width);

    public override MatrixArgs Gradients => new(_gradients, 0, _width);

    public override void Update(Tensor parameters, int bits) => _products.Matrix.Update(parameters, bits);

    public override void Forward(MatrixArgs x, int steps, bool train) => _ops.ForRows(_batch * steps, (first, count) =>
    {
        _products.Forward(Maps(x), Outputs, first, count);
        _ops.Activate(Outputs.Row(first), count, _width, _parameters, _biasStart, _mask, _rectify);
    });

    public override void Backward(MatrixArgs x, MatrixArgs? inputGradients, Tensor? gradient, int steps)
    {
        int rows = _batch * steps;
        _ops.ForRows(rows, (first, count) =>
        {
            _ops.ActivateBack(Outputs.Row(first), Gradients.Row(first), count, _width, _mask, _rectify);
            _products.TransformGradients(Gradients, first, count);
        });
        if (gradient is not null)
        {
            _ops.SumColumns(_gradients, 0, _width, rows, _width, gradient, _biasStart);
            _products.Gradient(Maps(x), Gradients, rows, gradient);
        }
        if (inputGradients is { } target) _products.Backward(Gradients, Maps(target), rows);
    }

    public override void Dispose()
    {
        _products.Dispose();
        _outputs.Dispose();
        _gradients.Dispose();
    }

    /// <summary>Rows of whole maps from rows of positions.</summary>
    private MatrixArgs Maps(MatrixArgs positions) => positions with { RowStride = _taps * positions.RowStride };
}
