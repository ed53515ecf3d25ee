using HwGen.Core.Plan;
using Scriban.Runtime;

namespace HwGen.Print;

/// <summary>A signal of the AXI4-Lite slave.</summary>
/// <param name="Name">Without the bus's prefix.</param>
/// <param name="IsInput">Whether the master drives it.</param>
/// <param name="Width">0: one bit, declared without a range.</param>
internal sealed record ControlPort(string Name, bool IsInput, int Width)
{
    public const string Bus = "s_axil";

    private static readonly ControlPort[] Signals =
    [
        new("awvalid", true, 0), new("awready", false, 0), new("awaddr", true, RegisterMap.AddressBits),
        new("wvalid", true, 0), new("wready", false, 0), new("wdata", true, 32), new("wstrb", true, 4),
        new("bvalid", false, 0), new("bready", true, 0), new("bresp", false, 2),
        new("arvalid", true, 0), new("arready", false, 0), new("araddr", true, RegisterMap.AddressBits),
        new("rvalid", false, 0), new("rready", true, 0), new("rdata", false, 32), new("rresp", false, 2),
    ];

    /// <summary>Those of a design; none where the weights lie in ROM.</summary>
    public static IReadOnlyList<ControlPort> All(AcceleratorPlan plan) => plan.ReloadableWeights ? Signals : [];

    public ScriptObject ToModel() => new()
    {
        ["name"] = Name,
        ["direction"] = IsInput ? "input " : "output",
        ["range"] = Width == 0 ? "" : $"[{Width - 1}:0] ",
        ["is_input"] = IsInput,
        ["kind"] = IsInput ? "reg" : "wire",
        ["initial"] = Verilog.Hex(Math.Max(1, Width), Name == "wstrb" ? 15u : 0),
    };
}
