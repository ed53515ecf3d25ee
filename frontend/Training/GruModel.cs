using HwGen.Core.Network;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>A GRU layer over whole sequences of a batch, forward and backward through time.</summary>
/// <remarks>States and their gradients have one step more than the outputs: the initial zeros come first.</remarks>
internal sealed class GruModel : LayerModel
{
    private readonly Ops _ops;
    private readonly int _batch, _size, _inputBias, _recurrentBias;
    private readonly RowProducts _input;
    private readonly WeightMatrix _recurrent;
    private readonly WeightMatrix? _candidate;      // R of n alone, without linear_before_reset
    private readonly GruStep _step;
    private readonly Tensor _gates, _recurrentSums, _states, _gradients;
    private readonly Tensor? _stateSpectra, _recurrentSpectra, _gradientSpectra, _recurrentGateSpectra, _resetSpectra, _candidateSpectra;

    /// <param name="batch">Sequences.</param>
    /// <param name="steps">Most steps of a run.</param>
    public GruModel(Ops ops, ParameterLayout layout, int index, int batch, int steps, Tensor parameters)
    {
        var slots = layout.Matrices(index);
        LaneLayout state = layout.Boundary(index + 1);
        (_ops, _batch, _size) = (ops, batch, state.Width);
        (_inputBias, _recurrentBias) = (layout.Vectors(index)[0].Start, layout.Vectors(index)[1].Start);
        int rows = batch * steps;
        _input = new(ops, slots[0], rows);
        _recurrent = new(ops, slots[1]);
        _candidate = slots.Count > 2 ? new(ops, slots[2]) : null;
        _gates = ops.Allocate(rows * 4 * _size);
        _recurrentSums = ops.Allocate(batch * 3 * _size);
        _states = ops.Allocate((rows + batch) * _size);
        _gradients = ops.Allocate((rows + batch) * _size);
        _step = new(_gates, _recurrentSums, parameters, _states, _gradients, ops.Mask(state.Size, state.Block), _size, _inputBias, _recurrentBias);
        if (_recurrent.IsDense) return;
        _stateSpectra = ops.Allocate(rows * _size);
        _recurrentSpectra = ops.Allocate(batch * _recurrent.OutputWidth);
        _gradientSpectra = ops.Allocate(batch * _size);
        _recurrentGateSpectra = ops.Allocate(rows * _recurrent.OutputWidth);
        if (_candidate is null) return;
        _resetSpectra = ops.Allocate(rows * _size);
        _candidateSpectra = ops.Allocate(rows * _size);
    }

    public override MatrixArgs Outputs => States.Row(_batch);

    public override MatrixArgs Gradients => StateGradients.Row(_batch);

    private MatrixArgs States => new(_states, 0, _size);

    private MatrixArgs StateGradients => new(_gradients, 0, _size);

    private MatrixArgs StateSpectra => new(_stateSpectra!, 0, _size);

    private MatrixArgs GateSpectra => new(_recurrentGateSpectra!, 0, _recurrent.OutputWidth);

    private MatrixArgs ResetSpectra => new(_resetSpectra!, 0, _size);

    private MatrixArgs CandidateSpectra => new(_candidateSpectra!, 0, _size);

    public override void Update(Tensor parameters, int bits)
    {
        _input.Matrix.Update(parameters, bits);
        _recurrent.Update(parameters, bits);
        _candidate?.Update(parameters, bits);
    }

    public override void Forward(MatrixArgs x, int steps, bool train)
    {
        _ops.ForRows(_batch * steps, (first, count) => _input.Forward(x, Gates(0), first, count));
        _ops.ForSequences(_batch, (first, count) =>
        {
            for (int t = 0; t < steps; t++) Step(t * _batch + first, first, count);
        });
    }

    private void Step(int row, int first, int count)
    {
        Product(_recurrent, States.Row(row), _stateSpectra is null ? default : StateSpectra.Row(row), _recurrentSpectra, first, Sums(0).Row(first), count);
        if (_candidate is null)
        {
            _ops.GruForward(_step, row, first, row, row + _batch, count);
            return;
        }
        _ops.GruReset(_step, row, first, row, count);
        Product(_candidate, Gates(3).Row(row), _resetSpectra is null ? default : ResetSpectra.Row(row), _gradientSpectra, first, Sums(2).Row(first), count);
        _ops.GruCandidate(_step, row, first, row, row + _batch, count);
    }

    private static void Product(WeightMatrix matrix, MatrixArgs x, MatrixArgs xs, Tensor? products, int first, MatrixArgs y, int count)
    {
        if (products is null)
        {
            matrix.Forward(x, y, count);
            return;
        }
        var ys = new MatrixArgs(products, first * matrix.OutputWidth, matrix.OutputWidth);
        matrix.TransformInput(x, xs, count);
        matrix.Forward(xs, ys, count);
        matrix.RestoreOutput(ys, y, count, false);
    }

    public override void Backward(MatrixArgs x, MatrixArgs? inputGradients, Tensor? gradient, int steps)
    {
        int rows = _batch * steps;
        _ops.Clear(_gradients, 0, _batch * _size);
        _ops.ForSequences(_batch, (first, count) =>
        {
            for (int t = steps - 1; t >= 0; t--) StepBack(t * _batch + first, first, count, t > 0);
        });
        _ops.ForRows(rows, (first, count) => _input.TransformGradients(Gates(0), first, count));
        if (gradient is not null) WeightGradients(x, gradient, rows);
        if (inputGradients is { } target) _input.Backward(Gates(0), target, rows);
    }

    private void WeightGradients(MatrixArgs x, Tensor gradient, int rows)
    {
        _input.Gradient(x, Gates(0), rows, gradient);
        if (_recurrent.IsDense) _recurrent.Gradient(States, Gates(1), rows, gradient);
        else _recurrent.Gradient(StateSpectra, GateSpectra, rows, gradient);
        if (_candidate is { IsDense: true }) _candidate.Gradient(Gates(3), Gates(0), rows, gradient);
        else _candidate?.Gradient(ResetSpectra, CandidateSpectra, rows, gradient);
        _ops.SumColumns(_gates, 0, 4 * _size, rows, 3 * _size, gradient, _inputBias);
        // z and r have the same gradient in Wb and Rb; n has one of its own where the reset gate stands between them.
        _ops.Copy(gradient, _inputBias + _size, _recurrentBias, 2 * _size);
        if (_candidate is null) _ops.SumColumns(_gates, 3 * _size, 4 * _size, rows, _size, gradient, _recurrentBias + 2 * _size);
        else _ops.Copy(gradient, _inputBias, _recurrentBias + 2 * _size, _size);
    }

    private void StepBack(int row, int first, int count, bool hasBefore)
    {
        MatrixArgs before = StateGradients.Row(row);
        if (_candidate is null) _ops.GruBackward(_step, row, row, row + _batch, count);
        else
        {
            _ops.GruCandidateBack(_step, row, row, row + _batch, count);
            // R_n's share of the gradient at r ∘ h goes to the place of its product.
            if (_candidate.IsDense) _candidate.Backward(Gates(0).Row(row), Sums(2).Row(first), count, false);
            else
            {
                var states = new MatrixArgs(_gradientSpectra!, 0, _size).Row(first);
                _candidate.TransformOutput(Gates(0).Row(row), CandidateSpectra.Row(row), count);
                _candidate.Backward(CandidateSpectra.Row(row), states, count, false);
                _candidate.RestoreInput(states, Sums(2).Row(first), count, false);
            }
            _ops.GruResetBack(_step, row, first, row, count);
        }
        if (_recurrent.IsDense)
        {
            if (hasBefore) _recurrent.Backward(Gates(1).Row(row), before, count, true);
            return;
        }
        _recurrent.TransformOutput(Gates(1).Row(row), GateSpectra.Row(row), count);
        if (!hasBefore) return;
        var spectra = new MatrixArgs(_gradientSpectra!, 0, _size).Row(first);
        _recurrent.Backward(GateSpectra.Row(row), spectra, count, false);
        _recurrent.RestoreInput(spectra, before, count, true);
    }

    public override void Dispose()
    {
        _input.Dispose();
        _recurrent.Dispose();
        _candidate?.Dispose();
        foreach (var tensor in new[] { _gates, _recurrentSums, _states, _gradients, _stateSpectra,
            _recurrentSpectra, _gradientSpectra, _recurrentGateSpectra, _resetSpectra, _candidateSpectra }) tensor?.Dispose();
    }

    /// <summary>Rows of gates from one of the four groups on.</summary>
    private MatrixArgs Gates(int group) => new(_gates, group * _size, 4 * _size);

    /// <summary>Rows of R h, one a sequence, from one of the three groups on.</summary>
    private MatrixArgs Sums(int group) => new(_recurrentSums, group * _size, 3 * _size);
}
