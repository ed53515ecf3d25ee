using HwGen.Core.Network;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>A GRU layer over whole sequences of a batch, forward and backward through time.</summary>
/// <remarks>Row t·batch + b is step t of sequence b; states and their gradients have one more step, the initial zeros.</remarks>
internal sealed class GruModel : IDisposable
{
    private const int RowsPerTask = 32, StepRowsPerTask = 64;

    private readonly Ops _ops;
    private readonly int _batch, _steps, _k, _lanes, _inputLanes, _size;
    private readonly WeightMatrix _input, _recurrent;
    private readonly GruStep _step;
    private readonly Tensor _gates, _recurrentSums;
    private readonly Tensor? _inputSpectra, _inputSums, _stateSpectra, _recurrentSpectra, _gradientSpectra, _gateSpectra, _recurrentGateSpectra, _inputGradientSpectra;
    private readonly int _biasStart;

    public GruModel(Ops ops, ParameterLayout layout, int index, int batch, int steps, Tensor parameters)
    {
        var layer = (GruLayer)layout.Layers[index];
        (_ops, _batch, _steps, _k, _lanes, _inputLanes) = (ops, batch, steps, layer.BlockSize, layer.OutputBlocks, layer.InputBlocks);
        _size = _k * _lanes;
        _biasStart = layout.BiasStart(index);
        _input = new(ops, _k, _inputLanes, 3 * _lanes, layout.Starts[index]);
        _recurrent = new(ops, _k, _lanes, 3 * _lanes, layout.RecurrentStart(index));
        int rows = batch * steps;
        _gates = ops.Allocate(rows * 4 * _size);
        _recurrentSums = ops.Allocate(batch * 3 * _size);
        States = ops.Allocate((rows + batch) * _size);
        Gradients = ops.Allocate((rows + batch) * _size);
        _step = new(_gates, _recurrentSums, parameters, States, Gradients, _size, layer.OutputSize, _k, _biasStart, _biasStart + 3 * _size);
        ops.Mask(_step);
        if (_k == 1) return;
        _inputSpectra = ops.Allocate(rows * _k * _inputLanes);
        _inputGradientSpectra = ops.Allocate(index == 0 ? 1 : rows * _k * _inputLanes);
        _inputSums = ops.Allocate(rows * 3 * _size);
        _stateSpectra = ops.Allocate(rows * _size);
        _recurrentSpectra = ops.Allocate(batch * 3 * _size);
        _gradientSpectra = ops.Allocate(batch * _size);
        _gateSpectra = _inputSums;                  // the sums are no longer needed when the gradients come
        _recurrentGateSpectra = ops.Allocate(rows * 3 * _size);
    }

    /// <summary>Rows of Size; the output of step t is at row (t + 1)·batch + b.</summary>
    public Tensor States { get; }

    /// <summary>Gradients at the states, in the same rows.</summary>
    public Tensor Gradients { get; }

    /// <summary>Features with padding.</summary>
    public int Size => _size;

    public void Update(Tensor parameters)
    {
        _input.Update(parameters);
        _recurrent.Update(parameters);
    }

    /// <param name="x">Inputs, rows of all steps from the offset.</param>
    public void Forward(MatrixArgs x)
    {
        _ops.ForRows(_batch * _steps, StepRowsPerTask, (first, count) =>
        {
            var rows = At(x, first);
            if (_k == 1)
            {
                _input.Forward(rows, new(_gates, first * 4 * _size, 4 * _size), count);
                return;
            }
            var spectra = new MatrixArgs(_inputSpectra!, first * _k * _inputLanes, _k * _inputLanes);
            _ops.Transform(new(x.Tensor, rows.Offset, x.RowStride, 0, _inputLanes), Flat(spectra, _inputLanes), count, 1, _inputLanes, _k);
            var sums = new MatrixArgs(_inputSums!, first * 3 * _size, 3 * _size);
            _input.Forward(spectra, sums, count);
            _ops.Restore(Grouped(sums), Gates(first, 0), count, 3, _lanes, _k, false);
        });
        _ops.ForRows(_batch, RowsPerTask, (first, count) =>
        {
            for (int t = 0; t < _steps; t++) Step(t * _batch + first, first, count);
        });
    }

    private void Step(int row, int first, int count)
    {
        var states = new MatrixArgs(States, row * _size, _size);
        var sums = new MatrixArgs(_recurrentSums, first * 3 * _size, 3 * _size);
        if (_k == 1) _recurrent.Forward(states, sums, count);
        else
        {
            var spectra = new MatrixArgs(_stateSpectra!, row * _size, _size);
            var products = new MatrixArgs(_recurrentSpectra!, first * 3 * _size, 3 * _size);
            _ops.Transform(Flat(states, _lanes), Flat(spectra, _lanes), count, 1, _lanes, _k);
            _recurrent.Forward(spectra, products, count);
            _ops.Restore(Grouped(products), new(_recurrentSums, first * 3 * _size, 3 * _size, _size, _lanes), count, 3, _lanes, _k, false);
        }
        _ops.GruForward(_step, row, first, row, row + _batch, count);
    }

    /// <summary>From <see cref="Gradients"/> at the outputs to the parameters' gradient.</summary>
    public void Backward(MatrixArgs x, Tensor gradient)
    {
        _ops.ForRows(_batch, RowsPerTask, (first, count) =>
        {
            for (int t = _steps - 1; t >= 0; t--) StepBack(t * _batch + first, first, count, t > 0);
        });
        int rows = _batch * _steps;
        if (_k == 1)
        {
            _input.Gradient(x, new(_gates, 0, 4 * _size), rows, gradient);
            _recurrent.Gradient(new(States, 0, _size), new(_gates, _size, 4 * _size), rows, gradient);
        }
        else
        {
            _ops.ForRows(rows, StepRowsPerTask, (first, count) =>
                _ops.Transform(Gates(first, 0), Grouped(new(_gateSpectra!, first * 3 * _size, 3 * _size)), count, 3, _lanes, _k));
            _input.Gradient(new(_inputSpectra!, 0, _k * _inputLanes), new(_gateSpectra!, 0, 3 * _size), rows, gradient);
            _recurrent.Gradient(new(_stateSpectra!, 0, _size), new(_recurrentGateSpectra!, 0, 3 * _size), rows, gradient);
        }
        _ops.SumColumns(_gates, 0, 4 * _size, rows, 3 * _size, gradient, _biasStart);
        _ops.Copy(gradient, _biasStart + _size, _biasStart + 3 * _size, 2 * _size);      // z and r have the same gradient in Wb and Rb
        _ops.SumColumns(_gates, 3 * _size, 4 * _size, rows, _size, gradient, _biasStart + 5 * _size);
    }

    private void StepBack(int row, int first, int count, bool hasBefore)
    {
        _ops.GruBackward(_step, row, row, row + _batch, count);
        if (_k == 1)
        {
            if (hasBefore) _recurrent.Backward(new(_gates, row * 4 * _size + _size, 4 * _size), new(Gradients, row * _size, _size), count, true);
            return;
        }
        var spectra = new MatrixArgs(_recurrentGateSpectra!, row * 3 * _size, 3 * _size);
        _ops.Transform(Gates(row, 1), Grouped(spectra), count, 3, _lanes, _k);
        if (!hasBefore) return;
        var states = new MatrixArgs(_gradientSpectra!, first * _size, _size);
        _recurrent.Backward(spectra, states, count, false);
        _ops.Restore(Flat(states, _lanes), new(Gradients, row * _size, _size, 0, _lanes), count, 1, _lanes, _k, true);
    }

    /// <summary>Gradient at the inputs, after <see cref="Backward"/>.</summary>
    public void BackwardInput(MatrixArgs x) => _ops.ForRows(_batch * _steps, StepRowsPerTask, (first, count) =>
    {
        var rows = At(x, first);
        if (_k == 1)
        {
            _input.Backward(new(_gates, first * 4 * _size, 4 * _size), rows, count, false);
            return;
        }
        var spectra = new MatrixArgs(_inputGradientSpectra!, first * _k * _inputLanes, _k * _inputLanes);
        _input.Backward(new(_gateSpectra!, first * 3 * _size, 3 * _size), spectra, count, false);
        _ops.Restore(Flat(spectra, _inputLanes), new(x.Tensor, rows.Offset, x.RowStride, 0, _inputLanes), count, 1, _inputLanes, _k, false);
    });

    public void Dispose()
    {
        _input.Dispose();
        _recurrent.Dispose();
        foreach (var tensor in new[] { _gates, _recurrentSums, States, Gradients, _inputSpectra, _inputSums, _stateSpectra,
            _recurrentSpectra, _gradientSpectra, _recurrentGateSpectra, _inputGradientSpectra }) tensor?.Dispose();
    }

    private static MatrixArgs At(MatrixArgs m, int row) => m with { Offset = m.Offset + row * m.RowStride };

    private BlockArgs Gates(int row, int group) => new(_gates, (row * 4 + group) * _size, 4 * _size, _size, _lanes);

    private BlockArgs Grouped(MatrixArgs m) => new(m.Tensor, m.Offset, m.RowStride, _lanes, 3 * _lanes);

    private static BlockArgs Flat(MatrixArgs m, int lanes) => new(m.Tensor, m.Offset, m.RowStride, 0, lanes);
}
