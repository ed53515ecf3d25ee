namespace HwGen.Core.Parts;

/// <summary>An FPGA that designs are sized for.</summary>
/// <param name="Name">Upper case, as its maker writes it, without package and speed.</param>
/// <param name="Family">What synthesis maps to.</param>
/// <param name="Luts">Look-up tables: of 6 inputs for Xilinx, of 4 for Lattice.</param>
/// <param name="FlipFlops">Flip-flops.</param>
/// <param name="Dsps">DSP48 slices, 18×18 multipliers (ECP5) or MAC16 (iCE40).</param>
/// <param name="MemoryBlocks">Block memories.</param>
/// <param name="MemoryBlockBits">Bits of one, parity bits included.</param>
public sealed record Part(string Name, FpgaFamily Family, int Luts, int FlipFlops, int Dsps, int MemoryBlocks, int MemoryBlockBits)
{
    private const double Bram36Bits = 36_864;

    /// <summary>All parts, each family's default first.</summary>
    /// <remarks>Sources, product tables of the data sheets: XC7VX690T and XC7S15 AMD DS180 (7 Series Overview), XC7Z020 DS190 (Zynq-7000
    /// Overview), XCKU060 DS890 (UltraScale Overview); a block RAM is 36,864 bits. LFE5U-85F Lattice FPGA-DS-02012 (84 k LUTs, 208 blocks
    /// of 18 kbit, 156 18×18 multipliers; the exact 83,640 LUTs are Project Trellis's: 41,820 slices of two). UP5K FPGA-DS-02008 (30 blocks
    /// of 4 kbit, 8 DSP; its four 256 kbit single-port memories are not counted). HX8K FPGA-DS-02029 (7,680 logic cells, 32 blocks).</remarks>
    public static IReadOnlyList<Part> All { get; } =
    [
        new("XC7VX690T", FpgaFamily.Xilinx7, 433_200, 866_400, 3_600, 1_470, 36_864),
        new("XC7Z020", FpgaFamily.Xilinx7, 53_200, 106_400, 220, 140, 36_864),
        new("XC7S15", FpgaFamily.Xilinx7, 8_000, 16_000, 20, 10, 36_864),
        new("XCKU060", FpgaFamily.UltraScale, 331_680, 663_360, 2_760, 1_080, 36_864),
        new("LFE5U-85F", FpgaFamily.Ecp5, 83_640, 83_640, 156, 208, 18_432),
        new("UP5K", FpgaFamily.Ice40, 5_280, 5_280, 8, 30, 4_096),
        new("HX8K", FpgaFamily.Ice40, 7_680, 7_680, 0, 32, 4_096),
    ];

    /// <summary>Names that <see cref="Find"/> knows: families, then parts.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<FpgaFamily>().Select(TargetName), .. All.Select(p => p.Name.ToLowerInvariant())];

    /// <summary>All of it.</summary>
    public ResourceCount Capacity => new(Luts, FlipFlops, Dsps, MemoryBlocks * MemoryBlockBits / Bram36Bits);

    /// <summary>The command of Yosys 0.23 that maps a flattened module to the part, but for its `-top`.</summary>
    public string YosysCommand => Family switch
    {
        FpgaFamily.Xilinx7 => "synth_xilinx -family xc7 -flatten",
        FpgaFamily.UltraScale => "synth_xilinx -family xcu -flatten",
        FpgaFamily.Ecp5 => "synth_ecp5",
        _ => Dsps > 0 ? "synth_ice40 -device u -dsp" : "synth_ice40 -device hx",
    };

    public long MemoryBits => (long)MemoryBlocks * MemoryBlockBits;

    /// <summary>The command line's name of a family: xilinx7, ultrascale, ecp5, ice40.</summary>
    public static string TargetName(FpgaFamily family) => family.ToString().ToLowerInvariant();

    /// <summary>A part by its name, or a family's default part by the family's; in any case.</summary>
    /// <returns>null when nothing is called so.</returns>
    public static Part? Find(string name) =>
        All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? All.FirstOrDefault(p => TargetName(p.Family).Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The parts that hold a design, the smallest (by look-up tables) first.</summary>
    public static IEnumerable<Part> Holding(ResourceCount design, FpgaFamily family) =>
        All.Where(p => p.Family == family && !design.Beyond(p.Capacity).Any()).OrderBy(p => p.Luts);
}
