using HwGen.Cli.Files;
using HwGen.Cli.Progress;
using HwGen.Cli.Results;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Scoring;
using HwGen.Frontend.Training;

namespace HwGen.Cli.Steps;

/// <summary>Trains designs with several block sizes, in several ways and from several seeds, and compares each with its dense baseline.</summary>
/// <remarks>Every training has a folder of its own and is skipped when it is there, so that a stopped comparison goes on.</remarks>
/// <param name="root">The <c>--out</c> folder.</param>
/// <param name="device">The <c>--device</c> option.</param>
/// <param name="workers">Trainings at once, each on one thread.</param>
public sealed class Comparison(string root, string device, int workers)
{
    /// <param name="designs">Layers with a block size of 1 stay dense.</param>
    /// <param name="blockSizes">For all other matrices.</param>
    /// <param name="methods">Ways to block-circulant weights.</param>
    /// <param name="seeds">1, 2, … in place of the designs' own; the same networks start from the same dense baseline.</param>
    public async Task<IReadOnlyList<ComparedNetwork>> RunAsync(IReadOnlyList<DesignFile> designs, IReadOnlyList<int> blockSizes,
        IReadOnlyList<CompressionMethod> methods, int seeds, StepProgress progress, CancellationToken cancel)
    {
        Variant[] variants = [.. from method in methods from k in blockSizes select new Variant(k, method)];
        // Seed by seed, so that a first answer for all designs comes before the spread of one.
        (DesignFile Design, int Seed)[] jobs = [.. from seed in Enumerable.Range(1, seeds) from design in designs select (design, seed)];
        int done = 0, all = jobs.Length * variants.Length;
        var outcomes = new TrainingOutcome[jobs.Length][];
        await Parallel.ForAsync(0, jobs.Length, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel }, async (j, _) =>
        {
            // A training blocks its thread for minutes: not one of the pool's.
            outcomes[j] = await Task.Factory.StartNew(() => variants.Select(v =>
            {
                var outcome = Train(v.Of(jobs[j].Design, jobs[j].Seed), progress, () => (double)Volatile.Read(ref done) / all, cancel);
                progress.Note($"{Interlocked.Increment(ref done)} of {all}: {v.Of(jobs[j].Design, jobs[j].Seed).Name}: {Describe(outcome)}");
                return outcome;
            }).ToArray(), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        });
        return [.. designs.Select(design => Summarize(design, variants,
            [.. jobs.Index().Where(j => j.Item.Design == design).Select(j => outcomes[j.Index])]))];
    }

    private TrainingOutcome Train(DesignFile design, StepProgress progress, Func<double> fraction, CancellationToken cancel)
    {
        var workspace = new Workspace(root, design.Name);
        using var guard = workspace.Lock();
        var reports = new Relay(p => progress.Report("compare", fraction(), $"{design.Name}: {p.Phase}, epoch {p.Epoch} of {p.Epochs}, loss {p.Loss:F3}, {p.FramesPerSecond:N0} frames/s"));
        return TrainingRun.Run(design, Path.GetDirectoryName(workspace.Artifacts)!, device, reports, cancel, threads: 1);
    }

    private static string Describe(TrainingOutcome o) => string.Join("; ", o.Scores.Zip(o.DenseScores, (s, d) => s.Errors is { } e
        ? $"{s.Name}: phone error rate {Show.Percent(e.Rate)}, dense {Show.Percent(d.Errors?.Rate)}"
        : $"{s.Name}: {Show.Percent(s.Accuracy)}, dense {Show.Percent(d.Accuracy)}"));

    private static ComparedNetwork Summarize(DesignFile design, Variant[] variants, TrainingOutcome[][] bySeed) => new(design.Name, Epochs(design.Training),
        [.. Enumerable.Range(0, bySeed[0][0].Scores.Count).Select(t => new ComparedTest(bySeed[0][0].Scores[t].Name, bySeed[0][0].Scores[t].Errors is not null,
        [
            new(1, null, bySeed[0][0].Dense.ParameterCount, SeedStatistics.Of([.. bySeed.Select(s => Figure(s[0].DenseScores[t]))]), null),
            .. variants.Select((v, i) => new ComparedRow(v.BlockSize, v.Method.ToString().ToLowerInvariant(), bySeed[0][i].Circulant.ParameterCount,
                SeedStatistics.Of([.. bySeed.Select(s => Figure(s[i].Scores[t]))]),
                SeedStatistics.Of([.. bySeed.Select(s => Worse(s[i].Scores[t], s[i].DenseScores[t]))]))),
        ]))]);

    /// <summary>Phone error rate where there are phones, else accuracy.</summary>
    private static double Figure(TestScore score) => score.Errors?.Rate ?? score.Accuracy;

    private static double Worse(TestScore score, TestScore dense) => score.Errors is null ? dense.Accuracy - score.Accuracy : Figure(score) - Figure(dense);

    private static string Epochs(TrainingSettings t) =>
        $"dense {t.Dense.Epochs}; admm {t.Admm.Phase.Epochs} and {t.Retrain.Epochs} more after the projection; projection {t.Admm.Phase.Epochs + t.Retrain.Epochs}; scratch {t.Scratch.Epochs}; batches of {t.BatchSize}";

    private sealed record Variant(int BlockSize, CompressionMethod Method)
    {
        public DesignFile Of(DesignFile design, int seed) => design with
        {
            Name = $"{design.Name}-k{BlockSize}-{Method.ToString().ToLowerInvariant()}-s{seed}",
            Seed = seed,
            Layers = [.. design.Layers.Select(l => WithBlocks(l, BlockSize))],
            Training = design.Training with { Method = Method },
        };

        private static LayerDescription WithBlocks(LayerDescription layer, int k)
        {
            var mapped = layer.MapBlockSizes(own => own == 1 ? 1 : k);
            return mapped is ConvLayer { BatchNorm: true } c ? c.WithNormGroup(c.BlockSize) : mapped;
        }
    }

    private sealed class Relay(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
