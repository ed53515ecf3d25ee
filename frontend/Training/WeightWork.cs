using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Compression;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Robustness;

namespace HwGen.Frontend.Training;

/// <summary>Trains all parameters of a network by Adam, with what the design adds: ADMM, rewiring, moved inputs, noise, shrinking.</summary>
internal sealed class WeightWork : PhaseWork
{
    private readonly TrainingContext _context;
    private readonly TrainingState _state;
    private readonly TrainingSettings _training;
    private readonly int _stepsPerEpoch, _epochs, _bits;
    private readonly Admm? _admm;
    private readonly SparseMomentum? _sparse;
    private readonly AdamState _adam;
    private readonly AdversarialObjective? _objective;
    private readonly WeightNoise? _noise;
    private readonly AdamState? _noiseAdam;
    private readonly Tensor? _mask;

    /// <param name="layers">With the block sizes of this phase's weights.</param>
    /// <param name="target">With those that ADMM pulls towards.</param>
    /// <param name="state">Is changed.</param>
    /// <param name="epochs">Of this phase.</param>
    public WeightWork(TrainingContext context, IReadOnlyList<LayerDescription> layers, IReadOnlyList<LayerDescription> target, TrainingState state, int epochs)
    {
        (_context, _state, _training, _epochs, _stepsPerEpoch) = (context, state, context.Design.Training, epochs, context.StepsPerEpoch);
        _bits = state.Phase is TrainingPhase.Retrain or TrainingPhase.Scratch ? _training.SpectralBits : 0;
        var ops = context.Ops;
        Model = new(ops, layers, context.BatchSize, context.LongestLength, context.Data.Train.Kind, _training.Loss);
        if (state.Phase == TrainingPhase.Admm) _admm = new(_training.Admm, Model.Layout, target);
        if (state.Phase == TrainingPhase.Dnr) _sparse = new(_training.Dnr, Model.Layout);
        if (state.Step == 0)
        {
            _admm?.Start(state);
            _sparse?.Start(state, context.Design.Seed);
        }
        _adam = new(Model.Parameters, Model.Gradient, ops.Allocate(state.First), ops.Allocate(state.Second),
            state.Z.Length > 0 ? ops.Allocate(state.Parameters.Length) : Model.Parameters);
        ops.Upload(Model.Parameters, state.Parameters);
        if (_sparse is not null) _mask = ops.Allocate(state.Mask);
        if (state.Z.Length > 0) UploadTarget();
        if (_training.Noise is { } noise)
        {
            _noise = new(ops, Model, context.Design.Seed, _bits);
            if (state.Noise.Length == 0) state.Noise = [.. Enumerable.Repeat((float)noise.Scale, _noise.Channels), .. new float[2 * _noise.Channels]];
            ops.Upload(_noise.Alpha, Noise(0));
            _noiseAdam = new(_noise.Alpha, _noise.Gradient, ops.Allocate(Noise(1)), ops.Allocate(Noise(2)), _noise.Alpha);
        }
        if (_training.Adversarial is { } adversarial)
            _objective = new(ops, Model, adversarial, context.Data.Train, context.Design.Seed, _noise);
        Model.Update(_bits);
    }

    public override NetworkModel Model { get; }

    /// <summary>Whether the weights are as circulant, and as settled, as the design asks.</summary>
    public override bool IsDone => _admm is not null && _admm.HasConverged(_state);

    private bool IsFromRandomWeights => _state.Phase is TrainingPhase.Dense or TrainingPhase.Scratch or TrainingPhase.Dnr;

    public override BatchScore Step(ReadOnlySpan<int> indices, double rate)
    {
        var score = Compute(indices);
        if (!double.IsFinite(score.Loss)) throw _context.Diverged(_state);
        var ops = _context.Ops;
        double norm = Math.Sqrt(ops.SumSquares(Model.Gradient)), clip = _training.GradientClip;
        if (!double.IsFinite(norm)) throw _context.Diverged(_state);
        var settings = new AdamSettings(rate, _state.Step + 1, norm > clip ? clip / norm : 1, 0);
        var (pulled, rho) = Pull();
        int at = 0;
        foreach (var slot in pulled)
        {
            Adam(at, slot.Start - at, settings);
            Adam(slot.Start, slot.Length, settings with { Rho = rho });
            at = slot.Start + slot.Length;
        }
        Adam(at, Model.Layout.Length - at, settings);
        if (_training.Noise is { IsTrained: true }) ops.Adam(_noiseAdam!, 0, _noise!.Channels, settings);
        if (_training.Lasso > 0)
            foreach (var slot in Enumerable.Range(0, Model.Layout.Layers.Count).SelectMany(Model.Layout.Matrices))
                ops.Shrink(Model.Parameters, slot.Start, slot.Length, rate * _training.Lasso);
        if (_mask is not null) ops.Multiply(Model.Parameters, _mask);
        Model.Update(_bits);
        AfterUpdate();
        return score;
    }

    public override void Download()
    {
        var ops = _context.Ops;
        ops.Download(Model.Parameters, _state.Parameters);
        ops.Download(_adam.First, _state.First);
        ops.Download(_adam.Second, _state.Second);
        if (_noiseAdam is null) return;
        ops.Download(_noiseAdam.Parameters, Noise(0));
        ops.Download(_noiseAdam.First, Noise(1));
        ops.Download(_noiseAdam.Second, Noise(2));
    }

    public override void Dispose()
    {
        foreach (var tensor in new[] { _adam.First, _adam.Second, _mask, _noiseAdam?.First, _noiseAdam?.Second }) tensor?.Dispose();
        if (_adam.Target != Model.Parameters) _adam.Target.Dispose();
        _objective?.Dispose();
        _noise?.Dispose();
        Model.Dispose();
    }

    private BatchScore Compute(ReadOnlySpan<int> indices)
    {
        int epoch = _state.Step / _stepsPerEpoch;
        _noise?.Begin(_state.Step);
        if (_objective is not null && _training.Adversarial is { } adversarial && !(IsFromRandomWeights && epoch < adversarial.WarmupEpochs))
            return _objective.Compute(indices, _state.Phase, _state.Step,
                IsFromRandomWeights ? adversarial.Threshold(epoch, _epochs) : adversarial.FinalThreshold);
        _noise?.Draw();
        var score = Model.Forward(_context.Data.Train, indices, train: true);
        Model.Backward();
        _noise?.Collect(Model.Gradient, 1);
        return score;
    }

    /// <summary>What is pulled towards Z − U, and how hard.</summary>
    private (IEnumerable<MatrixSlot> Slots, double Rho) Pull() =>
        _admm is not null ? (_admm.Matrices(), _admm.Rho(_state.Iteration))
        : _sparse is not null && _state.Z.Length > 0 ? (_sparse.Matrices, _sparse.Rho(_state.Iteration)) : ([], 0);

    /// <summary>Updates of ADMM or rewiring, where the step that is now over ends an iteration.</summary>
    private void AfterUpdate()
    {
        int step = _state.Step + 1;
        if (_admm is not null && _admm.IsDue(step, _stepsPerEpoch))
        {
            Download();
            _admm.Update(_state);
            UploadTarget();
        }
        if (_sparse is null || step % _stepsPerEpoch != 0 || step == _epochs * _stepsPerEpoch) return;
        Download();
        _sparse.Rewire(_state, _sparse.PruneRate(step, _epochs * _stepsPerEpoch));
        _context.Ops.Upload(Model.Parameters, _state.Parameters);
        _context.Ops.Upload(_mask!, _state.Mask);
        Model.Update(_bits);
        if (_state.Z.Length > 0) UploadTarget();
    }

    private void Adam(int start, int count, AdamSettings settings)
    {
        if (count > 0) _context.Ops.Adam(_adam, start, count, settings);
    }

    /// <summary>α, and Adam's two moments of it.</summary>
    private Span<float> Noise(int part) => _state.Noise.AsSpan(part * _noise!.Channels, _noise.Channels);

    private void UploadTarget()
    {
        var target = new float[_state.Z.Length];
        for (int i = 0; i < target.Length; i++) target[i] = _state.Z[i] - _state.U[i];
        _context.Ops.Upload(_adam.Target, target);
    }
}
