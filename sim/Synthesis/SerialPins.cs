using System.Text;

namespace HwGen.Sim.Synthesis;

/// <summary>A wrapper for a design with more ports than its package has pins: one pin shifts all inputs in, one shows the
/// parity of all outputs over time. Made of the library's cells, so that it can be put around a mapped netlist.</summary>
/// <remarks>Every input comes from a register and every output goes to one, so timing is that of the design between registers.</remarks>
public static class SerialPins
{
    public const string Module = "hwgen_pins";

    /// <summary>The clock among a design's ports.</summary>
    public static string? Clock(IEnumerable<TopPort> ports) => ports.FirstOrDefault(p => p is { Input: true, Bits: 1, Name: "clk" or "aclk" })?.Name;

    /// <returns>Verilog of the wrapper.</returns>
    /// <param name="top">The module to wrap.</param>
    /// <param name="ports">Its ports.</param>
    /// <param name="clock">The port that the wrapper's own registers run on too.</param>
    public static string Print(string top, IReadOnlyList<TopPort> ports, string clock)
    {
        int inputs = ports.Where(p => p.Input && p.Name != clock).Sum(p => p.Bits), outputs = ports.Where(p => !p.Input).Sum(p => p.Bits);
        var text = new StringBuilder();
        text.Append($"module {Module} (input wire clk, input wire in, output wire out);\n");
        text.Append($"    wire [{inputs}:0] shift;\n    wire [{outputs}:0] parity;\n    wire [{Math.Max(0, outputs - 1)}:0] result, next;\n");
        text.Append("    assign shift[0] = in;\n    assign parity[0] = 1'b0;\n    assign out = parity[" + outputs + "];\n    genvar i;\n    generate\n");
        text.Append($"        for (i = 0; i < {inputs}; i = i + 1) begin : g_in\n            SB_DFF u_q (.C(clk), .D(shift[i]), .Q(shift[i+1]));\n        end\n");
        text.Append($"        for (i = 0; i < {outputs}; i = i + 1) begin : g_out\n");
        text.Append("            SB_LUT4 #(.LUT_INIT(16'h6666)) u_xor (.I0(parity[i]), .I1(result[i]), .I2(1'b0), .I3(1'b0), .O(next[i]));\n");
        text.Append("            SB_DFF u_q (.C(clk), .D(next[i]), .Q(parity[i+1]));\n        end\n    endgenerate\n");
        text.Append($"    {top} u_top (\n");
        var lines = new List<string>();
        int input = 1, output = 0;
        foreach (TopPort port in ports)
        {
            string net = port.Name == clock ? "clk" : port.Input ? $"shift[{input} +: {port.Bits}]" : $"result[{output} +: {port.Bits}]";
            if (port.Name != clock && port.Input) input += port.Bits;
            if (!port.Input) output += port.Bits;
            lines.Add($"        .{port.Name}({net})");
        }
        return text.Append(string.Join(",\n", lines)).Append("\n    );\nendmodule\n").ToString();
    }
}
