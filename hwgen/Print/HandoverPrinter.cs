using System.Globalization;
using System.Text;
using HwGen.Core.Design;
using HwGen.Core.Plan;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>Prints what goes with a design to those who have only its folder: a self-checking testbench with its vectors, scripts and
/// constraints for synthesis, package descriptions, a C header and a README. Every path in them is relative to the folder.</summary>
public static class HandoverPrinter
{
    /// <summary>Files beside those of <see cref="RtlPrinter"/>.</summary>
    /// <param name="plan">The accelerator.</param>
    /// <param name="hardware">Its clock and part.</param>
    /// <param name="design">What <see cref="RtlPrinter.Print(AcceleratorPlan)"/> made of the plan.</param>
    /// <param name="vectors">For the testbench.</param>
    /// <param name="seed">Draws the testbench's stalls.</param>
    public static IReadOnlyList<OutputFile> Print(AcceleratorPlan plan, HardwareSettings hardware, IReadOnlyList<OutputFile> design, TestVectors vectors, int seed)
    {
        ScriptObject model = HandoverModel.Create(plan, hardware, design, vectors, seed);
        (string Template, string Path)[] files =
        [
            ("testbench.v", $"tb/{plan.ModuleName}_tb.v"), ("vivado.tcl", "scripts/vivado.tcl"), ("constraints.xdc", "scripts/constraints.xdc"),
            ("quartus.tcl", "scripts/quartus.tcl"), ("constraints.sdc", "scripts/constraints.sdc"), ("yosys.ys", "scripts/yosys.ys"),
            ("design.core", plan.Name + ".core"), ("component.xml", "component.xml"), ("header.h", $"include/{plan.Name}.h"), ("README.md", "README.md"),
        ];
        return
        [
            .. files.Select(f => new OutputFile(f.Path, TemplateSet.Render($"handover/{f.Template}.sbn", model))),
            new("tb/stimulus.hex", Hex(plan, vectors.Stimulus)), new("tb/expected.hex", Hex(plan, vectors.Expected)),
        ];
    }

    /// <summary>Characters of a beat's row in a vector file.</summary>
    public static int RowLength(AcceleratorPlan plan) => 1 + 1 + IdDigits(plan) + 1 + plan.BlockSize * plan.StreamLaneBits / 4 + 1;

    /// <summary>Hexadecimal digits of TID.</summary>
    internal static int IdDigits(AcceleratorPlan plan) => (Bits.Of(plan.Shape.Streams) + 3) / 4;

    /// <summary>For $readmemh: TLAST, TID, TDATA.</summary>
    private static string Hex(AcceleratorPlan plan, IReadOnlyList<TestBeat> beats)
    {
        int lane = plan.StreamLaneBits, digits = plan.BlockSize * lane / 4;
        var text = new StringBuilder();
        foreach (TestBeat beat in beats)
        {
            string id = beat.Stream.ToString("x", CultureInfo.InvariantCulture).PadLeft(IdDigits(plan), '0');
            string data = Bits.Pack(beat.Words, lane).ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(digits, '0');
            text.Append(beat.Last ? '1' : '0').Append('_').Append(id).Append('_').Append(data).Append('\n');
        }
        return text.ToString();
    }
}
