using HwGen.Core;
using HwGen.Core.Parts;
using HwGen.Sim.Synthesis;

namespace HwGen.Sim.Tests.Synthesis;

/// <summary>Small designs through the real tools.</summary>
public sealed class SynthesizerTests : IDisposable
{
    private const string Element = """
        module hwgen_pe #(parameter INIT = "") (input wire clk, input wire signed [11:0] a, output reg signed [23:0] p);
            reg signed [11:0] mem [0:1023];
            reg [9:0] at;
            reg signed [11:0] weight;
            generate if (INIT != "") begin : g_init initial $readmemh(INIT, mem); end endgenerate
            always @(posedge clk) begin at <= at + 10'd1; weight <= mem[at]; p <= a * weight; end
        endmodule
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("hwgen-synth-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public async Task RunAsync_RepeatedElement_OnceAndTimesItsCountIsTheWhole()
    {
        WriteArray(Synthesizer.FewElements);
        Part part = Part.Find("xilinx7")!;

        SynthesisResult parts = await RunAsync(part, flat: false), whole = await RunAsync(part, flat: true);

        Assert.Equal((Synthesizer.FewElements, 1L), (parts.Elements.Single().Count, parts.Elements.Single().Each.Dsp));
        Assert.Empty(whole.Elements);
        Assert.Equal((9, 4.5), (whole.Total.Dsp, whole.Total.Bram36));
        Assert.Equal((whole.Total.Dsp, whole.Total.Bram36), (parts.Total.Dsp, parts.Total.Bram36));
        // The whole run shares the counters, which are equal.
        Assert.InRange(parts.Total.Lut, whole.Total.Lut, whole.Total.Lut + 9 * 10);
        Assert.Empty(parts.UnknownCells);
    }

    [Fact]
    public async Task RunAsync_MorePortsThanPins_PlacesWithSerialPinsAndWritesABitstream()
    {
        Write("top.v", "module top (input wire clk, input wire [39:0] a, input wire [39:0] b, output reg [39:0] s);\n    always @(posedge clk) s <= a + b;\nendmodule\n");
        Write("rtl.f", "top.v\n");

        Write("tb/top_tb.v", Testbench("a + b"));

        SynthesisResult result = await RunAsync(Part.Find("up5k")!, flat: false, simulate: true);

        Assert.True(result.SerialPins && result.Fits);
        Assert.Equal((true, "PASS: 100 sums"), (result.Netlist!.Passed, result.Netlist.Verdict));
        Write("tb/top_tb.v", Testbench("a + b + (a == 40'd7)"));
        NetlistCheck other = await NetlistCheck.RunAsync(folder, "top", Path.Join(folder, "work"), null, default);
        Assert.Equal((false, "FAIL: 1 sums"), (other.Passed, other.Verdict));
        Assert.Equal((40, 40), (result.Total.Ff, result.Total.Lut));        // without the wrapper's
        Assert.InRange(result.Placed!.FmaxMegahertz!.Value, 20, 200);
        Assert.True(new FileInfo(Path.Join(folder, "work", "bitstream.bin")).Length > 10_000);
    }

    private static string Testbench(string sum) => $"""
        module top_tb;
            reg clk = 0;
            reg [39:0] a = 0, b = 40'hffffff0000;
            wire [39:0] s;
            integer i, wrong = 0;
            top u_dut (.clk(clk), .a(a), .b(b), .s(s));
            initial begin
                for (i = 0; i < 100; i = i + 1) begin
                    a = i; b = b + 40'd1717;
                    #1 clk = 1;
                    #1 clk = 0;
                    if (s !== {sum}) wrong = wrong + 1;
                end
                if (wrong == 0) $display("PASS: 100 sums"); else $display("FAIL: %0d sums", wrong);
            end
        endmodule
        """;

    [Fact]
    public async Task RunAsync_TooLarge_SaysByHowMuch()
    {
        WriteArray(10);

        SynthesisResult result = await RunAsync(Part.Find("up5k")!, flat: false);

        Assert.False(result.Fits);
        Assert.Contains(("ICESTORM_DSP", 10.0, 8.0), result.Beyond);
        Assert.Null(result.Placed!.Bitstream);
    }

    [Fact]
    public async Task RunAsync_BrokenVerilog_NamesToolCommandAndLog()
    {
        Write("top.v", "module top (input wire clk);\n    nowhere u ();\nendmodule\n");
        Write("rtl.f", "top.v\n");

        ToolException e = await Assert.ThrowsAsync<ToolException>(() => RunAsync(Part.Find("xilinx7")!, flat: true));

        Assert.Equal("yosys", e.Tool);
        Assert.Contains("nowhere", e.Log, StringComparison.Ordinal);
        Assert.Contains("read_verilog top.v", e.Command, StringComparison.Ordinal);
    }

    /// <summary>The two streams come in no certain order, and only the end of the log is told.</summary>
    [Fact]
    public async Task MustRunAsync_ErrorBeforeMuchOutput_IsToldLast()
    {
        ToolException e = await Assert.ThrowsAsync<ToolException>(() =>
            SynthesisTool.MustRunAsync("sh", folder, ["-c", "echo why >&2; sleep 0.2; seq 100; exit 1"], null, default));

        Assert.EndsWith("100\nwhy", e.Log, StringComparison.Ordinal);
    }

    private async Task<SynthesisResult> RunAsync(Part part, bool flat, bool simulate = false)
    {
        string work = Path.Join(folder, "work");
        Directory.CreateDirectory(work);
        return await new Synthesizer(folder, "top").RunAsync(part, work, flat, simulate, 12, null, default);
    }

    private void WriteArray(int elements)
    {
        var random = new Random(3);
        for (int i = 0; i < elements; i++) Write($"w{i}.hex", string.Concat(Enumerable.Range(0, 1024).Select(_ => $"{random.Next(4096):x3}\n")));
        Write("pe.v", Element + "\n");
        Write("top.v", $"module top (input wire clk, input wire signed [11:0] a, output wire [{24 * elements - 1}:0] p);\n"
            + string.Concat(Enumerable.Range(0, elements).Select(i => $"    hwgen_pe #(.INIT(\"w{i}.hex\")) u_{i} (.clk(clk), .a(a), .p(p[{24 * i} +: 24]));\n")) + "endmodule\n");
        Write("rtl.f", "pe.v\ntop.v\n");
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(folder, name))!);
        File.WriteAllText(Path.Join(folder, name), text);
    }
}
