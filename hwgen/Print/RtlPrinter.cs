using HwGen.Core.Plan;
using HwGen.Core.Transforms;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>Prints a planned accelerator: Verilog modules, memory images and the simulation harness. The same plan gives the same bytes.</summary>
public static class RtlPrinter
{
    private static readonly string[] Modules = ["fft_unit", "ifft_unit", "pe_array", "cell", "output", "input", "control", "engine"];

    /// <summary>Every file of the design's output folder.</summary>
    public static IReadOnlyList<OutputFile> Print(AcceleratorPlan plan)
    {
        ScriptObject model = RtlModel.Create(plan);
        var files = new List<OutputFile>();
        foreach (string name in TemplateSet.Names.Where(n => n.StartsWith("lib/", StringComparison.Ordinal)))
            files.Add(new("rtl/" + name["lib/".Length..], TemplateSet.Read(name)));
        files.Add(Print(plan.Formats.Fft, plan.ModuleName + "_fft"));
        files.Add(Print(plan.Formats.Ifft, plan.ModuleName + "_ifft"));
        foreach (string module in Modules)
            files.Add(new($"rtl/{plan.ModuleName}_{module}.v", TemplateSet.Render(module + ".v.sbn", model)));
        files.Add(new($"rtl/{plan.ModuleName}.v", TemplateSet.Render("top.v.sbn", model)));
        files.AddRange(plan.Images.Select(i => new OutputFile("mem/" + i.FileName, i.ToHex())));
        files.Add(new("sim/harness.cpp", TemplateSet.Render("harness.cpp.sbn", HarnessModel.Create(plan))));
        files.Add(new("rtl.f", string.Concat(files.Where(f => f.Path.EndsWith(".v", StringComparison.Ordinal)).Select(f => f.Path).Order(StringComparer.Ordinal).Select(p => p + "\n"))));
        return [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)];
    }

    /// <summary>The module of one transform.</summary>
    public static OutputFile Print(TransformPlan transform, string moduleName) =>
        new($"rtl/{moduleName}.v", TemplateSet.Render("transform.v.sbn", TransformModel.Create(transform, moduleName)));
}
