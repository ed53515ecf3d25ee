using HwGen.Core.Network;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>A dense layer on rows of features, or on whole maps of several positions.</summary>
internal sealed class DenseModel : LayerModel
{
    private readonly Ops _ops;
    private readonly int _batch, _biasStart, _taps, _width;
    private readonly bool _rectify;
    private readonly WeightMatrix _weight;
    private readonly Tensor _parameters, _outputs, _gradients, _mask;
    private readonly Tensor? _inputSpectra, _outputSpectra, _gradientSpectra;

    /// <param name="batch">Rows at each step.</param>
    /// <param name="steps">Most steps of a run.</param>
    public DenseModel(Ops ops, ParameterLayout layout, int index, int batch, int steps, Tensor parameters)
    {
        var slot = layout.Matrices(index)[0];
        int rows = batch * steps;
        (_ops, _batch, _parameters, _taps, _rectify) = (ops, batch, parameters, slot.Taps, ((DenseLayer)layout.Layers[index]).Rectify);
        (_biasStart, _width, _mask) = (layout.Vectors(index)[0].Start, slot.Output.Width, ops.Mask(slot.Output.Size, slot.Output.Block));
        _weight = new(ops, slot);
        _outputs = ops.Allocate(rows * _width);
        _gradients = ops.Allocate(rows * _width);
        if (_weight.IsDense) return;
        _inputSpectra = ops.Allocate(rows * _weight.InputWidth);
        _outputSpectra = ops.Allocate(rows * _weight.OutputWidth);
        _gradientSpectra = ops.Allocate(rows * _weight.InputWidth);
    }

    public override MatrixArgs Outputs => new(_outputs, 0, _width);

    public override MatrixArgs Gradients => new(_gradients, 0, _width);

    private MatrixArgs InputSpectra => new(_inputSpectra!, 0, _weight.InputWidth);

    private MatrixArgs OutputSpectra => new(_outputSpectra!, 0, _weight.OutputWidth);

    private MatrixArgs GradientSpectra => new(_gradientSpectra!, 0, _weight.InputWidth);

    public override void Update(Tensor parameters, int bits) => _weight.Update(parameters, bits);

    public override void Forward(MatrixArgs x, int steps, bool train) => _ops.ForRows(_batch * steps, (first, count) =>
    {
        MatrixArgs rows = Maps(x).Row(first), y = Outputs.Row(first);
        if (_weight.IsDense) _weight.Forward(rows, y, count);
        else
        {
            _weight.TransformInput(rows, InputSpectra.Row(first), count);
            _weight.Forward(InputSpectra.Row(first), OutputSpectra.Row(first), count);
            _weight.RestoreOutput(OutputSpectra.Row(first), y, count, false);
        }
        _ops.Activate(y, count, _width, _parameters, _biasStart, _mask, _rectify);
    });

    public override void Backward(MatrixArgs x, MatrixArgs? inputGradients, Tensor gradient, int steps)
    {
        int rows = _batch * steps;
        _ops.ForRows(rows, (first, count) =>
        {
            _ops.ActivateBack(Outputs.Row(first), Gradients.Row(first), count, _width, _mask, _rectify);
            if (!_weight.IsDense) _weight.TransformOutput(Gradients.Row(first), OutputSpectra.Row(first), count);
        });
        _ops.SumColumns(_gradients, 0, _width, rows, _width, gradient, _biasStart);
        if (_weight.IsDense) _weight.Gradient(Maps(x), Gradients, rows, gradient);
        else _weight.Gradient(InputSpectra, OutputSpectra, rows, gradient);
        if (inputGradients is not { } target) return;
        _ops.ForRows(rows, (first, count) =>
        {
            var dx = Maps(target).Row(first);
            if (_weight.IsDense)
            {
                _weight.Backward(Gradients.Row(first), dx, count, false);
                return;
            }
            _weight.Backward(OutputSpectra.Row(first), GradientSpectra.Row(first), count, false);
            _weight.RestoreInput(GradientSpectra.Row(first), dx, count, false);
        });
    }

    public override void Dispose()
    {
        _weight.Dispose();
        foreach (var tensor in new[] { _outputs, _gradients, _inputSpectra, _outputSpectra, _gradientSpectra }) tensor?.Dispose();
    }

    /// <summary>Rows of whole maps from rows of positions.</summary>
    private MatrixArgs Maps(MatrixArgs positions) => positions with { RowStride = _taps * positions.RowStride };
}
