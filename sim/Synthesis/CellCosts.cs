using HwGen.Core.Parts;

namespace HwGen.Sim.Synthesis;

/// <summary>What the cells of Yosys's netlists take of a device.</summary>
/// <remarks>Pads, clock buffers, carry chains and the wide multiplexers beside the look-up tables take none of the four
/// resources on Xilinx and iCE40 parts; on ECP5 a carry cell is made of two look-up tables. A look-up table used as memory or
/// shift register counts as one. An inverter counts as a look-up table, though placement often merges it into another.
/// Sources: AMD UG474, UG953, UG974; Lattice FPGA-TN-02205 (ECP5 memory), the cells_sim.v of Yosys's techlibs.</remarks>
public static class CellCosts
{
    private const double Half = 0.5, Block4K = 4_096 / 36_864.0;

    private static readonly Dictionary<string, ResourceCount> Xilinx = new(StringComparer.Ordinal)
    {
        ["LUT1"] = Lut(1),
        ["LUT2"] = Lut(1),
        ["LUT3"] = Lut(1),
        ["LUT4"] = Lut(1),
        ["LUT5"] = Lut(1),
        ["LUT6"] = Lut(1),
        ["LUT6_2"] = Lut(1),
        ["INV"] = Lut(1),
        ["SRL16E"] = Lut(1),
        ["SRLC16E"] = Lut(1),
        ["SRLC32E"] = Lut(1),
        ["RAM16X1D"] = Lut(2),
        ["RAM32X1D"] = Lut(2),
        ["RAM64X1D"] = Lut(2),
        ["RAM128X1D"] = Lut(4),
        ["RAM32X1S"] = Lut(1),
        ["RAM64X1S"] = Lut(1),
        ["RAM128X1S"] = Lut(2),
        ["RAM256X1S"] = Lut(4),
        ["RAM32M"] = Lut(4),
        ["RAM64M"] = Lut(4),
        ["RAM32M16"] = Lut(8),
        ["RAM64M8"] = Lut(8),
        ["FDRE"] = Ff,
        ["FDSE"] = Ff,
        ["FDCE"] = Ff,
        ["FDPE"] = Ff,
        ["LDCE"] = Ff,
        ["LDPE"] = Ff,
        ["DSP48E1"] = Dsp,
        ["DSP48E2"] = Dsp,
        ["RAMB18E1"] = Bram(Half),
        ["RAMB36E1"] = Bram(1),
        ["RAMB18E2"] = Bram(Half),
        ["RAMB36E2"] = Bram(1),
        ["CARRY4"] = ResourceCount.Zero,
        ["CARRY8"] = ResourceCount.Zero,
        ["MUXF7"] = ResourceCount.Zero,
        ["MUXF8"] = ResourceCount.Zero,
        ["MUXF9"] = ResourceCount.Zero,
        ["IBUF"] = ResourceCount.Zero,
        ["OBUF"] = ResourceCount.Zero,
        ["BUFG"] = ResourceCount.Zero,
        ["GND"] = ResourceCount.Zero,
        ["VCC"] = ResourceCount.Zero,
    };

    private static readonly Dictionary<string, ResourceCount> Ecp5 = new(StringComparer.Ordinal)
    {
        ["LUT4"] = Lut(1),
        ["CCU2C"] = Lut(2),
        ["TRELLIS_DPR16X4"] = Lut(6),
        ["TRELLIS_FF"] = Ff,
        ["MULT18X18D"] = Dsp,
        ["MULT9X9D"] = Dsp,
        ["DP16KD"] = Bram(Half),
        ["PDPW16KD"] = Bram(Half),
        ["PFUMX"] = ResourceCount.Zero,
        ["L6MUX21"] = ResourceCount.Zero,
        ["GSR"] = ResourceCount.Zero,
    };

    private static readonly Dictionary<string, ResourceCount> Ice40 = new(StringComparer.Ordinal)
    {
        ["SB_LUT4"] = Lut(1),
        ["SB_MAC16"] = Dsp,
        ["SB_CARRY"] = ResourceCount.Zero,
        ["SB_IO"] = ResourceCount.Zero,
        ["SB_GB"] = ResourceCount.Zero,
    };

    private static ResourceCount Ff => new(0, 1, 0, 0);

    private static ResourceCount Dsp => new(0, 0, 1, 0);

    /// <returns>What one cell takes, or null for a cell that is not known.</returns>
    public static ResourceCount? Of(FpgaFamily family, string cell) => family switch
    {
        FpgaFamily.Ice40 when cell.StartsWith("SB_DFF", StringComparison.Ordinal) => Ff,
        FpgaFamily.Ice40 when cell.StartsWith("SB_RAM40_4K", StringComparison.Ordinal) => Bram(Block4K),
        FpgaFamily.Ice40 => Ice40.GetValueOrDefault(cell),
        FpgaFamily.Ecp5 => Ecp5.GetValueOrDefault(cell),
        _ => Xilinx.GetValueOrDefault(cell),
    };

    private static ResourceCount Lut(int count) => new(count, 0, 0, 0);

    private static ResourceCount Bram(double blocks) => new(0, 0, 0, blocks);
}
