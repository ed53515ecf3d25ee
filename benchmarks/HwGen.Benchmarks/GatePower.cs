using System.Globalization;
using System.Text;
using CliWrap;
using CliWrap.Buffered;
using HwGen.Core.Plan;
using HwGen.Explore;
using HwGen.Print;

namespace HwGen.Benchmarks;

/// <summary>Power of a design's logic at the level of gates: Yosys maps it to the osu018 library (180 nm, 1.8 V), Icarus simulates the netlist with the
/// printed testbench, and OpenSTA adds up what its toggles take. Memories stay behavioural and take nothing here.</summary>
/// <param name="Cells">Gates and flip-flops.</param>
/// <param name="Watts">Switching, internal and leakage power at <see cref="ClockHertz"/>.</param>
/// <param name="Cycles">That were simulated, without reset.</param>
/// <param name="Beats">Output beats that were compared and right.</param>
internal sealed record GatePower(long Cells, double Watts, long Cycles, long Beats)
{
    public const double ClockHertz = 50e6;

    /// <summary>Half a period of the printed testbench's clock, and its cycles of reset.</summary>
    private const int HalfPeriod = 5, ResetCycles = 6;

    private const string Library = "/usr/share/qflow/tech/osu018/osu018_stdcells";

    /// <summary>Programs and files that a measurement needs and that are not here.</summary>
    public static IReadOnlyList<string> Missing()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return [.. new[] { "yosys", "iverilog", "vvp", "sta" }.Where(p => !folders.Any(f => File.Exists(Path.Join(f, p)))),
            .. new[] { Library + ".lib", Library + ".v" }.Where(f => !File.Exists(f))];
    }

    /// <summary>Measures a plan.</summary>
    /// <param name="plan">One stream.</param>
    /// <param name="sequences">What it is driven with, raw words.</param>
    /// <param name="folder">An empty folder; nothing is removed from it.</param>
    public static async Task<GatePower> MeasureAsync(AcceleratorPlan plan, IReadOnlyList<long[][]> sequences, string folder)
    {
        IReadOnlyList<OutputFile> rtl = RtlPrinter.Print(plan);
        TestVectors vectors = HandoverVectors.Create(plan, sequences, 1);
        int steps = vectors.Stimulus.Count / plan.InputBlocks;
        long cycles = plan.TotalCycles([.. Enumerable.Repeat(0, steps)]);
        foreach (OutputFile file in rtl.Concat(HandoverPrinter.Print(plan, new(plan.Shape.Elements, 100, 1), rtl, vectors, 1)))
        {
            string path = Path.Join(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, file.Text);
        }
        string top = plan.ModuleName, sources = string.Join(' ', rtl.Select(f => f.Path).Where(p => p.EndsWith(".v", StringComparison.Ordinal)));
        // OpenSTA reads no assignment to several bits at once: its netlist has ports of single bits.
        string log = await RunAsync(folder, "yosys", "-p", $"read_verilog {sources}; hierarchy -top {top}; proc; select *hwgen_rom *hwgen_ram *hwgen_fifo; write_verilog -selected -noattr memories.v; "
            + $"select -clear; blackbox *hwgen_rom *hwgen_ram *hwgen_fifo; synth -flatten -top {top}; dfflibmap -liberty {Library}.lib; abc -liberty {Library}.lib; "
            + "setundef -zero; splitnets; opt_clean -purge; stat; write_verilog -noattr -noexpr -nohex netlist.v; splitnets -ports; opt_clean -purge; write_verilog -noattr -noexpr -nohex power.v");
        long end = 2L * HalfPeriod * (cycles + ResetCycles);
        await File.WriteAllTextAsync(Path.Join(folder, "dump.v"), $"""
            module dump;
                initial begin
                    #{2 * HalfPeriod * ResetCycles} $dumpfile("activity.vcd");
                    $dumpvars(1, {top}_tb.u_dut);
                    #{end - 2 * HalfPeriod * ResetCycles} $display("right: %0d of %0d", {top}_tb.compared - {top}_tb.mismatches, {top}_tb.compared);
                    $finish;
                end
            endmodule

            """);
        await RunAsync(folder, "iverilog", "-g2005", "-o", "gates", "-s", "dump", "-s", top + "_tb", Library + ".v", "netlist.v", "memories.v", $"tb/{top}_tb.v", "dump.v");
        string said = await RunAsync(folder, "vvp", "-n", "gates");
        int[] right = [.. said.Split('\n').Single(l => l.StartsWith("right: ", StringComparison.Ordinal))[7..].Split(" of ").Select(int.Parse)];
        if (right[0] != right[1] || right[1] == 0) throw new InvalidOperationException($"The gates of {plan.Name} compute something else: {said}");
        IReadOnlyDictionary<string, (double Density, double Duty)> activity = await ToggleCounts.ReadAsync(Path.Join(folder, "activity.vcd"), cycles);
        await File.WriteAllTextAsync(Path.Join(folder, "power.tcl"), Script(top, activity));
        string report = await RunAsync(folder, "sta", "-exit", "power.tcl");
        if (report.Contains("Error", StringComparison.Ordinal)) throw new InvalidOperationException(report);
        // Total  internal switching leakage total share
        string[] total = report.Split('\n').Last(l => l.StartsWith("Total", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new(Sim.Synthesis.StatReport.Parse(log).Where(c => char.IsUpper(c.Key[0])).Sum(c => c.Value), double.Parse(total[4], CultureInfo.InvariantCulture), cycles, right[1]);
    }

    /// <summary>Annotates every pin but the clocks' with what its net did.</summary>
    private static string Script(string top, IReadOnlyDictionary<string, (double Density, double Duty)> activity)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            read_liberty {{Library}}.lib
            read_verilog power.v
            link_design {{top}}
            create_clock -name clk -period {{1e9 / ClockHertz}} [get_ports aclk]
            set_input_delay 0 -clock clk [all_inputs]
            report_power > /dev/null

            """);
        foreach (var (net, (density, duty)) in activity.Where(a => a.Key != "aclk")) text.Append(CultureInfo.InvariantCulture, $"set act({{{net}}}) {{{density:R} {duty:R}}}\n");
        text.Append("""
            proc plain {name} { return [string map {\\ {}} $name] }
            foreach cell [get_cells *] {
                foreach pin [get_pins -of_objects $cell] {
                    if {[catch {plain [get_property [get_nets -of_objects $pin] full_name]} name]} { continue }
                    if {[info exists act($name)]} {
                        sta::set_power_pin_activity $pin [lindex $act($name) 0] [lindex $act($name) 1]
                    }
                }
            }
            report_power -digits 6

            """);
        return text.ToString();
    }

    private static async Task<string> RunAsync(string folder, string tool, params string[] arguments)
    {
        BufferedCommandResult result = await CliWrap.Cli.Wrap(tool).WithArguments(arguments).WithWorkingDirectory(folder).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        string log = result.StandardOutput + result.StandardError;
        await File.WriteAllTextAsync(Path.Join(folder, tool + ".log"), log);
        return result.ExitCode == 0 ? log : throw new InvalidOperationException($"{tool} ended with {result.ExitCode}: {string.Join('\n', log.TrimEnd().Split('\n').TakeLast(20))}");
    }
}
