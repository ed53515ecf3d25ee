using HwGen.Core.Network;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>An LSTM layer over whole sequences of a batch, forward and backward through time.</summary>
/// <remarks>Outputs, cells and the outputs' gradients have one step more than the gates: the initial zeros come first. Where W and
/// R have one block size their products meet in the frequency domain, before the one inverse transform, as in the hardware.</remarks>
internal sealed class LstmModel : LayerModel
{
    private readonly Ops _ops;
    private readonly int _batch, _size, _width;
    private readonly VectorSlot _bias;
    private readonly VectorSlot? _peepholes;
    private readonly RowProducts _input;
    private readonly WeightMatrix _recurrent;
    private readonly WeightMatrix? _projection;
    private readonly bool _shared;
    private readonly LstmStep _step;
    private readonly Tensor _gates, _cells, _cellGradients, _outputs, _gradients, _mask;
    private readonly Tensor? _hidden, _hiddenGradients;     // before a projection; without one the outputs themselves
    private readonly Tensor? _stateSpectra, _recurrentSums, _recurrentSpectra, _gradientSpectra;
    private readonly Tensor? _hiddenSpectra, _hiddenGradientSpectra, _projectedSpectra, _projectionGradientSpectra;

    /// <param name="batch">Sequences.</param>
    /// <param name="steps">Most steps of a run.</param>
    public LstmModel(Ops ops, ParameterLayout layout, int index, int batch, int steps, Tensor parameters)
    {
        var slots = layout.Matrices(index);
        LaneLayout cells = layout.Cells(index), output = layout.Boundary(index + 1);
        (_ops, _batch, _size, _width) = (ops, batch, cells.Width, output.Width);
        (_bias, _peepholes) = (layout.Vectors(index)[0], layout.Vectors(index) is [_, var p] ? p : null);
        int rows = batch * steps;
        _input = new(ops, slots[0], rows);
        _recurrent = new(ops, slots[1]);
        _projection = slots.Count > 2 ? new(ops, slots[2]) : null;
        _shared = !_recurrent.IsDense && _input.Matrix.BlockSize == _recurrent.BlockSize;
        _gates = ops.Allocate(rows * 4 * _size);
        _cells = ops.Allocate((rows + batch) * _size);
        _cellGradients = ops.Allocate(batch * _size);
        _outputs = ops.Allocate((rows + batch) * _width);
        _gradients = ops.Allocate((rows + batch) * _width);
        _mask = ops.Mask(output.Size, output.Block);
        if (_projection is not null)
        {
            _hidden = ops.Allocate(rows * _size);
            _hiddenGradients = ops.Allocate(batch * _size);
        }
        _step = new(_gates, parameters, _cells, _cellGradients, ops.Mask(cells.Size, cells.Block), _size, _bias.Start, _peepholes?.Start);
        if (!_recurrent.IsDense)
        {
            _stateSpectra = ops.Allocate(rows * _width);
            _recurrentSpectra = ops.Allocate(batch * _width);
            if (!_shared)
            {
                _recurrentSums = ops.Allocate(batch * _recurrent.OutputWidth);
                _gradientSpectra = ops.Allocate(rows * _recurrent.OutputWidth);
            }
        }
        if (_projection is not { IsDense: false }) return;
        _hiddenSpectra = ops.Allocate(rows * _size);
        _hiddenGradientSpectra = ops.Allocate(batch * _size);
        _projectedSpectra = ops.Allocate(batch * _width);
        _projectionGradientSpectra = ops.Allocate(rows * _width);
    }

    public override MatrixArgs Outputs => AllOutputs.Row(_batch);

    public override MatrixArgs Gradients => AllGradients.Row(_batch);

    private MatrixArgs AllOutputs => new(_outputs, 0, _width);

    private MatrixArgs AllGradients => new(_gradients, 0, _width);

    private MatrixArgs Gates => new(_gates, 0, 4 * _size);

    private MatrixArgs StateSpectra => new(_stateSpectra!, 0, _width);

    /// <summary>The gates' gradients for R.</summary>
    private MatrixArgs GradientSpectra => _shared ? _input.Sums : new(_gradientSpectra!, 0, _recurrent.OutputWidth);

    private MatrixArgs Hidden => _hidden is null ? Outputs : new(_hidden, 0, _size);

    private MatrixArgs HiddenSpectra => new(_hiddenSpectra!, 0, _size);

    private MatrixArgs ProjectionGradientSpectra => new(_projectionGradientSpectra!, 0, _width);

    public override void Update(Tensor parameters, int bits)
    {
        _input.Matrix.Update(parameters, bits);
        _recurrent.Update(parameters, bits);
        _projection?.Update(parameters, bits);
    }

    public override void Forward(MatrixArgs x, int steps, bool train)
    {
        _ops.ForRows(_batch * steps, (first, count) => _input.Forward(x, Gates, first, count, restore: !_shared));
        _ops.ForSequences(_batch, (first, count) =>
        {
            for (int t = 0; t < steps; t++) Step(t * _batch + first, first, count);
        });
    }

    private void Step(int row, int first, int count)
    {
        MatrixArgs before = AllOutputs.Row(row), gates = Gates.Row(row);
        if (_recurrent.IsDense) _recurrent.Forward(before, gates, count, accumulate: true);
        else
        {
            _recurrent.TransformInput(before, StateSpectra.Row(row), count);
            var sums = _shared ? _input.Sums.Row(row) : new MatrixArgs(_recurrentSums!, 0, _recurrent.OutputWidth).Row(first);
            _recurrent.Forward(StateSpectra.Row(row), sums, count, accumulate: _shared);
            _recurrent.RestoreOutput(sums, gates, count, accumulate: !_shared);
        }
        _ops.LstmForward(_step, row, row, row + _batch, Hidden.Row(row), count);
        if (_projection is null) return;
        MatrixArgs y = Outputs.Row(row);
        if (_projection.IsDense) _projection.Forward(Hidden.Row(row), y, count);
        else
        {
            var spectra = new MatrixArgs(_projectedSpectra!, 0, _width).Row(first);
            _projection.TransformInput(Hidden.Row(row), HiddenSpectra.Row(row), count);
            _projection.Forward(HiddenSpectra.Row(row), spectra, count);
            _projection.RestoreOutput(spectra, y, count, false);
        }
        _ops.MaskRows(y, count, _width, _mask);
    }

    public override void Backward(MatrixArgs x, MatrixArgs? inputGradients, Tensor? gradient, int steps)
    {
        int rows = _batch * steps;
        _ops.Clear(_gradients, 0, _batch * _width);
        _ops.Clear(_cellGradients, 0, _cellGradients.Length);
        _ops.ForSequences(_batch, (first, count) =>
        {
            for (int t = steps - 1; t >= 0; t--) StepBack(t * _batch + first, first, count, t > 0);
        });
        if (!_shared) _ops.ForRows(rows, (first, count) => _input.TransformGradients(Gates, first, count));
        if (gradient is not null) WeightGradients(x, gradient, rows);
        if (inputGradients is { } target) _input.Backward(Gates, target, rows);
    }

    private void WeightGradients(MatrixArgs x, Tensor gradient, int rows)
    {
        _input.Gradient(x, Gates, rows, gradient);
        if (_recurrent.IsDense) _recurrent.Gradient(AllOutputs, Gates, rows, gradient);
        else _recurrent.Gradient(StateSpectra, GradientSpectra, rows, gradient);
        if (_projection is { IsDense: true }) _projection.Gradient(Hidden, Gradients, rows, gradient);
        else _projection?.Gradient(HiddenSpectra, ProjectionGradientSpectra, rows, gradient);
        _ops.SumColumns(_gates, 0, 4 * _size, rows, 4 * _size, gradient, _bias.Start);
        if (_peepholes is not null)
            for (int g = 0; g < 3; g++)     // i and f see the cell before, o the cell after
                _ops.SumProducts(Gates with { Offset = g * _size }, new MatrixArgs(_cells, 0, _size).Row(g == 1 ? _batch : 0), rows, _size, gradient, _peepholes.Start + g * _size);
    }

    private void StepBack(int row, int first, int count, bool hasBefore)
    {
        MatrixArgs dy = Gradients.Row(row), dm = dy;
        if (_projection is not null)
        {
            dm = new MatrixArgs(_hiddenGradients!, 0, _size).Row(first);
            _ops.MaskRows(dy, count, _width, _mask);
            if (_projection.IsDense) _projection.Backward(dy, dm, count, false);
            else
            {
                var spectra = new MatrixArgs(_hiddenGradientSpectra!, 0, _size).Row(first);
                _projection.TransformOutput(dy, ProjectionGradientSpectra.Row(row), count);
                _projection.Backward(ProjectionGradientSpectra.Row(row), spectra, count, false);
                _projection.RestoreInput(spectra, dm, count, false);
            }
        }
        _ops.LstmBackward(_step, row, row, row + _batch, first, dm, count);
        MatrixArgs before = AllGradients.Row(row);
        if (_recurrent.IsDense)
        {
            if (hasBefore) _recurrent.Backward(Gates.Row(row), before, count, true);
            return;
        }
        _recurrent.TransformOutput(Gates.Row(row), GradientSpectra.Row(row), count);
        if (!hasBefore) return;
        var state = new MatrixArgs(_recurrentSpectra!, 0, _width).Row(first);
        _recurrent.Backward(GradientSpectra.Row(row), state, count, false);
        _recurrent.RestoreInput(state, before, count, true);
    }

    public override void Dispose()
    {
        _input.Dispose();
        _recurrent.Dispose();
        _projection?.Dispose();
        foreach (var tensor in new[] { _gates, _cells, _cellGradients, _outputs, _gradients, _hidden, _hiddenGradients,
            _stateSpectra, _recurrentSums, _recurrentSpectra, _gradientSpectra, _hiddenSpectra, _hiddenGradientSpectra,
            _projectedSpectra, _projectionGradientSpectra }) tensor?.Dispose();
    }
}
