using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Compression;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Robustness;
using MathNet.Numerics.LinearAlgebra;

namespace HwGen.Frontend.Training;

/// <summary>Trains the projections of a network's channels, all at once; its weights stay.</summary>
/// <remarks>Loss: cross-entropy + γ Σ ‖z − z̃‖² / ‖z‖², z being the sums of each layer that reads projected channels, in the
/// network as it was and in the projected one. In adversarial training both see the inputs that PGD found for the projected one.</remarks>
internal sealed class ProjectionWork : PhaseWork
{
    private const int Purpose = 0xCA9;

    private readonly TrainingContext _context;
    private readonly TrainingState _state;
    private readonly CapSettings _settings;
    private readonly CascadedProjection _projection;
    private readonly ProxyMatrix[] _proxies;
    private readonly NetworkModel _teacher;
    private readonly Tensor[] _differences;
    private readonly int[] _reconstructed;
    private readonly GradientAttack _attack;
    private readonly PerturbedBatch? _batch;

    /// <param name="layers">Of the network in the state, without batch norm.</param>
    /// <param name="state">Its parameters are the network's; its proxies are changed.</param>
    public ProjectionWork(TrainingContext context, IReadOnlyList<LayerDescription> layers, TrainingState state)
    {
        (_context, _state, _settings) = (context, state, context.Design.Training.Cap);
        _projection = new(new ParameterLayout(layers).Unpack(state.Parameters));
        int[] ranks = [.. _projection.Channels.Select(_settings.Rank)];
        if (state.Proxies.Length == 0)
            state.Proxies = [.. _projection.Selections(ranks).SelectMany(p => p.ToRowMajorArray()), .. new double[ranks.Zip(_projection.Channels, (r, c) => r * c).Sum()]];
        _proxies = Restore(state.Proxies, _projection.Channels, ranks);

        Matrix<double>[] whole = [.. _projection.Channels.Select(c => Matrix<double>.Build.DenseIdentity(c))];
        var (teacher, student) = (_projection.Expand(whole), _projection.Expand(Projections));
        _reconstructed = [.. _projection.Reconstructed(student)];
        Model = Create(student);
        _teacher = Create(teacher);
        _differences = [.. _reconstructed.Select(l => context.Ops.Allocate(Model.LayerTensors(l).Outputs.Length))];
        _attack = new(Model);
        if (context.Design.Training.Adversarial is { } adversarial) _batch = new(context.Data.Train, Model.Batch, adversarial.Epsilon);
    }

    public override NetworkModel Model { get; }

    /// <summary>P of each projected layer.</summary>
    public Matrix<double>[] Projections => [.. _proxies.Select(p => p.Orthonormal)];

    /// <summary>The projected network that a state of this phase stands for.</summary>
    public static TrainedNetwork Bake(TrainingState state, IReadOnlyList<LayerDescription> layers, CapSettings settings)
    {
        var projection = new CascadedProjection(new ParameterLayout(layers).Unpack(state.Parameters));
        return projection.Bake([.. Restore(state.Proxies, projection.Channels, [.. projection.Channels.Select(settings.Rank)]).Select(p => p.Orthonormal)]);
    }

    public override BatchScore Step(ReadOnlySpan<int> indices, double rate)
    {
        var (score, gradients) = Compute(indices);
        if (!double.IsFinite(score.Loss)) throw _context.Diverged(_state);
        bool epochEnds = (_state.Step + 1) % _context.StepsPerEpoch == 0;
        for (int i = 0; i < _proxies.Length; i++)
        {
            _proxies[i].Step(gradients[i], rate, CapSettings.Momentum);
            if (epochEnds) _proxies[i].Recenter();
        }
        Update();
        return score;
    }

    /// <summary>Mean loss times the labels, as others count it, and the gradients at the projections.</summary>
    public (BatchScore Score, Matrix<double>[] Gradients) Compute(ReadOnlySpan<int> indices)
    {
        LabelledData data = _context.Data.Train;
        if (_batch is not null && _context.Design.Training.Adversarial is { } adversarial)
        {
            int step = _state.Step;
            _batch.Load(indices);
            _attack.Ascend(_batch, adversarial.Steps, adversarial.StepSize / adversarial.Epsilon, StopRule.Never,
                slot => new(_context.Design.Seed, Purpose, step * Model.Batch + slot));
            data = _batch;
            indices = _batch.Slots;
        }
        var ops = _context.Ops;
        _teacher.Forward(data, indices);
        var score = Model.Forward(data, indices);
        double lost = 0;
        Model.Backward(layer =>
        {
            int i = Array.IndexOf(_reconstructed, layer);
            if (i < 0) return;
            var (outputs, gradients) = Model.LayerTensors(layer);
            var target = _teacher.LayerTensors(layer).Outputs;
            double scale = _settings.Reconstruction / Math.Max(ops.SumSquares(target), double.Epsilon);
            ops.Accumulate(_differences[i], 0, outputs, 1);
            ops.Accumulate(_differences[i], 1, target, -1);
            lost += scale * ops.SumSquares(_differences[i]);
            ops.Accumulate(gradients, 1, _differences[i], 2 * scale);
        });
        var vector = new float[Model.Layout.Length];
        ops.Download(Model.Gradient, vector);
        return (score with { Loss = score.Loss + lost * score.Labels }, _projection.Gradients(Model.Layout.Unpack(vector)));
    }

    public override void Download() =>
        _state.Proxies = [.. _proxies.SelectMany(p => p.Value.ToRowMajorArray()), .. _proxies.SelectMany(p => p.Velocity.ToRowMajorArray())];

    public override void Dispose()
    {
        foreach (var tensor in _differences) tensor.Dispose();
        _teacher.Dispose();
        Model.Dispose();
    }

    private static ProxyMatrix[] Restore(double[] values, int[] channels, int[] ranks)
    {
        var proxies = new ProxyMatrix[ranks.Length];
        int at = 0, half = values.Length / 2;
        for (int i = 0; i < proxies.Length; i++)
        {
            int size = channels[i] * ranks[i];
            proxies[i] = new(channels[i], ranks[i], values.AsSpan(at, size))
            {
                Velocity = Matrix<double>.Build.DenseOfRowMajor(channels[i], ranks[i], values[(half + at)..(half + at + size)]),
            };
            at += size;
        }
        return proxies;
    }

    private NetworkModel Create(TrainedNetwork network)
    {
        var model = new NetworkModel(_context.Ops, network.Layers, _context.BatchSize, _context.LongestLength, _context.Data.Train.Kind);
        _context.Ops.Upload(model.Parameters, model.Layout.Pack(network));
        model.Update();
        return model;
    }

    private void Update()
    {
        _context.Ops.Upload(Model.Parameters, Model.Layout.Pack(_projection.Expand(Projections)));
        Model.Update();
    }
}
