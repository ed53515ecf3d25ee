using System.Diagnostics;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>What all phases of one training share.</summary>
internal sealed record TrainingContext(Ops Ops, DesignFile Design, DataSplit Data,
    IProgress<TrainingProgress>? Progress, CancellationToken Stop, TrainingIntervals Intervals)
{
    /// <summary>Steps of the longest sequence there is.</summary>
    public int LongestLength { get; } = Math.Max(Data.Train.LongestLength, Data.Tests.Max(t => t.Data.LongestLength));

    /// <summary>Sequences to train with.</summary>
    public int[] Usable { get; } = BatchOrder.Usable(Data.Train);
}

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
    private readonly int _stepsPerEpoch, _bits;

    /// <param name="layers">With the block sizes of this phase's weights.</param>
    /// <param name="state">Is changed.</param>
    public PhaseRunner(TrainingContext context, IReadOnlyList<LayerDescription> layers, TrainingState state)
    {
        (_context, _state) = (context, state);
        var training = context.Design.Training;
        _phase = Settings(training, state.Phase);
        _bits = state.Phase is TrainingPhase.Retrain or TrainingPhase.Scratch ? training.SpectralBits : 0;
        int batch = Math.Min(training.BatchSize, context.Usable.Length);
        _stepsPerEpoch = context.Usable.Length / batch;
        var ops = context.Ops;
        _model = new(ops, layers, batch, context.LongestLength, context.Data.Train.Kind, training.Loss);
        var target = state.Phase == TrainingPhase.Admm ? ops.Allocate(state.Parameters.Length) : _model.Parameters;
        _adam = new(_model.Parameters, _model.Gradient, ops.Allocate(state.First), ops.Allocate(state.Second), target);
        ops.Upload(_model.Parameters, state.Parameters);
        _model.Update(_bits);
        if (state.Phase != TrainingPhase.Admm) return;
        _admm = new(training.Admm, _model.Layout, context.Design.Layers);
        if (state.Step == 0) _admm.Start(state);
        UploadTarget();
    }

    private int Steps => _phase.Epochs * _stepsPerEpoch;

    /// <summary>Epochs and learning rates of a phase.</summary>
    public static PhaseSettings Settings(TrainingSettings training, TrainingPhase phase) => phase switch
    {
        TrainingPhase.Dense => training.Dense,
        TrainingPhase.Admm => training.Admm.Phase,
        TrainingPhase.Scratch => training.Scratch,
        // Without ADMM its epochs go to retraining, so that both ways cost the same.
        _ when training.Method == CompressionMethod.Projection => training.Retrain with { Epochs = training.Admm.Phase.Epochs + training.Retrain.Epochs },
        _ => training.Retrain,
    };

    /// <summary>Runs to the end; <see cref="TrainingState.Parameters"/> then holds the result.</summary>
    /// <param name="save">Keeps the state; called every few seconds and when the run is stopped.</param>
    /// <exception cref="OperationCanceledException">The run was stopped; the state was saved.</exception>
    public void Run(Action<TrainingState> save)
    {
        int[] order = [];
        int orderOf = -1;
        long frames = 0, reported = 0, epochFrom = 0;
        long lastReport = Stopwatch.GetTimestamp(), lastSave = lastReport, epochStart = lastReport;
        while (_state.Step < Steps && !IsDone())
        {
            int epoch = _state.Step / _stepsPerEpoch, step = _state.Step % _stepsPerEpoch;
            if (orderOf != epoch)
            {
                order = BatchOrder.Epoch(_context.Data.Train, _context.Usable, _model.Batch, new RandomStream(_context.Design.Seed, (int)_state.Phase, epoch));
                (orderOf, epochStart, epochFrom) = (epoch, Stopwatch.GetTimestamp(), frames);
            }
            var batch = order.AsSpan(step * _model.Batch, _model.Batch);
            Step(batch);
            foreach (int index in batch) frames += _context.Data.Train.Length(index);
            bool epochEnds = step + 1 == _stepsPerEpoch || IsDone();
            if (epochEnds || Stopwatch.GetElapsedTime(lastReport) >= _context.Intervals.Report)
            {
                _context.Progress?.Report(new(_state.Phase, epoch + 1, _phase.Epochs, step + 1, _stepsPerEpoch,
                    _state.LossSum / _state.Labels, (frames - reported) / Stopwatch.GetElapsedTime(lastReport).TotalSeconds));
                (reported, lastReport) = (frames, Stopwatch.GetTimestamp());
            }
            if (epochEnds) EndEpoch(epoch, (frames - epochFrom) / Stopwatch.GetElapsedTime(epochStart).TotalSeconds);
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

    /// <summary>What the network is worth now.</summary>
    public IReadOnlyList<TestScore> Score() => Evaluation.Scores(_model, _context.Design.Training.Loss, _context.Data);

    public void Dispose()
    {
        _adam.First.Dispose();
        _adam.Second.Dispose();
        if (_admm is not null) _adam.Target.Dispose();
        _model.Dispose();
    }

    /// <summary>Whether the weights are as circulant, and as settled, as the design asks.</summary>
    private bool IsDone() => _admm is not null && _admm.HasConverged(_state);

    private void Step(ReadOnlySpan<int> indices)
    {
        var score = _model.Forward(_context.Data.Train, indices, train: true);
        if (!double.IsFinite(score.Loss)) throw Diverged();
        _model.Backward();
        double norm = Math.Sqrt(_context.Ops.SumSquares(_model.Gradient)), clip = _context.Design.Training.GradientClip;
        if (!double.IsFinite(norm)) throw Diverged();
        double progress = Steps == 1 ? 0 : _state.Step / (Steps - 1.0);
        double rate = _phase.FinalLearningRate + (_phase.LearningRate - _phase.FinalLearningRate) * 0.5 * (1 + Math.Cos(Math.PI * progress));
        var settings = new AdamSettings(rate, _state.Step + 1, norm > clip ? clip / norm : 1, 0);
        int at = 0;
        foreach (var slot in _admm?.Matrices() ?? [])
        {
            Adam(at, slot.Start - at, settings);
            Adam(slot.Start, slot.Length, settings with { Rho = _admm!.Rho(_state.Iteration) });
            at = slot.Start + slot.Length;
        }
        Adam(at, _model.Layout.Length - at, settings);
        _model.Update(_bits);
        _state.Step++;
        _state.LossSum += score.Loss;
        _state.Hits += score.Hits;
        _state.Labels += score.Labels;
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
        _state.Epochs.Add(new(_state.Phase, epoch + 1, _state.LossSum / _state.Labels, (double)_state.Hits / _state.Labels,
            Evaluation.Accuracy(_model, _context.Data.Test), framesPerSecond));
        (_state.LossSum, _state.Hits, _state.Labels) = (0, 0, 0);
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
