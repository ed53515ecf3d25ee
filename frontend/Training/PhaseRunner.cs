using System.Diagnostics;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Compression;
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

    /// <summary>Sequences of a step.</summary>
    public int BatchSize => Math.Min(Design.Training.BatchSize, Usable.Length);

    public int StepsPerEpoch => Usable.Length / BatchSize;

    public Core.InputException Diverged(TrainingState state) => new(new Core.InputError(Design.Data.Location.File, 1, 1,
        $"training diverged in phase {state.Phase.ToString().ToLowerInvariant()} at step {state.Step + 1}: the loss or its gradient is no longer finite; lower the learning rate or the gradient clip."));
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
    private readonly PhaseWork _work;
    private readonly int _stepsPerEpoch;

    /// <param name="layers">With the block sizes of this phase's weights.</param>
    /// <param name="target">With those that ADMM pulls towards.</param>
    /// <param name="state">Is changed.</param>
    public PhaseRunner(TrainingContext context, IReadOnlyList<LayerDescription> layers, IReadOnlyList<LayerDescription> target, TrainingState state)
    {
        (_context, _state, _stepsPerEpoch) = (context, state, context.StepsPerEpoch);
        _phase = Settings(context.Design.Training, state.Phase);
        _work = state.Phase == TrainingPhase.Cap ? new ProjectionWork(context, layers, state) : new WeightWork(context, layers, target, state, _phase.Epochs);
    }

    private int Steps => _phase.Epochs * _stepsPerEpoch;

    /// <summary>Epochs and learning rates of a phase.</summary>
    public static PhaseSettings Settings(TrainingSettings training, TrainingPhase phase) => phase switch
    {
        TrainingPhase.Dense => training.Dense,
        TrainingPhase.Admm => training.Admm.Phase,
        TrainingPhase.Scratch or TrainingPhase.Dnr => training.Scratch,
        TrainingPhase.Cap => training.Cap.Phase,
        // Without ADMM its epochs go to retraining, so that both ways cost the same.
        _ when training.Method == CompressionMethod.Projection => training.Retrain with { Epochs = training.Admm.Phase.Epochs + training.Retrain.Epochs },
        _ => training.Retrain,
    };

    /// <summary>Runs to the end; the state then holds the result.</summary>
    /// <param name="save">Keeps the state; called every few seconds and when the run is stopped.</param>
    /// <exception cref="OperationCanceledException">The run was stopped; the state was saved.</exception>
    public void Run(Action<TrainingState> save)
    {
        int[] order = [];
        int orderOf = -1, size = _context.BatchSize;
        long frames = 0, reported = 0, epochFrom = 0;
        long lastReport = Stopwatch.GetTimestamp(), lastSave = lastReport, epochStart = lastReport;
        while (_state.Step < Steps && !_work.IsDone)
        {
            int epoch = _state.Step / _stepsPerEpoch, step = _state.Step % _stepsPerEpoch;
            if (orderOf != epoch)
            {
                order = BatchOrder.Epoch(_context.Data.Train, _context.Usable, size, new RandomStream(_context.Design.Seed, (int)_state.Phase, epoch));
                (orderOf, epochStart, epochFrom) = (epoch, Stopwatch.GetTimestamp(), frames);
            }
            var batch = order.AsSpan(step * size, size);
            Step(batch);
            foreach (int index in batch) frames += _context.Data.Train.Length(index);
            bool epochEnds = step + 1 == _stepsPerEpoch || _work.IsDone;
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
                _work.Download();
                save(_state);
                lastSave = Stopwatch.GetTimestamp();
            }
            if (stop) throw new OperationCanceledException(_context.Stop);
        }
        _work.Download();
    }

    /// <summary>What the network is worth now.</summary>
    public IReadOnlyList<TestScore> Score() => Evaluation.Scores(_work.Model, _context.Design.Training.Loss, _context.Data);

    public void Dispose() => _work.Dispose();

    private void Step(ReadOnlySpan<int> indices)
    {
        double progress = Steps == 1 ? 0 : _state.Step / (Steps - 1.0);
        var score = _work.Step(indices, _phase.FinalLearningRate + (_phase.LearningRate - _phase.FinalLearningRate) * 0.5 * (1 + Math.Cos(Math.PI * progress)));
        _state.Step++;
        _state.LossSum += score.Loss;
        _state.Hits += score.Hits;
        _state.Labels += score.Labels;
    }

    private void EndEpoch(int epoch, double framesPerSecond)
    {
        _state.Epochs.Add(new(_state.Phase, epoch + 1, _state.LossSum / _state.Labels, (double)_state.Hits / _state.Labels,
            Evaluation.Accuracy(_work.Model, _context.Data.Test), framesPerSecond));
        (_state.LossSum, _state.Hits, _state.Labels) = (0, 0, 0);
    }
}
