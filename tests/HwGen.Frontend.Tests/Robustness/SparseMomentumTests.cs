using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Compression;
using HwGen.Frontend.Data;
using HwGen.Frontend.Robustness;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests.Robustness;

public sealed class SparseMomentumTests(ITestOutputHelper output) : IDisposable
{
    private const int Seed = 71;

    private static readonly SequenceDataset Data = RobustSample.PictureData(Seed, 60);
    private static readonly AdversarialSettings Hybrid = new(AdversarialMethod.Pgd, 0.1, 3, 0.05) { CleanWeight = 0.5, RandomStart = false };

    private readonly string _root = Directory.CreateTempSubdirectory("hwgen-robust-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Share_RandomDemands_AddsUpWithinTheRoom()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (int trial = 0; trial < 300; trial++)
        {
            int n = random.Next(1, 6);
            int[] room = [.. Enumerable.Range(0, n).Select(_ => random.Next(0, 20))];
            double[] weights = [.. room.Select(_ => trial % 5 == 0 ? 0 : random.NextDouble())];
            int total = random.Next(0, room.Sum() + 1);
            int[] given = Apportionment.Share(total, weights, room);
            Assert.Equal(total, given.Sum());
            Assert.All(given.Zip(room), g => Assert.InRange(g.First, 0, g.Second));
        }
        Assert.Equal([3, 1, 6], Apportionment.Share(10, [3, 1, 6], [20, 20, 20]));
        Assert.Equal([2, 1, 7], Apportionment.Share(10, [3, 1, 6], [2, 20, 20]));
        Assert.Throws<ArgumentException>(() => Apportionment.Share(3, [1, 1], [1, 1]));
    }

    [Fact]
    public void Share_UnitsOfSeveralSizes_ComesWithinHalfOfTheLargest()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (int trial = 0; trial < 300; trial++)
        {
            int n = random.Next(1, 6);
            int[] room = [.. Enumerable.Range(0, n).Select(_ => random.Next(0, 20))], sizes = [.. room.Select(_ => random.Next(1, 40))];
            double[] weights = [.. room.Select(_ => trial % 5 == 0 ? 0 : random.NextDouble())];
            int total = random.Next(0, room.Zip(sizes, (r, s) => r * s).Sum() + 1);
            int[] given = Apportionment.Share(total, weights, room, sizes);
            Assert.InRange(2 * Math.Abs(total - given.Zip(sizes, (g, s) => g * s).Sum()), 0, sizes.Max());
            Assert.All(given.Zip(room), g => Assert.InRange(g.First, 0, g.Second));
        }
        // Quotas of 100 are 1.25 and 10. What is left, 10, is less than half of 40, and the small unit gets one of its own, not all of it.
        Assert.Equal([1, 11], Apportionment.Share(100, [1, 1], [20, 20], [40, 5]));
        Assert.Equal([2, 10], Apportionment.Share(120, [1, 1], [20, 10], [40, 5]));
        Assert.Throws<ArgumentException>(() => Apportionment.Share(46, [1, 1], [1, 1], [40, 5]));
    }

    [Theory]
    [InlineData(PruningUnit.Weight, 0.05, 1)]
    [InlineData(PruningUnit.Weight, 0.37, 1)]
    [InlineData(PruningUnit.Channel, 0.5, 1)]
    [InlineData(PruningUnit.Channel, 0.5, 2)]
    public void Rewire_AnyUpdates_KeepsTheExactCount(PruningUnit unit, double density, int multiple)
    {
        output.WriteLine($"seed {Seed}");
        LayerDescription[] layers = [new ConvLayer(new(6, 6, 2), 8, 3, 3, 1, 1, 1, rectify: true), new ConvLayer(new(6, 6, 8), 12, 3, 3, 1, 0, 1, rectify: true),
            new DenseLayer(16 * 12, 20, 1, true), new DenseLayer(20, 4, 1)];
        var sparse = new SparseMomentum(new(density, unit, 0.5, 0.005) { Multiple = multiple }, new(layers));
        int expected = (int)Math.Round(density * sparse.Units / multiple) * multiple;
        Assert.Equal(unit == PruningUnit.Weight ? 9 * 2 * 8 + 9 * 8 * 12 + 192 * 20 + 80 : 8 + 12 + 20, sparse.Units);
        var state = Random(layers, Seed);
        sparse.Start(state, Seed);
        Assert.Equal(expected, sparse.Count(state.Mask));
        int moved = 0;
        for (int update = 0; update < 20; update++)
        {
            var momentum = Sample.Values(Seed + update, state.First.Length);
            momentum.CopyTo(state.First, 0);
            float[] before = [.. state.Mask];
            float[] weights = Sample.Values(update + 3, state.First.Length);
            for (int i = 0; i < weights.Length; i++) state.Parameters[i] = state.Mask[i] * weights[i];
            var result = sparse.Rewire(state, sparse.PruneRate(update, 20));
            Assert.Equal(expected, sparse.Count(state.Mask));
            Assert.Equal(result.Removed, result.Grown);
            Assert.Equal(1, result.Shares.Sum(), 1e-12);
            if (unit == PruningUnit.Channel) Assert.All(sparse.Channels(state.Mask), c => Assert.True(c.Length > 0 && c.Length % multiple == 0));
            for (int i = 0; i < state.Mask.Length; i++)
                if (state.Mask[i] == 0 || before[i] == 0) Assert.Equal(0f, state.Parameters[i]);       // pruned, or newly grown
            moved += result.Removed;
        }
        Assert.True(moved > 20, "the check must be able to fail");
    }

    public static TheoryData<string, double> Balanced => new() { { "maps", 0.05 }, { "maps", 0.4 }, { "recurrent", 0.12 }, { "recurrent", 0.5 } };

    [Theory]
    [MemberData(nameof(Balanced))]
    public void Rewire_Balanced_LeavesEveryRowOfAMatrixWithAsManyWeights(string network, double density)
    {
        output.WriteLine($"seed {Seed}");
        LayerDescription[] layers = Layers(network);
        var layout = new ParameterLayout(layers);
        var sparse = new SparseMomentum(new(density, PruningUnit.Weight, 0.5, 0.005) { IsBalanced = true }, layout);
        var state = Random(layers, Seed);
        sparse.Start(state, Seed);
        Check();
        int moved = 0;
        for (int update = 0; update < 20; update++)
        {
            float[] weights = Sample.Values(update + 3, state.First.Length), before = [.. state.Mask];
            Sample.Values(Seed + update, state.First.Length).CopyTo(state.First, 0);
            for (int i = 0; i < weights.Length; i++) state.Parameters[i] = state.Mask[i] * weights[i];
            moved += sparse.Rewire(state, sparse.PruneRate(update, 20)).Removed;
            for (int i = 0; i < state.Mask.Length; i++)
                if (state.Mask[i] == 0 || before[i] == 0) Assert.Equal(0f, state.Parameters[i]);
            Check();
        }
        Assert.True(moved > 20, "the check must be able to fail");

        // By the network's own matrices, not by where the vector has them.
        void Check()
        {
            var living = layout.Unpack(state.Mask);
            foreach (var matrix in living.Weights.SelectMany(w => w.Matrices))
            {
                int[] rows = [.. Enumerable.Range(0, matrix.Rows).Select(r => Enumerable.Range(0, matrix.Columns).Count(c => matrix.Block(r, c)[0] != 0))];
                Assert.InRange(rows[0], 1, matrix.Columns);
                Assert.All(rows, r => Assert.Equal(rows[0], r));
            }
            // All gates, too: they run side by side.
            foreach (var gates in living.Layers.Zip(living.Weights).Where(l => l.First is GruLayer).Select(l => l.Second.Matrices))
                Assert.Equal([1, 1], new[] { gates.Take(3), gates.Skip(3) }.Select(g => g.Select(m => m.FirstColumns.Count(v => v != 0)).Distinct().Count()));
            Assert.InRange(2 * Math.Abs(sparse.Living - sparse.Count(state.Mask)), 0, sparse.Matrices.Max(m => m.Outputs));
        }
    }

    /// <summary>Against counting and comparing one by one; what is not balanced has one row.</summary>
    [Theory]
    [InlineData("maps", 0.2, true)]
    [InlineData("maps", 0.2, false)]
    [InlineData("recurrent", 0.3, true)]
    [InlineData("recurrent", 0.3, false)]
    public void Rewire_RandomUpdates_IsTheNaiveRewiring(string network, double density, bool balanced)
    {
        output.WriteLine($"seed {Seed}");
        LayerDescription[] layers = Layers(network);
        var sparse = new SparseMomentum(new(density, PruningUnit.Weight, 0.5, 0.005) { IsBalanced = balanced }, new(layers));
        var state = Random(layers, Seed);
        sparse.Start(state, Seed);
        for (int update = 0; update < 8; update++)
        {
            float[] weights = Sample.Values(update + 3, state.First.Length);
            // Few values, so that there are ties.
            for (int i = 0; i < weights.Length; i++) (state.Parameters[i], state.First[i]) = (state.Mask[i] * MathF.Round(8 * weights[i]) / 8, MathF.Round(8 * weights[^(i + 1)]) / 8);
            double rate = sparse.PruneRate(update, 8);
            float[] expected = Naive(state, [.. sparse.Matrices], sparse.Living, rate, balanced);
            sparse.Rewire(state, rate);
            Assert.Equal(expected, state.Mask);
        }
    }

    [Fact]
    public void Circulant_Balanced_HasAKeyOfItsOwn()
    {
        DnrSettings dnr = new(0.3, PruningUnit.Weight, 0.5, 0.005);
        Assert.NotEqual(Key(dnr), Key(dnr with { IsBalanced = true }));

        static string Key(DnrSettings settings) =>
            TrainingKeys.Circulant(Training.Design(RobustSample.Pictures, t => t with { Method = CompressionMethod.Dnr, Dnr = settings }), "dense");
    }

    [Fact]
    public void Rewire_Growing_LeavesTheLossAsItWas()
    {
        var (network, state, sparse) = Started();
        Sample.Values(Seed, state.First.Length).CopyTo(state.First, 0);
        // Only the growing half: what is pruned is 0 already.
        var layout = new ParameterLayout(network);
        foreach (var slot in sparse.Matrices)
            for (int i = slot.Start; i < slot.Start + slot.Length; i++)
                if (i % 2 == 0) state.Parameters[i] = 0;
        double before = Loss(layout.Unpack(state.Parameters));
        float[] mask = [.. state.Mask];
        sparse.Rewire(state, 0.2);
        Assert.NotEqual(mask, state.Mask);
        Assert.Equal(before, Loss(layout.Unpack(state.Parameters)));
    }

    [Fact]
    public void Rewire_LargerGradientsOfALayer_RaiseItsShare()
    {
        var (_, state, sparse) = Started();
        Sample.Values(Seed, state.First.Length).CopyTo(state.First, 0);
        var slot = sparse.Matrices.ElementAt(1);
        double last = 0;
        foreach (float factor in new[] { 0.1f, 1, 10, 100 })
        {
            var scaled = TrainingState.Start(TrainingPhase.Dnr, [.. state.Parameters], new([], []));
            scaled.Mask = [.. state.Mask];
            state.First.CopyTo(scaled.First, 0);
            for (int i = slot.Start; i < slot.Start + slot.Length; i++) scaled.First[i] *= factor;
            double share = sparse.Rewire(scaled, 0.1).Shares[1];
            Assert.InRange(share, last + 1e-6, 1);
            last = share;
        }
    }

    [Fact]
    public void Step_Sparse_KeepsMaskedWeightsAtZeroAndTheirMomentumAlive()
    {
        var (work, state) = Work(TrainingPhase.Dnr, new(0.2, PruningUnit.Weight, 0.5, 0.005), Hybrid);
        using (work)
            for (int step = 0; step < 13; step++)
            {
                work.Step(Batch(step), 0.01);
                state.Step++;
                work.Download();
                var sparse = new SparseMomentum(new(0.2, PruningUnit.Weight, 0.5, 0.005), work.Model.Layout);
                Assert.Equal(sparse.Living, sparse.Count(state.Mask));
                int alive = 0, masked = 0;
                for (int i = 0; i < state.Mask.Length; i++)
                    if (state.Mask[i] == 0)
                    {
                        Assert.Equal(0f, state.Parameters[i]);
                        masked++;
                        if (state.First[i] != 0) alive++;
                    }
                Assert.True(alive > masked / 2);
            }
    }

    [Fact]
    public void Step_DensityOfOne_IsPlainTrainingBitwise() =>
        Assert.Equal(Trained(TrainingPhase.Scratch, null, Hybrid with { RandomStart = false }), Trained(TrainingPhase.Dnr, new(1, PruningUnit.Weight, 0.5, 0.005), Hybrid));

    [Fact]
    public void Step_CleanWeightOfOne_IsCleanSparseTrainingBitwise()
    {
        var settings = new DnrSettings(0.3, PruningUnit.Weight, 0.5, 0.005);
        Assert.Equal(Trained(TrainingPhase.Dnr, settings, null), Trained(TrainingPhase.Dnr, settings, Hybrid with { CleanWeight = 1 }));
        Assert.NotEqual(Trained(TrainingPhase.Dnr, settings, null), Trained(TrainingPhase.Dnr, settings, Hybrid));
        Assert.NotEqual(Trained(TrainingPhase.Dnr, settings, null), Trained(TrainingPhase.Dnr, settings with { Rho = 0.01 }, null));
    }

    [Fact]
    public void Rewire_WithAPull_KeepsZAsSparseAsTheLayerAndBeginsWithNone()
    {
        var settings = new DnrSettings(0.3, PruningUnit.Weight, 0.5, 0.005) { Rho = 0.01, RhoGrowth = 1.3 };
        var layout = new ParameterLayout(RobustSample.Pictures);
        var sparse = new SparseMomentum(settings, layout);
        var state = Random(RobustSample.Pictures, Seed);
        sparse.Start(state, Seed);
        // Sparse already and U = 0: nothing is pulled anywhere.
        Assert.Equal(state.Parameters, state.Z);
        Assert.All(state.U, u => Assert.Equal(0f, u));
        for (int update = 0; update < 3; update++)
        {
            Sample.Values(Seed + update, state.First.Length).CopyTo(state.First, 0);
            sparse.Rewire(state, 0.3);
            foreach (var slot in sparse.Matrices)
                Assert.InRange(state.Z.AsSpan(slot.Start, slot.Length).ToArray().Count(z => z != 0), 1,
                    state.Mask.AsSpan(slot.Start, slot.Length).ToArray().Count(m => m != 0));
        }
        Assert.Equal(0.01 * 1.3 * 1.3 * 1.3, sparse.Rho(state.Iteration), 1e-12);
        Assert.Equal(3, state.Iteration);
    }

    [Fact]
    public void Run_Channels_ShrinksToANetworkThatComputesTheSame()
    {
        var (work, state) = Work(TrainingPhase.Dnr, new(0.5, PruningUnit.Channel, 0.5, 0.005), null);
        TrainedNetwork masked, shrunk;
        using (work)
        {
            for (int step = 0; step < 20; step++, state.Step++) work.Step(Batch(step), 0.01);
            work.Download();
            masked = work.Model.Layout.Unpack(state.Parameters);
            shrunk = ChannelSelection.Keep(masked, new SparseMomentum(new(0.5, PruningUnit.Channel, 0.5, 0.005), work.Model.Layout).Channels(state.Mask));
        }
        double[][] inputs = [.. Enumerable.Range(0, 10).Select(i => Data.Sequence(i).ToArray().Select(v => (double)v).ToArray())];
        var pairs = new NaiveImages(train: false).Outputs(masked, inputs).Zip(new NaiveImages(train: false).Outputs(shrunk, inputs));
        Assert.All(pairs, p => Assert.All(p.First.Zip(p.Second), v => Assert.Equal(v.First, v.Second, 1e-10)));
        Assert.Equal(7, ((ConvLayer)shrunk.Layers[0]).Output.Channels + ((ConvLayer)shrunk.Layers[2]).Output.Channels);
        Assert.True(shrunk.ParameterCount < masked.ParameterCount);
    }

    /// <summary>At a tenth of the weights: rewiring against leaving out the smallest at the end and against a fixed random choice.</summary>
    [Fact]
    public void Run_TenthOfTheWeights_RewiringIsMoreRobustThanPruningAtTheEnd()
    {
        double rewired = 0, cut = 0, @fixed = 0, clean = 0;
        foreach (int seed in new[] { 1, 2 })
        {
            SequenceDataset train = RobustSample.PictureData(seed, 400), test = RobustSample.PictureData(seed + 10, 200);
            string root = Path.Combine(_root, $"{seed}");
            var attacked = Hybrid with { Epsilon = 0.15, StepSize = 0.1 };
            TrainingSettings Of(TrainingSettings t, double rate, AdversarialSettings? a) => t with
            {
                Method = CompressionMethod.Dnr,
                Adversarial = a,
                Dnr = new(0.1, PruningUnit.Weight, rate, rate / 100),
                Dense = new(5, 0.02, 0.002),
                Scratch = new(8, 0.02, 0.002),
            };
            var outcome = Outcome(0.5, attacked);
            rewired += Robust(outcome.Circulant, test);
            cut += Robust(Cut(outcome.Dense, 0.1), test);
            @fixed += Robust(Outcome(0, attacked).Circulant, test);
            clean += Robust(Outcome(0.5, null).Circulant, test);

            // One folder: those that are trained alike share their baseline.
            TrainingOutcome Outcome(double rate, AdversarialSettings? a) =>
                Training.Run(root, Training.Design(RobustSample.Pictures, t => Of(t, rate, a)) with { Seed = seed, Name = $"rate-{rate}-{a is null}" }, train, test, intervals: TrainingIntervals.Default);
        }
        output.WriteLine($"robust accuracy, mean of seeds 1 and 2: rewired {rewired / 2:F3}, cut at the end {cut / 2:F3}, fixed {@fixed / 2:F3}, trained without attacks {clean / 2:F3}");
        Assert.True(rewired > cut);
        Assert.True(rewired >= @fixed);
        Assert.True(rewired > clean);
    }

    private static LayerDescription[] Layers(string network) => network == "maps"
        ? [new ConvLayer(new(6, 6, 2), 8, 3, 3, 1, 1, 1, rectify: true), new ConvLayer(new(6, 6, 8), 12, 3, 3, 1, 0, 1, rectify: true), new DenseLayer(16 * 12, 20, 1, true), new DenseLayer(20, 4, 1)]
        : [new GruLayer(9, 16, 1), new LstmLayer(16, 12, 8, true, 1, 1, 1), new DenseLayer(8, 5, 1)];

    /// <summary>The mask after a rewiring.</summary>
    private static float[] Naive(TrainingState state, MatrixSlot[] slots, int living, double rate, bool balanced)
    {
        float[] mask = [.. state.Mask];
        int[][][] rows = [.. slots.Select(s => Enumerable.Range(0, balanced ? s.Outputs : 1).Select(r =>
            Enumerable.Range(s.Start, s.Length).Where(i => !balanced || (i - s.Start) % s.Outputs == r).ToArray()).ToArray())];
        double[] means = [.. rows.Select(r => r.SelectMany(i => i).Where(i => state.Mask[i] != 0).Average(i => Math.Abs((double)state.First[i])))];
        for (int l = 0; l < slots.Length; l++)
        {
            int each = rows[l][0].Count(i => mask[i] != 0), size = rows[l][0].Length;
            double sparsity = 1 - (double)each / size, moves = rate;
            if (sparsity < 0.2 && means[l] / means.Sum() > 1.0 / slots.Length) moves = Math.Min(sparsity, rate);
            int gone = Math.Min(balanced ? (int)Math.Round(moves * each) : (int)Math.Ceiling(moves * each), each - 1);
            foreach (int[] row in rows[l])
                for (int n = 0; n < gone; n++) mask[row.Where(i => mask[i] != 0).MinBy(i => Math.Abs(state.Parameters[i]))] = 0;
        }
        int[] grown = Apportionment.Share(Math.Max(0, living - slots.Sum(s => Enumerable.Range(s.Start, s.Length).Count(i => mask[i] != 0))), [.. means.Select(m => m / means.Sum())],
            [.. rows.Select(r => r[0].Count(i => mask[i] == 0))], balanced ? [.. rows.Select(r => r.Length)] : null);
        for (int l = 0; l < slots.Length; l++)
            foreach (int[] row in rows[l])
                for (int n = 0; n < grown[l]; n++) mask[row.Where(i => mask[i] == 0).MaxBy(i => Math.Abs(state.First[i]))] = 1;
        return mask;
    }

    private static double Robust(TrainedNetwork network, SequenceDataset test)
    {
        using var model = RobustSample.Model(Devices.Get("cpu"), network, 100, test);
        return RobustEvaluation.Run(model, test, test.Count, new(AttackKind.Pgd, 0.15) { Steps = 7, StepSize = 0.05 }, 1, null).Accuracy;
    }

    /// <summary>The smallest weights of all layers together set to 0.</summary>
    private static TrainedNetwork Cut(TrainedNetwork network, double density)
    {
        var all = network.Weights.SelectMany(w => w.Matrices).SelectMany(m => m.FirstColumns).Select(Math.Abs).OrderDescending().ToArray();
        float least = all[(int)(density * all.Length)];
        return network with { Weights = [.. network.Weights.Select(w => w.MapMatrices(m => new(m.Rows, m.Columns, 1, [.. m.FirstColumns.Select(v => Math.Abs(v) > least ? v : 0f)])))] };
    }

    private static float[] Trained(TrainingPhase phase, DnrSettings? dnr, AdversarialSettings? adversarial)
    {
        var (work, state) = Work(phase, dnr, adversarial);
        using (work)
        {
            for (int step = 0; step < 14; step++, state.Step++) work.Step(Batch(step), 0.01);
            work.Download();
        }
        return state.Parameters;
    }

    private static (WeightWork Work, TrainingState State) Work(TrainingPhase phase, DnrSettings? dnr, AdversarialSettings? adversarial)
    {
        var design = Training.Design(RobustSample.Pictures, t => t with { Adversarial = adversarial, Dnr = dnr ?? t.Dnr });
        var state = Random(RobustSample.Pictures, Seed, phase);
        return (new(new(Devices.Get("cpu"), design, new(Data, [new("test", Data)]), null, default, TrainingIntervals.Default),
            RobustSample.Pictures, RobustSample.Pictures, state, 5), state);
    }

    private static int[] Batch(int step) => [.. Enumerable.Range(0, 10).Select(i => (10 * step + i) % Data.Count)];

    private static (LayerDescription[] Layers, TrainingState State, SparseMomentum Sparse) Started()
    {
        var sparse = new SparseMomentum(new(0.4, PruningUnit.Weight, 0.5, 0.005), new(RobustSample.Pictures));
        var state = Random(RobustSample.Pictures, Seed);
        sparse.Start(state, Seed);
        return (RobustSample.Pictures, state, sparse);
    }

    private static TrainingState Random(LayerDescription[] layers, int seed, TrainingPhase phase = TrainingPhase.Dnr) =>
        TrainingState.Start(phase, Training.Pack(Initialization.Create(layers, seed)), new([], []));

    private static double Loss(TrainedNetwork network)
    {
        using var model = RobustSample.Model(Devices.Get("cpu"), network, Data.Count, Data);
        return model.Forward(Data, RobustSample.All(Data)).Loss;
    }
}
