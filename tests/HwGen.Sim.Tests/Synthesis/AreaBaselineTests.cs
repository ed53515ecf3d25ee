using System.Text.Json;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using HwGen.Sim.Synthesis;

namespace HwGen.Sim.Tests.Synthesis;

/// <summary>Area and cycles of a small design against what is on record, so that neither grows unseen.</summary>
public sealed class AreaBaselineTests
{
    /// <summary>Of look-up tables and flip-flops; multipliers, block memories and cycles are exact.</summary>
    private const double Tolerance = 0.03;

    private sealed record Baseline(long Lut, long Ff, long Dsp, double Bram36, long CyclesPerFrame, long CyclesSingleStream);

    /// <summary>HWGEN_WRITE_BASELINE=1 writes it anew.</summary>
    [Fact]
    public async Task RunAsync_SmallGru_StaysWithinItsBaseline()
    {
        AcceleratorPlan plan = new RandomDesign(17, 4, 12, 2, 6, [8], 4).Plan();
        using var design = new Printed(plan);
        string file = Path.Combine(Fixtures(AppContext.BaseDirectory), "area-small-gru.json");
        string work = Directory.CreateDirectory(Path.Combine(design.Folder, "work")).FullName;

        ResourceCount now = (await new Synthesizer(design.Folder, plan.ModuleName).RunAsync(Part.Find("xilinx7")!, work, true, false, 100, null, default)).Total;

        var measured = new Baseline(now.Lut, now.Ff, now.Dsp, now.Bram36, plan.Schedule.IntervalCycles, plan.SingleStreamCycles);
        if (Environment.GetEnvironmentVariable("HWGEN_WRITE_BASELINE") == "1") await File.WriteAllTextAsync(file, JsonSerializer.Serialize(measured, JsonSerializerOptions.Web) + "\n");
        Baseline before = JsonSerializer.Deserialize<Baseline>(await File.ReadAllTextAsync(file), JsonSerializerOptions.Web)!;
        Assert.Equal((before.Dsp, before.Bram36, before.CyclesPerFrame, before.CyclesSingleStream), (measured.Dsp, measured.Bram36, measured.CyclesPerFrame, measured.CyclesSingleStream));
        Assert.InRange(measured.Lut, (long)(before.Lut * (1 - Tolerance)), (long)Math.Ceiling(before.Lut * (1 + Tolerance)));
        Assert.InRange(measured.Ff, (long)(before.Ff * (1 - Tolerance)), (long)Math.Ceiling(before.Ff * (1 + Tolerance)));
    }

    private static string Fixtures(string folder) =>
        File.Exists(Path.Combine(folder, "HwGen.sln")) ? Path.Combine(folder, "tests", "fixtures")
        : Fixtures(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("HwGen.sln is above no folder of the tests."));
}
