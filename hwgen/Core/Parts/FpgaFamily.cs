namespace HwGen.Core.Parts;

/// <summary>Device families that synthesis maps to; <see cref="Part.TargetName"/> has the command line's names.</summary>
public enum FpgaFamily
{
    /// <summary>Xilinx 7 series: DSP48E1 (25×18), RAMB36E1, LUT6.</summary>
    Xilinx7,

    /// <summary>Xilinx UltraScale and UltraScale+: DSP48E2 (27×18), RAMB36E2, LUT6.</summary>
    UltraScale,

    /// <summary>Lattice ECP5: MULT18X18D, DP16KD, LUT4.</summary>
    Ecp5,

    /// <summary>Lattice iCE40: SB_MAC16 (16×16) where the part has it, SB_RAM40_4K, LUT4.</summary>
    Ice40,
}
