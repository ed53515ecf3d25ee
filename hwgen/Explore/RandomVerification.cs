using HwGen.Core.Plan;
using HwGen.Print;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Faults;

namespace HwGen.Explore;

/// <summary>What became of one random design.</summary>
/// <param name="Seed">That drew it.</param>
/// <param name="Design">The design, in words.</param>
/// <param name="Words">Words compared.</param>
/// <param name="Complaint">What was wrong; null if nothing was.</param>
public sealed record RandomOutcome(int Seed, string Design, long Words, string? Complaint)
{
    /// <summary>Mutants of the printed files.</summary>
    public int Faults { get; init; }

    /// <summary>Those that no word, beat, cycle or memory gave away.</summary>
    public IReadOnlyList<string> Survivors { get; init; } = [];
}

/// <summary>Draws designs of every kind, prints them, and proves each against the reference: lint silent, every word equal, every cycle predicted,
/// with and without stalls, step by step and after a reset.</summary>
/// <param name="cache">Folder for Verilator's compiled runtime.</param>
public sealed class RandomVerification(string cache)
{
    /// <summary>Stress sequences that drive a design: constant extremes, alternating ones and noise.</summary>
    private const int Sequences = 9;

    /// <summary>Verifies the designs of consecutive seeds.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The first.</param>
    /// <param name="workers">Designs at once.</param>
    /// <param name="faults">Mutants to make of each; 0 is none.</param>
    /// <param name="progress">Told each outcome.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<IReadOnlyList<RandomOutcome>> RunAsync(int count, int seed, int workers, int faults, IProgress<RandomOutcome>? progress, CancellationToken cancel)
    {
        var outcomes = new RandomOutcome[count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel };
        await Parallel.ForAsync(0, count, options, async (i, c) =>
        {
            outcomes[i] = await VerifyAsync(unchecked(seed + i), faults, c).ConfigureAwait(false);
            progress?.Report(outcomes[i]);
        }).ConfigureAwait(false);
        return outcomes;
    }

    private async Task<RandomOutcome> VerifyAsync(int seed, int faults, CancellationToken cancel)
    {
        RandomDesign design = RandomDesign.DrawAny(seed);
        string folder = Directory.CreateTempSubdirectory("hwgen-random-").FullName;
        try
        {
            AcceleratorPlan plan = design.Plan();
            string rtl = Path.Combine(folder, "rtl-out");
            foreach (OutputFile file in RtlPrinter.Print(plan))
            {
                string path = Path.Combine(rtl, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllTextAsync(path, file.Text, cancel).ConfigureAwait(false);
            }
            var options = new VerifyOptions(cache, Seed: seed, Builds: Path.Combine(folder, "builds"));
            var stimulus = new Stimulus([.. Stimulus.Stress(plan, seed).Take(Sequences)], plan.Shape.Streams);
            VerifyResult result = await new CoSimulator(plan, rtl, options).VerifyAsync(stimulus, null, cancel).ConfigureAwait(false);
            string? complaint = result.Passed(plan) ? null
                : result.First?.ToString() ?? result.LintWarnings.FirstOrDefault()
                ?? $"cycles: {result.CyclesSimulated} of {result.CyclesPredicted}, a step {result.CyclesPerFrame} of {plan.Schedule.IntervalCycles}, single {result.CyclesSingleStream} of {plan.SingleStreamCycles}";
            if (faults == 0 || complaint is not null) return new(seed, design.ToString(), result.Words, complaint);
            IReadOnlyList<FaultOutcome> mutants = await new FaultInjector(plan, rtl, options).RunAsync(faults, seed, stimulus, null, cancel).ConfigureAwait(false);
            return new(seed, design.ToString(), result.Words, complaint)
            {
                Faults = mutants.Count,
                Survivors = [.. mutants.Where(m => m.CaughtBy is null).Select(m => $"{m.Fault.Kind} in {m.Fault.File}:{m.Fault.Line}: {m.Fault.Before} -> {m.Fault.After}")],
            };
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
