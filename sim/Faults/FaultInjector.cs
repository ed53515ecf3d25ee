using HwGen.Core;
using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Reference;

namespace HwGen.Sim.Faults;

/// <summary>Shows that co-simulation can fail: mutates copies of the printed files, one fault each, and asks for the first word
/// that gives it away.</summary>
public sealed class FaultInjector(AcceleratorPlan plan, string folder, VerifyOptions options)
{
    /// <summary>Injects faults, drawn evenly from the kinds that the design has places for.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Draws kinds' order, places and bits; fault i is drawn with seed + i.</param>
    /// <param name="stimulus">What has to find them.</param>
    /// <param name="progress">Told each outcome.</param>
    /// <param name="cancel">Ends the simulations.</param>
    public async Task<IReadOnlyList<FaultOutcome>> RunAsync(
        int count, int seed, Stimulus stimulus, IProgress<FaultOutcome>? progress, CancellationToken cancel)
    {
        var reference = new IntegerReference(plan);
        var taps = new StepTaps(plan);
        foreach ((int sequence, int step, int stream) in stimulus.Steps) reference.Step(stimulus.Sequences[sequence][step], step == 0, taps, stream);
        var sites = new FaultSites(plan, folder, reference.Saturations());
        FaultKind[] kinds = [.. Enum.GetValues<FaultKind>().Where(k => sites.Find(k).Count > 0)];
        new Random(seed).Shuffle(kinds);
        var faults = new Fault[count];
        for (int i = 0; i < count; i++)
        {
            var random = new Random(unchecked(seed + i));
            IReadOnlyList<Func<Random, Fault>> places = sites.Find(kinds[i % kinds.Length]);
            faults[i] = places[random.Next(places.Count)](random);
        }
        var outcomes = new FaultOutcome[count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel };
        await Parallel.ForAsync(0, count, parallel, async (i, c) =>
        {
            outcomes[i] = await TryAsync(faults[i], unchecked(seed + i), stimulus, c).ConfigureAwait(false);
            progress?.Report(outcomes[i]);
        }).ConfigureAwait(false);
        return outcomes;
    }

    /// <summary>Injects one fault.</summary>
    /// <param name="fault">The mutation.</param>
    /// <param name="seed">Seed that drew it, for the outcome.</param>
    /// <param name="stimulus">What has to find it.</param>
    /// <param name="cancel">Ends the simulation.</param>
    public async Task<FaultOutcome> TryAsync(Fault fault, int seed, Stimulus stimulus, CancellationToken cancel)
    {
        string copy = Path.Combine(Path.GetTempPath(), $"hwgen-fault-{Guid.NewGuid():N}");
        try
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                string target = Path.Combine(copy, Path.GetRelativePath(folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
            foreach ((string file, string text) in fault.Changes)
                await File.WriteAllTextAsync(Path.Combine(copy, file), text, cancel).ConfigureAwait(false);
            // A changed memory image needs no build of its own; other mutants' builds go with their folder.
            VerifyOptions own = fault.Changes.Keys.All(f => f.EndsWith(".hex", StringComparison.Ordinal)) ? options
                : options with { Builds = Path.Combine(copy, "build") };
            return new(fault, seed, await new CoSimulator(plan, copy, own).FindDivergenceAsync(stimulus, cancel).ConfigureAwait(false));
        }
        finally
        {
            if (Directory.Exists(copy)) Directory.Delete(copy, true);
        }
    }
}
