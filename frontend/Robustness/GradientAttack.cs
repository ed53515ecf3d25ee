using HwGen.Frontend.Training;

namespace HwGen.Frontend.Robustness;

/// <summary>Projected gradient ascent in a ball of the maximum norm; one step without a random start is FGSM.</summary>
/// <remarks>Batch norm takes its running moments. Sources: Goodfellow et al., arXiv:1412.6572; Madry et al., arXiv:1706.06083; the
/// divergence and its start: Zhang et al., TRADES, arXiv:1901.08573.</remarks>
/// <param name="model">Attacked as its weights are.</param>
internal sealed class GradientAttack(NetworkModel model)
{
    /// <summary>Standard deviation of TRADES' start: at the input itself the divergence has no gradient.</summary>
    private const double DivergenceStart = 0.001;

    private float[] _gradient = [], _sum = [];
    private int _size;

    /// <summary>Steps of single inputs that were taken in all calls.</summary>
    public long StepsTaken { get; private set; }

    /// <summary>Called before each forward pass, if set: draws the noise of randomised weights anew.</summary>
    public Action? Redraw { get; init; }

    /// <summary>What is attacked by <paramref name="model"/>'s derivatives; null: that network itself.</summary>
    public AttackedModel? Attacked { get; init; }

    /// <summary>Draws that a gradient is averaged over.</summary>
    public int Draws { get; init; } = 1;

    /// <summary>Moves the batch's points.</summary>
    /// <param name="batch">Is changed; begins where it is.</param>
    /// <param name="steps">At least 0.</param>
    /// <param name="length">Of a step, in radii.</param>
    /// <param name="rule">Which inputs go on.</param>
    /// <param name="start">A stream for each slot's random start; null begins at the points as they are.</param>
    public void Ascend(PerturbedBatch batch, int steps, double length, StopRule rule, Func<int, RandomStream>? start)
    {
        if (start is not null)
            foreach (int slot in batch.Slots)
            {
                var random = start(slot);
                batch.Move(slot, _ => 2 * random.NextUniform() - 1);
            }
        for (int step = 0; step < steps; step++)
        {
            Redraw?.Invoke();
            model.Forward(batch, batch.Slots);
            float[][]? outputs = Attacked?.Outputs(batch.Points);
            bool[]? going = rule.IsOpen || rule.Kind == StopKind.Stationarity ? null : Going(batch, rule, outputs);
            if (going is not null && !going.Any(g => g)) return;
            if (outputs is not null) model.SetOutputGradients([.. batch.Slots.SelectMany(slot => LossGradient(outputs[slot], batch.Labels(slot)[0]))]);
            model.BackwardToInputs();
            MoreDraws(batch);
            foreach (int slot in batch.Slots)
            {
                if (going is not null && !going[slot]) continue;
                var gradient = Gradient(batch, slot);
                if (rule is { Kind: StopKind.Stationarity, IsOpen: false } && batch.Count * batch.Stationarity(slot, gradient) < rule.Threshold) continue;
                batch.Step(slot, gradient, length);
                StepsTaken++;
            }
        }
    }

    /// <summary>Climbs the Kullback-Leibler divergence from the probabilities at the inputs as they are.</summary>
    /// <param name="batch">Is changed; begins at the inputs.</param>
    /// <param name="epsilon">ε, in the units of <see cref="DivergenceStart"/>.</param>
    /// <param name="start">A stream for each slot's normal start.</param>
    public void AscendDivergence(PerturbedBatch batch, int steps, double length, double epsilon, Func<int, RandomStream> start)
    {
        Redraw?.Invoke();
        model.Forward(batch, batch.Slots);
        double[][] clean = [.. batch.Slots.Select(slot => StopRule.Probabilities(model.Outputs(slot)))];
        foreach (int slot in batch.Slots)
        {
            var random = start(slot);
            var noise = new float[batch.Point(slot).Length];
            random.Normal(noise);
            batch.Move(slot, i => DivergenceStart / epsilon * noise[i]);
        }
        for (int step = 0; step < steps; step++)
        {
            Redraw?.Invoke();
            model.Forward(batch, batch.Slots);
            model.SetOutputGradients([.. batch.Slots.SelectMany(slot => Divergence.GradientAtSecond(clean[slot], StopRule.Probabilities(model.Outputs(slot))))]);
            model.BackwardToInputs();
            foreach (int slot in batch.Slots) batch.Step(slot, Gradient(batch, slot), length);
            StepsTaken += batch.Count;
        }
    }

    /// <summary>Of cross-entropy at the logits.</summary>
    private static IEnumerable<double> LossGradient(float[] outputs, int label) => StopRule.Probabilities(outputs).Select((p, c) => c == label ? p - 1 : p);

    private bool[] Going(PerturbedBatch batch, StopRule rule, float[][]? outputs)
    {
        var going = new bool[batch.Count];
        double[] features = rule.Kind == StopKind.Curvature ? model.FeatureSquares()[..batch.Count] : [];
        foreach (int slot in batch.Slots)
        {
            float[] logits = outputs?[slot] ?? model.Outputs(slot);
            if (rule.Kind == StopKind.Wrong)
            {
                going[slot] = RobustEvaluation.Named(logits) == batch.Labels(slot)[0];
                continue;
            }
            double[] p = StopRule.Probabilities(logits);
            going[slot] = rule.Threshold >= (rule.Kind == StopKind.Curvature
                ? Curvature.Share(p, features[slot], features.Max()) : StopRule.ProbabilityGap(p, batch.Labels(slot)[0]));
        }
        return going;
    }

    /// <summary>Sums the gradients of the other draws, where there are several; their mean has the same signs.</summary>
    private void MoreDraws(PerturbedBatch batch)
    {
        if (Draws == 1) return;
        _size = batch.Slots.Max(slot => batch.Point(slot).Length);
        if (_sum.Length < batch.Count * _size) _sum = new float[batch.Count * _size];
        Array.Clear(_sum);
        for (int draw = 0; ; draw++)
        {
            foreach (int slot in batch.Slots)
            {
                var gradient = Own(batch, slot);
                for (int i = 0; i < gradient.Length; i++) _sum[slot * _size + i] += gradient[i];
            }
            if (draw + 1 == Draws) return;
            Redraw?.Invoke();
            model.Forward(batch, batch.Slots);
            model.BackwardToInputs();
        }
    }

    private ReadOnlySpan<float> Gradient(PerturbedBatch batch, int slot) => Draws == 1 ? Own(batch, slot)
        : _sum.AsSpan(slot * _size, batch.Point(slot).Length);

    private Span<float> Own(PerturbedBatch batch, int slot)
    {
        int size = batch.Point(slot).Length;
        if (_gradient.Length < size) _gradient = new float[size];
        model.InputGradient(slot, _gradient.AsSpan(0, size));
        return _gradient.AsSpan(0, size);
    }
}
