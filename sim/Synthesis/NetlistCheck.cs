using HwGen.Core;

namespace HwGen.Sim.Synthesis;

/// <summary>The mapped netlist in Icarus Verilog, driven and judged by the printed testbench.</summary>
/// <param name="Passed">Every beat was as expected, and so was the number of cycles.</param>
/// <param name="Verdict">The testbench's last line.</param>
/// <param name="Log">All that it printed: the first mismatches.</param>
public sealed record NetlistCheck(bool Passed, string Verdict, string Log)
{
    /// <summary>The testbench that a design comes with, within its output folder.</summary>
    public static string Testbench(string top) => $"tb/{top}_tb.v";

    /// <param name="folder">The design's output folder: the testbench reads its vectors there.</param>
    /// <param name="top">Top module.</param>
    /// <param name="work">Holds <c>netlist.v</c> in the cells of an iCE40.</param>
    /// <param name="progress">Hears that it runs.</param>
    /// <param name="cancel">Ends the tools.</param>
    /// <exception cref="ToolException">A tool or Yosys's models of the cells are missing.</exception>
    public static async Task<NetlistCheck> RunAsync(string folder, string top, string work, IProgress<SynthesisProgress>? progress, CancellationToken cancel)
    {
        progress?.Report(new("simulate the netlist", 0, ""));
        // Icarus has no default values of ports; Yosys connects every port of its cells.
        string program = Path.Combine(work, "netlist.vvp");
        await SynthesisTool.MustRunAsync("iverilog", folder, ["-g2005", "-DNO_ICE40_DEFAULT_ASSIGNMENTS", "-o", program, Path.Combine(work, "netlist.v"), CellModels(), Testbench(top)], null, cancel).ConfigureAwait(false);
        string log = await SynthesisTool.MustRunAsync("vvp", folder, [program], null, cancel).ConfigureAwait(false);
        File.Delete(program);
        string verdict = log.Split('\n').LastOrDefault(l => l.StartsWith("PASS", StringComparison.Ordinal) || l.StartsWith("FAIL", StringComparison.Ordinal)) ?? "FAIL: no verdict";
        return new(verdict.StartsWith("PASS", StringComparison.Ordinal), verdict, log);
    }

    /// <summary>Yosys keeps them beside its programs.</summary>
    private static string CellModels()
    {
        foreach (string bin in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            if (Path.GetFullPath(Path.Combine(bin, "..", "share", "yosys", "ice40", "cells_sim.v")) is var file && File.Exists(file)) return file;
        throw new ToolException("yosys", "yosys", "", "its share/yosys/ice40/cells_sim.v is nowhere beside the folders of PATH; a netlist cannot be simulated without it.");
    }
}
