using System.Globalization;
using System.Text.RegularExpressions;
using HwGen.Core;
using HwGen.Core.Parts;

namespace HwGen.Sim.Synthesis;

/// <summary>Yosys by its command line, on the files of one folder.</summary>
/// <param name="folder">Where it runs: the sources and the memory images are named relative to it.</param>
/// <param name="sources">Verilog files.</param>
/// <param name="progress">Hears how far a run is.</param>
public sealed partial class Yosys(string folder, IReadOnlyList<string> sources, IProgress<SynthesisProgress>? progress = null)
{
    /// <summary>The command that maps a flattened module to a part; the same for everything that is compared.</summary>
    public static string Command(Part part) => part.YosysCommand;

    /// <summary>What <c>synth_ice40 -dsp</c> does in Yosys 0.23 between flattening and memories, but for <c>ice40_dsp</c>, which packs
    /// registers into multipliers and ends with a segmentation fault where two registers in a row follow one.</summary>
    private const string Ice40WithoutPacking = "synth_ice40 -device u -dsp -run begin:coarse -top {0}; opt_expr; opt_clean; check; opt -nodffe -nosdff; fsm; opt; wreduce; peepopt; opt_clean; share; "
        + "techmap -map +/cmp2lut.v -D LUT_WIDTH=4; opt_expr; opt_clean; memory_dff; wreduce t:$mul; "
        + "techmap -map +/mul2dsp.v -map +/ice40/dsp_map.v -D DSP_A_MAXWIDTH=16 -D DSP_B_MAXWIDTH=16 -D DSP_A_MINWIDTH=2 -D DSP_B_MINWIDTH=2 -D DSP_Y_MINWIDTH=11 -D DSP_NAME=$__MUL16X16; "
        + "select a:mul2dsp; setattr -unset mul2dsp; opt_expr -fine; wreduce; select -clear; chtype -set $mul t:$__soft_mul; alumacc; opt; memory -nomap; opt_clean; "
        + "synth_ice40 -device u -dsp -run map_ram: -top {0}";

    /// <summary>128 + SIGSEGV.</summary>
    private const int SegmentationFault = 139;

    /// <summary>Passes that the command prints in Yosys 0.23, counted: what progress is measured against.</summary>
    private static int Passes(FpgaFamily family) => family switch
    {
        FpgaFamily.Xilinx7 or FpgaFamily.UltraScale => 50,
        FpgaFamily.Ecp5 => 40,
        _ => 45,
    };

    /// <summary>Synthesises one module and what is below it.</summary>
    /// <param name="part">The target.</param>
    /// <param name="top">The design's top module: gives all modules below it their parameters.</param>
    /// <param name="stage">What progress calls it.</param>
    /// <param name="module">The module to synthesise, of those below <paramref name="top"/>; null for the top itself.</param>
    /// <param name="boxes">Modules to leave as black boxes.</param>
    /// <param name="netlist">Commands on the netlist after the statistics; none by default.</param>
    /// <param name="cancel">Ends Yosys.</param>
    /// <returns>Cells by type, and whether registers could not be packed into multipliers (iCE40, a mistake in Yosys 0.23).</returns>
    /// <exception cref="ToolException">Yosys is missing or fails.</exception>
    public async Task<(IReadOnlyDictionary<string, long> Cells, bool Unpacked)> SynthesizeAsync(Part part, string top, string stage, string? module = null, IEnumerable<string>? boxes = null, string netlist = "", CancellationToken cancel = default)
    {
        string before = $"{Read()}; hierarchy -top {top}; {string.Concat((boxes ?? []).Select(b => $"blackbox {b}; "))}", after = $"; stat; {netlist}";
        string script = $"{before}{Command(part)} -top {module ?? top}{after}";
        int passes = Passes(part.Family);
        void Hear(string line)
        {
            // "4.17. Executing OPT_EXPR pass": the synthesis is the only command with that many.
            if (progress is not null && Pass().Match(line) is { Success: true } pass)
                progress.Report(new(stage, Math.Min(0.99, int.Parse(pass.Groups[1].Value, CultureInfo.InvariantCulture) / (double)passes), pass.Groups[2].Value));
        }
        var (exitCode, log) = await SynthesisTool.RunAsync("yosys", folder, ["-p", script], Hear, cancel).ConfigureAwait(false);
        bool unpacked = exitCode == SegmentationFault && part is { Family: FpgaFamily.Ice40, Dsps: > 0 };
        if (unpacked)
        {
            script = before + string.Format(CultureInfo.InvariantCulture, Ice40WithoutPacking, module ?? top) + after;
            (exitCode, log) = await SynthesisTool.RunAsync("yosys", folder, ["-p", script], Hear, cancel).ConfigureAwait(false);
        }
        if (exitCode != 0) throw SynthesisTool.Failed("yosys", folder, ["-p", script], log);
        try
        {
            return (StatReport.Parse(log), unpacked);
        }
        catch (FormatException e)
        {
            throw new ToolException("yosys", $"yosys -p '{script}'", e.Message, "Its statistics could not be read: is this another version than 0.23?");
        }
    }

    /// <summary>Runs commands after the sources are read and the modules below the top have their parameters.</summary>
    public Task<string> RunAsync(string top, string commands, CancellationToken cancel) =>
        SynthesisTool.MustRunAsync("yosys", folder, ["-p", $"{Read()}; hierarchy -top {top}; {commands}"], null, cancel);

    /// <summary>What the program says of itself, e.g. "Yosys 0.23 (git sha1 …)".</summary>
    /// <exception cref="ToolException">It is missing.</exception>
    public static async Task<string> VersionAsync(CancellationToken cancel) =>
        (await SynthesisTool.MustRunAsync("yosys", ".", ["-V"], null, cancel).ConfigureAwait(false)).Trim();

    private string Read() => "read_verilog " + string.Join(' ', sources);

    [GeneratedRegex(@"^\d+\.(\d+)\. Executing (\w+)")]
    private static partial Regex Pass();
}
