using HwGen.Core.Design;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Robustness;

/// <summary>The loss of a batch that an attack has moved, and its gradient at the parameters.</summary>
/// <remarks>The attack of a step draws from a stream of its own, so that a stopped training goes on with the same numbers and
/// methods that attack alike compute alike. Losses of hybrid training and of TRADES come from two passes, each with batch
/// moments of its own.</remarks>
internal sealed class AdversarialObjective : IDisposable
{
    private const int Purpose = 0x5A7A;

    private readonly Ops _ops;
    private readonly NetworkModel _model;
    private readonly AdversarialSettings _settings;
    private readonly LabelledData _data;
    private readonly WeightNoise? _noise;
    private readonly PerturbedBatch _batch;
    private readonly GradientAttack _attack;
    private readonly int _seed;
    private readonly Tensor _other;

    /// <param name="seed">The design's.</param>
    /// <param name="noise">Of the weights, drawn anew for each pass; null without.</param>
    public AdversarialObjective(Ops ops, NetworkModel model, AdversarialSettings settings, LabelledData data, int seed, WeightNoise? noise)
    {
        (_ops, _model, _settings, _data, _noise, _seed) = (ops, model, settings, data, noise, seed);
        _batch = new(data, model.Batch, settings.Epsilon);
        _attack = new(model) { Redraw = noise is null ? null : noise.Draw };
        _other = ops.Allocate(model.Layout.Length);
    }

    /// <summary>Steps of single inputs that attacks took so far.</summary>
    public long AttackSteps => _attack.StepsTaken;

    /// <summary>Leaves the gradient in the model; the loss counts as it is minimised, hits at the moved inputs.</summary>
    /// <param name="phase">Distinguishes the random numbers of phases.</param>
    /// <param name="step">The same of steps.</param>
    /// <param name="threshold">Of SAT and dynamic training.</param>
    public BatchScore Compute(ReadOnlySpan<int> indices, TrainingPhase phase, int step, double threshold)
    {
        if (_settings.Method == AdversarialMethod.Trades) return Trades(indices, phase, step);
        double clean = _settings.CleanWeight;
        if (clean == 1) return Pass(_data, indices, 1);
        _batch.Load(indices);
        var rule = new StopRule(_settings.Method switch
        {
            AdversarialMethod.Psat => StopKind.ProbabilityGap,
            AdversarialMethod.Hsat => StopKind.Curvature,
            AdversarialMethod.Dynamic => StopKind.Stationarity,
            _ => StopKind.Never,
        }, threshold);
        _attack.Ascend(_batch, _settings.Steps, _settings.StepSize / _settings.Epsilon, rule, _settings.RandomStart ? Start(phase, step) : null);
        if (clean == 0) return Pass(_batch, _batch.Slots, 1);
        var before = Pass(_data, indices, clean);
        Keep(clean);
        var after = Pass(_batch, _batch.Slots, 1 - clean);
        _ops.Accumulate(_model.Gradient, 1 - clean, _other, 1);
        return new(clean * before.Loss + (1 - clean) * after.Loss, after.Hits, after.Labels);
    }

    public void Dispose() => _other.Dispose();

    /// <summary>Mean of cross-entropy + β·divergence; three passes, as the method's public code has them.</summary>
    private BatchScore Trades(ReadOnlySpan<int> indices, TrainingPhase phase, int step)
    {
        int count = indices.Length;
        _batch.Load(indices);
        _attack.AscendDivergence(_batch, _settings.Steps, _settings.StepSize / _settings.Epsilon, _settings.Epsilon, Start(phase, step));
        _noise?.Draw();
        _model.Forward(_data, indices, train: true);
        double[][] p = Probabilities(count);
        _noise?.Draw();
        var moved = _model.Forward(_batch, _batch.Slots, train: true);
        double[][] q = Probabilities(count);
        double share = _settings.Beta / count;
        _model.SetOutputGradients([.. p.Zip(q).SelectMany(d => Divergence.GradientAtSecond(d.First, d.Second).Select(g => share * g))]);
        _model.Backward();
        _noise?.Collect(_model.Gradient, 1);
        Keep(1);
        _noise?.Draw();
        var natural = _model.Forward(_data, indices, train: true);
        p = Probabilities(count);
        _model.SetOutputGradients([.. Enumerable.Range(0, count).SelectMany(b => Divergence.GradientAtFirst(p[b], q[b])
            .Select((g, c) => share * g + (p[b][c] - (c == _data.Labels(_batch.SourceIndex(b))[0] ? 1 : 0)) / count))]);
        _model.Backward();
        _noise?.Collect(_model.Gradient, 1);
        _ops.Accumulate(_model.Gradient, 1, _other, 1);
        return new(natural.Loss + _settings.Beta * p.Zip(q).Sum(d => Divergence.Value(d.First, d.Second)), moved.Hits, natural.Labels);
    }

    private BatchScore Pass(LabelledData data, ReadOnlySpan<int> indices, double weight)
    {
        _noise?.Draw();
        var score = _model.Forward(data, indices, train: true);
        _model.Backward();
        _noise?.Collect(_model.Gradient, weight);
        return score;
    }

    /// <summary>Puts the gradient aside, times a weight.</summary>
    private void Keep(double weight) => _ops.Accumulate(_other, 0, _model.Gradient, weight);

    private double[][] Probabilities(int count) => [.. Enumerable.Range(0, count).Select(b => StopRule.Probabilities(_model.Outputs(b)))];

    private Func<int, RandomStream> Start(TrainingPhase phase, int step) => slot => new(_seed, Purpose + (int)phase, step * _model.Batch + slot);
}
