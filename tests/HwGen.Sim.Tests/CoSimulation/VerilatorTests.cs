using HwGen.Core;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Synthesis;

namespace HwGen.Sim.Tests.CoSimulation;

/// <summary>Alone: some tests change where the whole process looks for programs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}

[Collection(AloneCollection.Name)]
public sealed class VerilatorTests
{
    private static readonly AcceleratorPlan Plan = new RandomDesign(660, 2, 6, 2, 3, [4], 2).Plan();

    [Fact]
    public async Task BuildAsync_SameTextThenAnother_KeepsAndRebuilds()
    {
        using var design = new Printed(Plan);
        using var other = new Printed(Plan);
        var verilator = new Verilator(Printed.Cache);
        Task<string> Build(Printed printed) => verilator.BuildAsync(printed.Folder, Plan.ModuleName, false, true, default);

        // Two at once: either's program will do, and both get it.
        string[] programs = await Task.WhenAll(Build(design), Build(other));
        Assert.Equal(programs[0], programs[1]);
        DateTime built = File.GetLastWriteTimeUtc(programs[0]);
        Assert.Equal(programs[0], await Build(design));
        Assert.Equal(built, File.GetLastWriteTimeUtc(programs[0]));

        // Weights are read at run time.
        design.FlipBit("weights_0", 0, 0);
        Assert.Equal(programs[0], await Build(design));

        design.Edit("rtl/random_net_linear.v", "= chosen &", "= ~chosen &");
        string rebuilt = await Build(design);
        Assert.NotEqual(programs[0], rebuilt);
        Assert.True(File.Exists(rebuilt));
        Assert.DoesNotContain(Directory.GetDirectories(Printed.Cache), d => Path.GetFileName(d).Count(c => c == '-') > 2);
    }

    [Fact]
    public async Task BuildAsync_BrokenVerilog_NamesToolAndLog()
    {
        using var design = new Printed(Plan);
        design.Edit("rtl/random_net_linear.v", "= chosen &", "= nowhere &");
        ToolException e = await Assert.ThrowsAsync<ToolException>(() => new Verilator(Printed.Cache).BuildAsync(design.Folder, Plan.ModuleName, false, true, default));
        Assert.Equal("verilator", e.Tool);
        Assert.Contains("nowhere", e.Log, StringComparison.Ordinal);
    }

    /// <summary>A sum whose format is so coarse that the inverse FFT's last rounding drops more bits than there are.</summary>
    [Fact]
    public async Task LintAsync_RoundingThatLeavesNothing_IsSilent()
    {
        AcceleratorPlan plan = RandomDesign.DrawAny(5096).Plan();
        Assert.Contains(Enumerable.Range(0, plan.Program.Sums.Count), m =>
            plan.Formats.IfftShift(plan.Program, m) > plan.Formats.Mode(plan.Program.Sums[m].BlockSize).Ifft.OutputBits);
        using var design = new Printed(plan);

        Assert.Empty(await Verilator.LintAsync(design.Folder, plan.ModuleName, default));
    }

    [Fact]
    public async Task LintAsync_UnusedSignal_IsReported()
    {
        using var design = new Printed(Plan);
        design.Edit("rtl/random_net_linear.v", "    genvar i;", "    wire leftover;\n    genvar i;");
        Assert.Contains(await Verilator.LintAsync(design.Folder, Plan.ModuleName, default), l => l.Contains("leftover", StringComparison.Ordinal));
    }

    [Fact]
    public async Task BuildAsync_NoTool_Throws()
    {
        using var design = new Printed(Plan);
        string? path = Environment.GetEnvironmentVariable("PATH");
        try
        {
            Environment.SetEnvironmentVariable("PATH", design.Folder);
            ToolException e = await Assert.ThrowsAsync<ToolException>(() => design.Simulator.VerifyAsync(design.Stress(1), null, default));
            Assert.Equal("verilator", e.Tool);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Fact]
    public async Task SynthesizerRunAsync_NoTool_Throws()
    {
        using var design = new Printed(Plan);
        string? path = Environment.GetEnvironmentVariable("PATH");
        try
        {
            Environment.SetEnvironmentVariable("PATH", design.Folder);
            ToolException e = await Assert.ThrowsAsync<ToolException>(() =>
                new Synthesizer(design.Folder, Plan.ModuleName).RunAsync(Part.Find("xilinx7")!, design.Folder, true, false, 12, null, default));
            Assert.Contains("apt-get install yosys", e.Hint, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }
}
