using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Compression;

/// <summary>Which weights of a sparse network live: as many in every epoch, those with a future in place of the smallest.</summary>
/// <remarks>
/// A rewiring takes the smallest of each layer away and gives as many back over all layers, in proportion to each layer's
/// mean momentum of living units, where the momentum of the dead is largest; the momentum is Adam's first moment of the dense
/// gradient of the (hybrid) loss. Regrown weights begin at 0. Counts are exact, ties go to the first. In channel mode a unit is
/// an input channel of a layer, measured by Frobenius norms. Balanced, every row of a layer (of all its gates) has as many weights:
/// layers give and take whole weights a row, each row its own, and the sum over all layers is as near to the exact count as that allows.
/// Sources: Kundu et al., DNR, arXiv:2011.03083, reconstructed where its text was not at hand (exact counts, channels, the pull by
/// ρ); the engine: Dettmers and Zettlemoyer, arXiv:1907.04840.
/// </remarks>
internal sealed class SparseMomentum
{
    /// <summary>Layers less sparse than this don't give up more of their weights than they have pruned, while they grow.</summary>
    private const double NearlyDense = 0.2;

    private readonly DnrSettings _settings;
    private readonly Layer[] _layers;

    /// <param name="layout">Of a network whose block sizes are all 1.</param>
    public SparseMomentum(DnrSettings settings, ParameterLayout layout)
    {
        _settings = settings;
        bool channels = settings.Unit == PruningUnit.Channel;
        MatrixSlot[] slots = [.. Enumerable.Range(0, layout.Layers.Count).SelectMany(layout.Matrices)];
        // Nobody prunes the channels of the data itself.
        _layers = [.. slots.Skip(channels ? 1 : 0).Select(s => channels
            ? new Layer(s, s.Input.Size, true, settings.Multiple, 1) : new Layer(s, s.Length, false, Rows(s), Rows(s)))];

        int Rows(MatrixSlot slot) => settings.IsBalanced ? slot.Outputs : 1;
    }

    /// <summary>Units of all layers.</summary>
    public int Units => _layers.Sum(l => l.Units);

    /// <summary>Units that live, at any time; balanced, the number that <see cref="Count"/> comes to within half of the rows of the largest layer.</summary>
    public int Living => _settings.IsBalanced
        ? Math.Max((int)Math.Round(_settings.Density * Units), _layers.Sum(l => l.Group))
        : Math.Max((int)Math.Round(_settings.Density * _layers.Sum(l => l.Units / l.Group)), _layers.Length) * _layers[0].Group;

    /// <summary>Whether nothing is pruned.</summary>
    public bool IsDense => _settings.Density == 1;

    /// <summary>The matrices that are pruned, in the vector's order.</summary>
    public IEnumerable<MatrixSlot> Matrices => _layers.Select(l => l.Slot);

    /// <summary>Share of a layer's living units that a rewiring moves.</summary>
    public double PruneRate(int step, int steps) =>
        _settings.FinalPruneRate + (_settings.PruneRate - _settings.FinalPruneRate) * 0.5 * (1 + Math.Cos(Math.PI * step / steps));

    /// <summary>ρ after that many rewirings.</summary>
    public double Rho(int iteration) => _settings.Rho * Math.Pow(_settings.RhoGrowth, iteration);

    /// <summary>A random mask with the exact count, over layers in proportion to their sizes but at least one unit (balanced: one a row) each.</summary>
    public void Start(TrainingState state, int seed)
    {
        state.Mask = new float[state.Parameters.Length];
        Array.Fill(state.Mask, 1f);
        int[] kept = Share(Living - _layers.Sum(l => l.Group), [.. _layers.Select(l => (double)l.Units)], [.. _layers.Select(l => l.Units / l.Group - 1)]);
        for (int l = 0; l < _layers.Length; l++)
        {
            var layer = _layers[l];
            int[] order = new RandomStream(seed, 0xD7A, l).Permutation(layer.Units);
            foreach (int unit in layer.Parted(order).SelectMany(part => part.Skip((kept[l] + 1) * layer.PartGroup))) Kill(state, layer, unit);
        }
        if (_settings.Rho == 0) return;
        (state.Z, state.U) = ([.. state.Parameters], new float[state.Parameters.Length]);
    }

    /// <summary>Prunes and grows; then one update of Z and U, where ρ is not 0.</summary>
    /// <param name="state">Parameters, first moments and mask are of now; parameters and mask change.</param>
    /// <param name="rate">From <see cref="PruneRate"/>.</param>
    public Rewiring Rewire(TrainingState state, double rate)
    {
        double[] shares = Shares(state);
        if (IsDense) return new(0, 0, shares);
        int removed = 0;
        for (int l = 0; l < _layers.Length; l++)
        {
            var layer = _layers[l];
            bool[] living = layer.Living(state.Mask);
            int count = living.Count(v => v);
            double sparsity = 1 - (double)count / layer.Units;
            double own = sparsity < NearlyDense && shares[l] > 1.0 / _layers.Length ? Math.Min(sparsity, rate) : rate;
            double groups = own * count / layer.Group;
            // A row of few weights would go on losing a large share of them until the end if one more than none were always moved.
            int pruned = Math.Min((int)(_settings.IsBalanced ? Math.Round(groups) : Math.Ceiling(groups)), count / layer.Group - 1);
            double[] sizes = layer.Norms(state.Parameters);
            foreach (var part in layer.Parted(Enumerable.Range(0, layer.Units).Where(u => living[u])))
                foreach (int unit in part.OrderBy(u => sizes[u]).Take(pruned * layer.PartGroup)) Kill(state, layer, unit);
            removed += pruned * layer.Group;
        }
        int[] dead = [.. _layers.Select(l => l.Living(state.Mask).Count(v => !v) / l.Group)];
        // Balanced, what the last rewiring rounded is made up for.
        int[] grown = Share(Math.Max(0, Living - Count(state.Mask)), shares, dead);
        for (int l = 0; l < _layers.Length; l++)
        {
            var layer = _layers[l];
            bool[] living = layer.Living(state.Mask);
            double[] momentum = layer.Norms(state.First);
            foreach (var part in layer.Parted(Enumerable.Range(0, layer.Units).Where(u => !living[u])))
                foreach (int unit in part.OrderByDescending(u => momentum[u]).Take(grown[l] * layer.PartGroup))
                    foreach (int i in layer.Weights(unit)) state.Mask[i] = 1f;
        }
        if (_settings.Rho > 0) UpdatePull(state);
        return new(removed, grown.Zip(_layers, (g, l) => g * l.Group).Sum(), shares);
    }

    /// <summary>Units that live by the mask.</summary>
    public int Count(float[] mask) => _layers.Sum(l => l.Living(mask).Count(v => v));

    /// <summary>Of each pruned layer, in channel mode, the input channels that live.</summary>
    public IReadOnlyList<int[]> Channels(float[] mask) =>
        [.. _layers.Select(l => l.Living(mask) is var living ? Enumerable.Range(0, l.Units).Where(u => living[u]).ToArray() : [])];

    /// <summary>Each layer's share of the mean momenta of living units.</summary>
    private double[] Shares(TrainingState state)
    {
        double[] means = [.. _layers.Select(layer =>
        {
            bool[] living = layer.Living(state.Mask);
            double[] momentum = layer.Norms(state.First);
            return Enumerable.Range(0, layer.Units).Where(u => living[u]).Average(u => momentum[u]);
        })];
        double sum = means.Sum();
        return [.. means.Select(m => sum > 0 ? m / sum : 1.0 / means.Length)];
    }

    /// <summary>Z ← the largest of Θ + U, as many as live; U ← U + Θ − Z, scaled as ρ grows.</summary>
    private void UpdatePull(TrainingState state)
    {
        double shrink = Rho(state.Iteration) / Rho(state.Iteration + 1);
        foreach (var layer in _layers)
        {
            int count = layer.Living(state.Mask).Count(v => v);
            float[] sum = [.. state.Parameters.Zip(state.U, (w, u) => w + u)];
            double[] sizes = layer.Norms(sum);
            var kept = layer.Parted(Enumerable.Range(0, layer.Units)).SelectMany(part => part.OrderByDescending(u => sizes[u]).Take(count / layer.Parts)).ToHashSet();
            for (int unit = 0; unit < layer.Units; unit++)
                foreach (int i in layer.Weights(unit))
                {
                    state.Z[i] = kept.Contains(unit) ? sum[i] : 0f;
                    state.U[i] = (float)(shrink * ((double)sum[i] - state.Z[i]));
                }
        }
        state.Iteration++;
    }

    /// <summary>Of so many units, the groups that each layer gets.</summary>
    private int[] Share(int units, double[] weights, int[] room) => _settings.IsBalanced
        ? Apportionment.Share(units, weights, room, [.. _layers.Select(l => l.Group)]) : Apportionment.Share(units / _layers[0].Group, weights, room);

    private static void Kill(TrainingState state, Layer layer, int unit)
    {
        foreach (int i in layer.Weights(unit)) (state.Mask[i], state.Parameters[i]) = (0f, 0f);
    }

    /// <param name="Slot">The layer's matrix.</param>
    /// <param name="Units">Weights, or input channels.</param>
    /// <param name="ByChannel">Which of both.</param>
    /// <param name="Group">Units live in multiples of this.</param>
    /// <param name="Parts">Each with as many living units: the rows where the layer is balanced, else 1.</param>
    private sealed record Layer(MatrixSlot Slot, int Units, bool ByChannel, int Group, int Parts)
    {
        /// <summary>Units of a part that live or die together with as many of each other part.</summary>
        public int PartGroup => Group / Parts;

        /// <summary>Units by part, each in the order in which they come: a vector of parameters has all rows of an input side by side.</summary>
        public IEnumerable<IEnumerable<int>> Parted(IEnumerable<int> units) => units.ToLookup(u => u % Parts);

        /// <summary>Where a unit's weights lie in the vector of parameters.</summary>
        public IEnumerable<int> Weights(int unit)
        {
            if (!ByChannel) return [Slot.Start + unit];
            return from tap in Enumerable.Range(0, Slot.Taps)
                   from o in Enumerable.Range(0, Slot.Outputs)
                   select Slot.Start + (tap * Slot.Input.Width + unit) * Slot.Outputs + o;
        }

        public bool[] Living(float[] mask) => [.. Enumerable.Range(0, Units).Select(u => mask[ByChannel ? Slot.Start + u * Slot.Outputs : Slot.Start + u] != 0)];

        /// <summary>Frobenius norm of each unit.</summary>
        public double[] Norms(float[] vector) => ByChannel
            ? [.. Enumerable.Range(0, Units).Select(u => Math.Sqrt(Weights(u).Sum(i => (double)vector[i] * vector[i])))]
            : [.. Enumerable.Range(0, Units).Select(u => Math.Abs((double)vector[Slot.Start + u]))];
    }
}

/// <param name="Removed">Units.</param>
/// <param name="Grown">Units.</param>
/// <param name="Shares">Of the momentum, one a layer; they sum to 1.</param>
internal sealed record Rewiring(int Removed, int Grown, IReadOnlyList<double> Shares);
