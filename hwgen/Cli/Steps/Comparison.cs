using HwGen.Cli.Files;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Scoring;
using HwGen.Frontend.Training;

namespace HwGen.Cli.Steps;

/// <summary>Trains designs with several block sizes, in several ways and from several seeds, and compares each with its dense baseline.</summary>
/// <remarks>Every training has a folder of its own and is skipped when it is there, so that a stopped comparison goes on.</remarks>
/// <param name="root">The <c>--out</c> folder.</param>
/// <param name="device">The <c>--device</c> option.</param>
/// <param name="workers">Trainings at once, each on one thread.</param>
/// <param name="data">What they train with.</param>
public sealed class Comparison(string root, string device, int workers, SharedData data)
{
    /// <param name="designs">Layers with a block size of 1 stay dense.</param>
    /// <param name="blockSizes">For all other matrices.</param>
    /// <param name="methods">Ways to block-circulant weights.</param>
    /// <param name="bits">Each network is also rounded to spectra of so many bits after its training, and trained with them in sight.</param>
    /// <param name="seeds">1, 2, … in place of the designs' own; the same networks start from the same dense baseline.</param>
    public async Task<IReadOnlyList<ComparedNetwork>> RunAsync(IReadOnlyList<DesignFile> designs, IReadOnlyList<int> blockSizes,
        IReadOnlyList<CompressionMethod> methods, IReadOnlyList<int> bits, int seeds, StepProgress progress, CancellationToken cancel)
    {
        Refuse(designs, blockSizes);
        Variant[] variants = [.. from method in methods from k in blockSizes from b in bits.Prepend(0) select new Variant(k, method, b)];
        // Seed by seed, so that a first answer for all designs comes before the spread of one.
        (DesignFile Design, int Seed)[] jobs = [.. from seed in Enumerable.Range(1, seeds) from design in designs select (design, seed)];
        int done = 0, all = jobs.Length * variants.Length;
        var results = new SeedResult[jobs.Length];
        await Parallel.ForAsync(0, jobs.Length, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel }, async (j, stop) =>
        {
            // A training blocks its thread for minutes: not one of the pool's.
            results[j] = await Task.Factory.StartNew(() => Run(jobs[j].Design, jobs[j].Seed, stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        });
        return [.. designs.Select(design => Summarize(design, methods, [.. jobs.Index().Where(j => j.Item.Design == design).Select(j => results[j.Index])]))];

        SeedResult Run(DesignFile design, int seed, CancellationToken stop)
        {
            TrainingOutcome? last = null, unrounded = null;
            ScoredNetwork? dense = null;
            var networks = new List<ScoredNetwork>();
            foreach (var variant in variants)
            {
                var own = variant.Of(design, seed);
                last = Train(own, progress, () => (double)Volatile.Read(ref done) / all, stop);
                dense ??= Scored("dense", 1, last.Dense, last.DenseScores, own, 0);
                if (variant.Bits == 0) unrounded = last;
                else networks.Add(Scored(variant.Label + $", rounded to {variant.Bits} bits", variant.BlockSize, unrounded!.Circulant,
                    TrainingRun.Score(unrounded.Circulant, own, variant.Bits, Artifacts(own), device, threads: 1, data), own, variant.Bits));
                networks.Add(Scored(variant.Label + (variant.Bits == 0 ? "" : $", trained with {variant.Bits} bits"), variant.BlockSize, last.Circulant, last.Scores, own, variant.Bits));
                progress.Note($"{Interlocked.Increment(ref done)} of {all}: {own.Name}: {Describe(last)}");
            }
            return new(dense!, networks);
        }
    }

    /// <summary>What some block size makes impossible is said before anything is trained.</summary>
    private static void Refuse(IReadOnlyList<DesignFile> designs, IReadOnlyList<int> blockSizes)
    {
        var errors = new List<InputError>();
        foreach (var design in designs)
        {
            if (design.Layers.All(l => l.BlockSize == 1))
                errors.Add(design.LayerLocations[0].Error("every matrix has block_size 1: there is nothing to compare; set a larger one where blocks may be"));
            foreach (int k in blockSizes)
                if (NetworkRules.Find(new Variant(k, CompressionMethod.Admm, 0).Of(design, 1).Layers) is { } wrong)
                    errors.Add(design.LayerLocations[wrong.Layer].Error($"with block size {k}: {wrong.Complaint}"));
        }
        if (errors.Count > 0) throw new InputException(errors);
    }

    private TrainingOutcome Train(DesignFile design, StepProgress progress, Func<double> fraction, CancellationToken cancel)
    {
        var workspace = new Workspace(root, design.Name);
        using var guard = workspace.Lock();
        var reports = new Relay<TrainingProgress>(p => progress.Report("compare", fraction(), $"{design.Name}: {p.Phase}, epoch {p.Epoch} of {p.Epochs}, loss {p.Loss:F3}, {p.FramesPerSecond:N0} frames/s"));
        var reading = new Relay<(int Done, int Total)>(p => progress.Report("compare: features of speech", (double)p.Done / p.Total));
        return TrainingRun.Run(design, Artifacts(design), device, reports, cancel, reading, threads: 1, data);
    }

    private ScoredNetwork Scored(string label, int blockSize, TrainedNetwork network, IReadOnlyList<TestScore> scores, DesignFile design, int bits) =>
        new(label, blockSize, network.ParameterCount, scores, network.Layers.Any(l => l is DenseLayer { Rectify: true })
            ? TrainingRun.SilentUnits(network, design, bits, Artifacts(design), device, threads: 1, data) : [.. scores.Select(_ => (double?)null)]);

    private string Artifacts(DesignFile design) => Path.GetDirectoryName(new Workspace(root, design.Name).Artifacts)!;

    private static string Describe(TrainingOutcome o) => string.Join("; ", o.Scores.Zip(o.DenseScores, (s, d) => s.Errors is { } e
        ? $"{s.Name}: phone error rate {Show.Percent(e.Rate)}, dense {Show.Percent(d.Errors?.Rate)}"
        : $"{s.Name}: {Show.Percent(s.Accuracy)}, dense {Show.Percent(d.Accuracy)}"));

    private static ComparedNetwork Summarize(DesignFile design, IReadOnlyList<CompressionMethod> methods, IReadOnlyList<SeedResult> seeds) => new(design.Name, Epochs(design.Training, methods),
        [.. seeds[0].Dense.Scores.Select((first, t) => new ComparedTest(first.Name, first.Errors is not null,
        [
            Row(t, [.. seeds.Select(s => s.Dense)], null),
            .. seeds[0].Networks.Select((_, n) => Row(t, [.. seeds.Select(s => s.Networks[n])],
                [.. seeds.Select(s => Worse(s.Networks[n].Scores[t], s.Dense.Scores[t]))])),
        ]))]);

    /// <param name="test">Which test set.</param>
    /// <param name="networks">The same network of every seed.</param>
    /// <param name="worse">Than dense, one a seed.</param>
    private static ComparedRow Row(int test, ScoredNetwork[] networks, double[]? worse)
    {
        double[] silent = [.. networks.Select(n => n.SilentUnits[test]).OfType<double>()];
        return new(networks[0].Label, networks[0].BlockSize, networks[0].Parameters, SeedStatistics.Of([.. networks.Select(n => Figure(n.Scores[test]))]),
            worse is null ? null : SeedStatistics.Of(worse), silent.Length == 0 ? null : SeedStatistics.Of(silent));
    }

    /// <summary>Phone error rate where there are phones, else accuracy.</summary>
    private static double Figure(TestScore score) => score.Errors?.Rate ?? score.Accuracy;

    private static double Worse(TestScore score, TestScore dense) => score.Errors is null ? dense.Accuracy - score.Accuracy : Figure(score) - Figure(dense);

    private static string Epochs(TrainingSettings t, IReadOnlyList<CompressionMethod> methods) =>
        $"dense {t.Dense.Epochs}; {string.Join("; ", methods.Select(m => Epochs(t, m)))}; batches of {t.BatchSize}";

    private static string Epochs(TrainingSettings t, CompressionMethod method) => method switch
    {
        CompressionMethod.Admm => $"admm {t.Admm.Phase.Epochs} and {t.Retrain.Epochs} more after the projection",
        CompressionMethod.Scratch => $"scratch {t.Scratch.Epochs}",
        _ => $"projection {t.Admm.Phase.Epochs + t.Retrain.Epochs}",
    };

    /// <summary>All that came of one seed of one design.</summary>
    private sealed record SeedResult(ScoredNetwork Dense, IReadOnlyList<ScoredNetwork> Networks);

    private sealed record ScoredNetwork(string Label, int BlockSize, int Parameters, IReadOnlyList<TestScore> Scores, IReadOnlyList<double?> SilentUnits);

    private sealed record Variant(int BlockSize, CompressionMethod Method, int Bits)
    {
        public string Label => $"k={BlockSize}, {Method.ToString().ToLowerInvariant()}";

        public DesignFile Of(DesignFile design, int seed) => design with
        {
            Name = $"{design.Name}-k{BlockSize}-{Method.ToString().ToLowerInvariant()}{(Bits == 0 ? "" : $"-b{Bits}")}-s{seed}",
            Seed = seed,
            Layers = [.. design.Layers.Select(l => WithBlocks(l, BlockSize))],
            Training = design.Training with { Method = Method, SpectralBits = Bits },
        };

        private static LayerDescription WithBlocks(LayerDescription layer, int k)
        {
            var mapped = layer.MapBlockSizes(own => own == 1 ? 1 : k);
            return mapped is ConvLayer { BatchNorm: true } c ? c.WithNormGroup(c.BlockSize) : mapped;
        }
    }
}
