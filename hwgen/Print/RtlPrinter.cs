using HwGen.Core.Plan;
using HwGen.Core.Transforms;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>Prints a planned accelerator: Verilog modules, memory images and the simulation harness. The same plan gives the same bytes.</summary>
public static class RtlPrinter
{
    private static readonly string[] Modules = ["fft_unit", "ifft_unit", "input", "control", "engine"];

    /// <summary>Every file of the design's output folder.</summary>
    public static IReadOnlyList<OutputFile> Print(AcceleratorPlan plan)
    {
        ScriptObject model = RtlModel.Create(plan);
        var files = new List<OutputFile>();
        foreach (string name in TemplateSet.Names.Where(n => n.StartsWith("lib/", StringComparison.Ordinal) && !Unused(plan).Contains(n)))
            files.Add(new("rtl/" + name["lib/".Length..], TemplateSet.Read(name)));
        foreach (TransformMode mode in plan.Formats.Modes)
        {
            files.Add(Print(mode.Fft, $"{plan.ModuleName}_fft_{mode.BlockSize}"));
            files.Add(Print(mode.Ifft, $"{plan.ModuleName}_ifft_{mode.BlockSize}"));
        }
        string[] units = [.. plan.Program.Cells.Count > 0 ? (string[])["cell"] : [], .. plan.Program.Linears.Count > 0 ? (string[])["linear"] : [],
            .. plan.ReloadableWeights ? (string[])["registers"] : []];
        foreach (string module in Modules.Concat(units))
            files.Add(new($"rtl/{plan.ModuleName}_{module}.v", TemplateSet.Render(module + ".v.sbn", model)));
        files.Add(new($"rtl/{plan.ModuleName}_pe_array.v", TemplateSet.Render(plan.Shape.Sparse ? "sparse_array.v.sbn" : "pe_array.v.sbn", model)));
        files.Add(new($"rtl/{plan.ModuleName}.v", TemplateSet.Render("top.v.sbn", model)));
        files.AddRange(plan.Images.Where(i => !i.Reloadable).Select(i => new OutputFile("mem/" + i.FileName, i.ToHex())));
        if (plan.Load is { } load)
        {
            files.Add(new("mem/" + WeightLoad.FileName, load.ToHex()));
            ScriptObject driver = DriverModel.Create(plan, load);
            foreach (string extension in (string[])["h", "c"])
                files.Add(new($"driver/{plan.Name}_driver.{extension}", TemplateSet.Render($"driver.{extension}.sbn", driver)));
        }
        files.Add(new("sim/harness.cpp", TemplateSet.Render("harness.cpp.sbn", HarnessModel.Create(plan))));
        files.Add(new("rtl.f", string.Concat(files.Where(f => f.Path.EndsWith(".v", StringComparison.Ordinal)).Select(f => f.Path).Order(StringComparer.Ordinal).Select(p => p + "\n"))));
        return [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)];
    }

    /// <summary>Library modules that a design has no instance of.</summary>
    private static string[] Unused(AcceleratorPlan plan)
    {
        bool gru = plan.Program.Cells.Any(c => c.Kind != CellKind.Lstm), lstm = plan.Program.Cells.Any(c => c.Kind == CellKind.Lstm);
        return
        [
            .. gru ? (string[])[] : ["lib/hwgen_gru_lane.v"],
            .. lstm ? (string[])[] : ["lib/hwgen_lstm_lane.v", "lib/hwgen_peephole.v"],
            .. gru || lstm ? (string[])[] : ["lib/hwgen_pwl.v"],
            .. plan.Shape.Sparse ? (string[])["lib/hwgen_pe.v", "lib/hwgen_spread.v"] : ["lib/hwgen_sparse_pe.v"],
            .. plan.ReloadableWeights ? (string[])[] : ["lib/hwgen_axil.v", "lib/hwgen_weights.v"],
        ];
    }

    /// <summary>The module of one transform.</summary>
    public static OutputFile Print(TransformPlan transform, string moduleName) =>
        new($"rtl/{moduleName}.v", TemplateSet.Render("transform.v.sbn", TransformModel.Create(transform, moduleName)));
}
