using System.Diagnostics;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>What all phases of one training share.</summary>
internal sealed record TrainingContext(Ops Ops, DesignFile Design, SequenceDataset Train, SequenceDataset Test,
    IProgress<TrainingProgress>? Progress, CancellationToken Stop, TrainingIntervals Intervals);

/// <param name="Report">Least time between reports of progress.</param>
/// <param name="Save">Least time between checkpoints.</param>
internal sealed record TrainingIntervals(TimeSpan Report, TimeSpan Save)
{
    public static TrainingIntervals Default { get; } = new(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(3));
}

/// <summary>Runs one phase from a state, fresh or restored, to its end.</summary>
internal sealed class PhaseRunner : IDisposable
{
    private readonly TrainingContext _context;
    private readonly PhaseSettings _phase;
    private readonly TrainingState _state;
    private readonly NetworkModel _model;
    private readonly Admm? _admm;
    private readonly AdamState _adam;
    private readonly int _stepsPerEpoch;

    /// <param name="layers">With the block sizes of this phase's weights.</param>
    /// <param name="state">Is changed.</param>
    public PhaseRunner(TrainingContext context, IReadOnlyList<LayerDescription> layers, TrainingState state)
    {
        (_context, _state) = (context, state);
        var training = context.Design.Training;
        _phase = state.Phase switch { TrainingPhase.Dense => training.Dense, TrainingPhase.Admm => training.Admm.Phase, _ => training.Retrain };
        int batch = Math.Min(training.BatchSize, context.Train.Count);
        _stepsPerEpoch = context.Train.Count / batch;
        var ops = context.Ops;
        _model = new(ops, layers, batch, context.Train.Steps);
        var target = state.Phase == TrainingPhase.Admm ? ops.Allocate(state.Parameters.Length) : _model.Parameters;
        _adam = new(_model.Parameters, _model.Gradient, ops.Allocate(state.First), ops.Allocate(state.Second), target);
        ops.Upload(_model.Parameters, state.Parameters);
        _model.Update();
        if (state.Phase != TrainingPhase.Admm) return;
        _admm = new(training.Admm, _model.Layout, context.Design.Layers);
        if (state.Step == 0) _admm.Start(state);
        UploadTarget();
    }

    private int Steps => _phase.Epochs * _stepsPerEpoch;

    /// <summary>Runs to the end; <see cref="TrainingState.Parameters"/> then holds the result.</summary>
    /// <param name="save">Keeps the state; called every few seconds and when the run is stopped.</param>
    /// <exception cref="OperationCanceledException">The run was stopped; the state was saved.</exception>
    public void Run(Action<TrainingState> save)
    {
        int[] order = [];
        int orderOf = -1, reported = _state.Step;
        long lastReport = Stopwatch.GetTimestamp(), lastSave = lastReport, epochStart = lastReport;
        int epochFrom = _state.Step;
        while (_state.Step < Steps)
        {
            int epoch = _state.Step / _stepsPerEpoch, step = _state.Step % _stepsPerEpoch;
            if (orderOf != epoch)
            {
                order = new RandomStream(_context.Design.Seed, (int)_state.Phase, epoch).Permutation(_context.Train.Count);
                (orderOf, epochStart, epochFrom) = (epoch, Stopwatch.GetTimestamp(), _state.Step);
            }
            Step(order.AsSpan(step * _model.Batch, _model.Batch));
            bool epochEnds = step + 1 == _stepsPerEpoch;
            if (epochEnds || Stopwatch.GetElapsedTime(lastReport) >= _context.Intervals.Report)
            {
                double frames = (double)(_state.Step - reported) * _model.Batch * _context.Train.Steps / Stopwatch.GetElapsedTime(lastReport).TotalSeconds;
                _context.Progress?.Report(new(_state.Phase, epoch + 1, _phase.Epochs, step + 1, _stepsPerEpoch,
                    _state.LossSum / ((step + 1.0) * _model.Batch), frames));
                (reported, lastReport) = (_state.Step, Stopwatch.GetTimestamp());
            }
            if (epochEnds) EndEpoch(epoch, (double)(_state.Step - epochFrom) * _model.Batch * _context.Train.Steps / Stopwatch.GetElapsedTime(epochStart).TotalSeconds);
            bool stop = _context.Stop.IsCancellationRequested;
            if (stop || Stopwatch.GetElapsedTime(lastSave) >= _context.Intervals.Save)
            {
                Download();
                save(_state);
                lastSave = Stopwatch.GetTimestamp();
            }
            if (stop) throw new OperationCanceledException(_context.Stop);
        }
        Download();
    }

    public void Dispose()
    {
        _adam.First.Dispose();
        _adam.Second.Dispose();
        if (_admm is not null) _adam.Target.Dispose();
        _model.Dispose();
    }

    private void Step(ReadOnlySpan<int> indices)
    {
        var (loss, hits) = _model.Forward(_context.Train, indices);
        if (!double.IsFinite(loss)) throw Diverged();
        _model.Backward();
        double norm = Math.Sqrt(_context.Ops.SumSquares(_model.Gradient)), clip = _context.Design.Training.GradientClip;
        if (!double.IsFinite(norm)) throw Diverged();
        double progress = Steps == 1 ? 0 : _state.Step / (Steps - 1.0);
        double rate = _phase.FinalLearningRate + (_phase.LearningRate - _phase.FinalLearningRate) * 0.5 * (1 + Math.Cos(Math.PI * progress));
        var settings = new AdamSettings(rate, _state.Step + 1, norm > clip ? clip / norm : 1, 0);
        int at = 0;
        foreach (var (start, length) in _admm?.Matrices() ?? [])
        {
            Adam(at, start - at, settings);
            Adam(start, length, settings with { Rho = _admm!.Rho(_state.Iteration) });
            at = start + length;
        }
        Adam(at, _model.Layout.Length - at, settings);
        _model.Update();
        _state.Step++;
        _state.LossSum += loss;
        _state.Hits += hits;
        if (_admm is null || !_admm.IsDue(_state.Step, _stepsPerEpoch)) return;
        Download();
        _admm.Update(_state);
        UploadTarget();
    }

    private void Adam(int start, int count, AdamSettings settings)
    {
        if (count > 0) _context.Ops.Adam(_adam, start, count, settings);
    }

    private void EndEpoch(int epoch, double framesPerSecond)
    {
        double count = (double)_stepsPerEpoch * _model.Batch;
        _state.Epochs.Add(new(_state.Phase, epoch + 1, _state.LossSum / count, _state.Hits / count, Evaluation.Accuracy(_model, _context.Test), framesPerSecond));
        (_state.LossSum, _state.Hits) = (0, 0);
    }

    private void Download()
    {
        _context.Ops.Download(_model.Parameters, _state.Parameters);
        _context.Ops.Download(_adam.First, _state.First);
        _context.Ops.Download(_adam.Second, _state.Second);
    }

    private void UploadTarget()
    {
        var target = new float[_state.Z.Length];
        for (int i = 0; i < target.Length; i++) target[i] = _state.Z[i] - _state.U[i];
        _context.Ops.Upload(_adam.Target, target);
    }

    private Core.InputException Diverged() => new(new Core.InputError(_context.Design.Data.Location.File, 1, 1,
        $"training diverged in phase {_state.Phase.ToString().ToLowerInvariant()} at step {_state.Step + 1}: the loss or its gradient is no longer finite; lower the learning rate or the gradient clip."));
}
