using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Faults;
using HwGen.Sim.Reference;
using HwGen.Sim.Tests.CoSimulation;
using HwGen.Tests;

namespace HwGen.Sim.Tests.Faults;

/// <summary>Alone: it builds two designs at once by itself.</summary>
[Collection(AloneCollection.Name)]
public sealed class FaultInjectorTests
{
    private static readonly AcceleratorPlan Plan = new RandomNetwork(680, 8, 8, 2, 11, [13], 5, 2).Plan();

    [Fact]
    public async Task RunAsync_OneOfEachKind_FindsAllAtAWord()
    {
        using var design = new Printed(Plan);
        int kinds = Enum.GetValues<FaultKind>().Length;
        IReadOnlyList<FaultOutcome> outcomes = await new FaultInjector(Plan, design.Folder, new VerifyOptions(Printed.Cache))
            .RunAsync(kinds, 7, design.Stress(1), null, default);
        Assert.Equal(Enum.GetValues<FaultKind>(), outcomes.Select(o => o.Fault.Kind).Order());
        Assert.All(outcomes, o => Assert.True(o.CaughtBy is not null, $"seed {o.Seed}: {o.Fault.Kind} {o.Fault.File}:{o.Fault.Line} {o.Fault.Before} -> {o.Fault.After}"));
        Assert.All(outcomes, o => Assert.NotEqual(o.Fault.Before, o.Fault.After));
    }

    [Fact]
    public void Find_EveryKind_HasPlacesAndDrawsTheSameAgain()
    {
        using var design = new Printed(Plan);
        var reference = new IntegerReference(Plan);
        var taps = new StepTaps(Plan);
        foreach (long[][] sequence in Stimulus.Stress(Plan, 1))
            for (int t = 0; t < sequence.Length; t++) reference.Step(sequence[t], t == 0, taps);
        var sites = new FaultSites(Plan, design.Folder, reference.Saturations());
        foreach (FaultKind kind in Enum.GetValues<FaultKind>())
        {
            var places = sites.Find(kind);
            Assert.True(places.Count > 0, $"{kind} has no place");
            foreach (Func<Random, Fault> place in places)
            {
                Fault fault = place(new Random(3)), again = place(new Random(3));
                Assert.Equal((kind, fault.After), (fault.Kind, again.After));
                Assert.All(fault.Changes, c => Assert.True(!File.Exists(Path.Combine(design.Folder, c.Key)) || File.ReadAllText(Path.Combine(design.Folder, c.Key)) != c.Value));
            }
        }
    }

    /// <summary>A mutant that does not compile would end a whole run of faults.</summary>
    [Fact]
    public async Task Find_EveryPlaceInTheVerilog_GivesAMutantThatParses()
    {
        using var design = new Printed(Plan);
        var reference = new IntegerReference(Plan);
        var taps = new StepTaps(Plan);
        foreach (long[][] sequence in Stimulus.Stress(Plan, 1))
            for (int t = 0; t < sequence.Length; t++) reference.Step(sequence[t], t == 0, taps);
        var sites = new FaultSites(Plan, design.Folder, reference.Saturations());
        var faults = Enum.GetValues<FaultKind>().SelectMany(sites.Find).Select(place => place(new Random(4)))
            .Where(f => f.File.EndsWith(".v", StringComparison.Ordinal)).DistinctBy(f => (f.File, f.Before, f.After)).ToList();
        var failures = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Parallel.ForEachAsync(faults, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (fault, cancel) =>
        {
            using var mutant = new Printed(Plan);
            foreach ((string file, string text) in fault.Changes) await File.WriteAllTextAsync(Path.Combine(mutant.Folder, file), text, cancel);
            foreach (string line in await Verilator.LintAsync(mutant.Folder, Plan.ModuleName, cancel))
                if (line.StartsWith("%Error", StringComparison.Ordinal) && !line.Contains("Exiting due to", StringComparison.Ordinal))
                    failures.Add($"{fault.File}:{fault.Line} {fault.After}: {line}");
        });
        Assert.True(faults.Count > 40, $"{faults.Count}");
        Assert.Empty(failures);
    }

    /// <summary>What changes nothing is not claimed as found.</summary>
    [Fact]
    public async Task TryAsync_OnlyACommentChanged_IsNotFound()
    {
        using var design = new Printed(Plan);
        string file = "rtl/random_net.v", text = File.ReadAllText(Path.Combine(design.Folder, file));
        var fault = new Fault(FaultKind.FlippedSign, file, 1, "//", "// ", new Dictionary<string, string> { [file] = text.Replace("// Slave", "//  Slave", StringComparison.Ordinal) });
        FaultOutcome outcome = await new FaultInjector(Plan, design.Folder, new VerifyOptions(Printed.Cache)).TryAsync(fault, 0, design.Stress(1), default);
        Assert.NotEqual(text, fault.Changes[file]);
        Assert.Null(outcome.CaughtBy);
    }
}
