using System.Text.RegularExpressions;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Faults;
using HwGen.Sim.Reference;
using HwGen.Sim.Tests.CoSimulation;

namespace HwGen.Sim.Tests.Faults;

/// <summary>Alone: it builds two designs at once by itself.</summary>
[Collection(AloneCollection.Name)]
public sealed partial class FaultInjectorTests
{
    private static readonly AcceleratorPlan Gru = new RandomDesign(680, 8, 8, 2, 11, [13], 5, 2).Plan();

    /// <summary>Peepholes and projection, several inverse FFT units and streams.</summary>
    private static readonly AcceleratorPlan Lstm = new RandomDesign(681, [new LstmLayer(11, 13, 10, true, 8, 8, 8), new DenseLayer(10, 5, 8)], 8,
        new(4, 100, 1) { IfftUnits = 2, Streams = 2 }, 2).Plan();

    /// <summary>Linear_before_reset = 0, mixed block sizes, several columns, slices, three multipliers to a complex product.</summary>
    private static readonly AcceleratorPlan Mixed = new RandomDesign(682, [new GruLayer(11, 13, 8, 4, false), new DenseLayer(13, 5, 2, true)], 8,
        new(3, 100, 1) { ColumnsPerCycle = 2, VectorLanes = 4, ThreeMultiply = true }, 2).Plan();

    private static readonly AcceleratorPlan Map = new RandomDesign(683,
        [new ConvLayer(new(4, 4, 2), 6, 2, 2, 1, 0, 2), new PoolLayer(new(3, 3, 6), PoolKind.Max, 2, 1), new DenseLayer(24, 5, 2)], 8, new(2, 100, 1), 2).Plan();

    private static readonly AcceleratorPlan Sparse = new RandomDesign(684, [new LstmLayer(11, 13, 10, true, 1, 1, 1), new GruLayer(10, 9, 1), new DenseLayer(9, 5, 1)], 8,
        new(2, 100, 1) { Sparse = true, ColumnsPerCycle = 2, VectorLanes = 4, Streams = 2 }, 2)
    { Density = 0.4 }.Plan();

    public static TheoryData<string> Names() => ["gru", "lstm", "mixed", "map", "sparse"];

    [Fact]
    public async Task RunAsync_OneOfEachKind_FindsAllAtAWord()
    {
        AcceleratorPlan plan = Lstm;
        using var design = new Printed(plan);
        int kinds = Enum.GetValues<FaultKind>().Length;
        IReadOnlyList<FaultOutcome> outcomes = await new FaultInjector(plan, design.Folder, new VerifyOptions(Printed.Cache))
            .RunAsync(kinds, 7, design.Stress(1), null, default);
        Assert.Equal(Enum.GetValues<FaultKind>(), outcomes.Select(o => o.Fault.Kind).Order());
        Assert.All(outcomes, o => Assert.True(o.CaughtBy is not null, $"seed {o.Seed}: {o.Fault.Kind} {o.Fault.File}:{o.Fault.Line} {o.Fault.Before} -> {o.Fault.After}"));
        Assert.All(outcomes, o => Assert.NotEqual(o.Fault.Before, o.Fault.After));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Find_EveryKind_HasPlacesAndDrawsTheSameAgain(string name)
    {
        AcceleratorPlan plan = Plan(name);
        using var design = new Printed(plan);
        FaultSites sites = Sites(design);
        // Small blocks have no twiddle that is multiplied and no pair of a real and an imaginary word; maps have no state to keep.
        FaultKind[] without = name switch
        {
            "map" => [FaultKind.TwiddleBit, FaultKind.StateKeptAtTlast, FaultKind.SwappedRealImaginary],
            "sparse" => [FaultKind.TwiddleBit, FaultKind.SwappedRealImaginary],
            _ => [],
        };
        foreach (FaultKind kind in Enum.GetValues<FaultKind>())
        {
            var places = sites.Find(kind);
            Assert.True(places.Count > 0 != without.Contains(kind), $"{kind} has {places.Count} places");
            foreach (Func<Random, Fault> place in places)
            {
                Fault fault = place(new Random(3)), again = place(new Random(3));
                Assert.Equal((kind, fault.After), (fault.Kind, again.After));
                Assert.All(fault.Changes, c => Assert.True(!File.Exists(Path.Combine(design.Folder, c.Key)) || File.ReadAllText(Path.Combine(design.Folder, c.Key)) != c.Value));
            }
        }
    }

    /// <summary>What a design does not generate, or reads nothing of, is no place.</summary>
    [Fact]
    public void Find_BranchesAndMemoriesThatADesignLacks_AreNoPlaces()
    {
        Assert.DoesNotContain(Places(Gru), f => f.Before.Contains("u_gated", StringComparison.Ordinal));
        Assert.Contains(Places(Mixed), f => f.Before.Contains("u_gated", StringComparison.Ordinal));
        Assert.Contains(Places(Gru), f => f.Kind == FaultKind.RoundingConstant && f.File == "rtl/hwgen_gru_lane.v" && f.Before == "hwgen_requantize #(");
        Assert.Contains(Places(Gru), f => f.File == "rtl/hwgen_pe.v" && f.Before.StartsWith("im ", StringComparison.Ordinal));
        Assert.DoesNotContain(Places(Map), f => f.File == "rtl/hwgen_pe.v" && f.Before.StartsWith("im ", StringComparison.Ordinal));
        Assert.DoesNotContain(Places(Map), f => f.Before.Contains("average_1", StringComparison.Ordinal));
        Assert.Contains(Places(Sparse), f => f.Kind == FaultKind.StateKeptAtTlast && f.Before.StartsWith("gather_zero", StringComparison.Ordinal));
        Assert.Contains(Places(Sparse), f => f.Kind == FaultKind.AddressOffByOne && f.File == "rtl/hwgen_sparse_pe.v");
        // In words of 5 bits all biases of R_n h are zero.
        Assert.DoesNotContain(Places(RandomDesign.DrawAny(16).Plan()), f => f.Before.StartsWith("rn_1 <=", StringComparison.Ordinal));
        Assert.Contains(Places(Gru), f => f.Before.StartsWith("rn_1 <=", StringComparison.Ordinal));
        // The words that leave a GRU's dense layer are written to a copy for the output and one for the FFT, which reads nothing of it.
        Assert.Single(Places(Gru), f => f.Before.StartsWith(".write_addr(linear_written)", StringComparison.Ordinal));
        Assert.Equal(2, Places(Lstm).Count(f => f.Before.StartsWith(".write_addr(linear_written)", StringComparison.Ordinal)));
    }

    /// <summary>A mutant that does not compile would end a whole run of faults.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Find_EveryPlaceInTheVerilog_GivesAMutantThatParses(string name)
    {
        AcceleratorPlan plan = Plan(name);
        // Lines that differ in their numbers alone are one.
        List<Fault> faults = [.. Places(plan).Where(f => f.File.EndsWith(".v", StringComparison.Ordinal)).DistinctBy(f => (f.Kind, f.File, Number().Replace(f.Before, "#")))];
        var failures = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Parallel.ForEachAsync(faults, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (fault, cancel) =>
        {
            using var mutant = new Printed(plan);
            foreach ((string file, string text) in fault.Changes) await File.WriteAllTextAsync(Path.Combine(mutant.Folder, file), text, cancel);
            foreach (string line in await Verilator.LintAsync(mutant.Folder, plan.ModuleName, cancel))
                if (line.StartsWith("%Error", StringComparison.Ordinal) && !line.Contains("Exiting due to", StringComparison.Ordinal))
                    failures.Add($"{fault.File}:{fault.Line} {fault.After}: {line}");
        });
        Assert.True(faults.Count > 30, $"{faults.Count}");
        Assert.Empty(failures);
    }

    /// <summary>What changes nothing is not claimed as found.</summary>
    [Fact]
    public async Task TryAsync_OnlyACommentChanged_IsNotFound()
    {
        using var design = new Printed(Gru);
        string file = "rtl/random_net.v", text = File.ReadAllText(Path.Combine(design.Folder, file));
        var fault = new Fault(FaultKind.FlippedSign, file, 1, "//", "// ", new Dictionary<string, string> { [file] = text.Replace("// Slave", "//  Slave", StringComparison.Ordinal) });
        FaultOutcome outcome = await new FaultInjector(Gru, design.Folder, new VerifyOptions(Printed.Cache)).TryAsync(fault, 0, design.Stress(1), default);
        Assert.NotEqual(text, fault.Changes[file]);
        Assert.Null(outcome.CaughtBy);
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    private static AcceleratorPlan Plan(string name) => name switch { "gru" => Gru, "lstm" => Lstm, "mixed" => Mixed, "sparse" => Sparse, _ => Map };

    private static List<Fault> Places(AcceleratorPlan plan)
    {
        using var design = new Printed(plan);
        FaultSites sites = Sites(design);
        return [.. Enum.GetValues<FaultKind>().SelectMany(sites.Find).Select(place => place(new Random(4)))];
    }

    private static FaultSites Sites(Printed design)
    {
        var reference = new IntegerReference(design.Plan);
        var taps = new StepTaps(design.Plan);
        Stimulus stimulus = design.Stress(1);
        foreach ((int sequence, int step, int stream) in stimulus.Steps) reference.Step(stimulus.Sequences[sequence][step], step == 0, taps, stream);
        return new(design.Plan, design.Folder, reference.Saturations());
    }
}
