using HwGen.Core.Parts;

namespace HwGen.Core.Cost;

/// <summary>Predicts what Yosys 0.23 makes of a <see cref="ResourceDemand"/>. Multipliers and block memories by the rules that Yosys
/// itself applies, look-up tables and flip-flops by a linear model. Control, decoders and saturation are not in a demand: expect too little.</summary>
/// <remarks>Rules read off synthesised primitives; ResourceEstimateTests holds a table of them.</remarks>
public static class ResourceEstimate
{
    /// <summary>Shape of a block memory: rows by bits, and its share of 36,864 bits.</summary>
    private sealed record Block(int Rows, int Bits, double Bram36);

    private static readonly Block[] XilinxBlocks =
    [
        new(512, 36, 0.5), new(1024, 18, 0.5), new(2048, 9, 0.5), new(4096, 4, 0.5), new(8192, 2, 0.5), new(16384, 1, 0.5),
        new(512, 72, 1), new(1024, 36, 1), new(2048, 18, 1), new(4096, 9, 1), new(8192, 4, 1), new(16384, 2, 1), new(32768, 1, 1),
    ];

    private static readonly Block[] Ecp5Blocks =
        [new(512, 36, 0.5), new(1024, 18, 0.5), new(2048, 9, 0.5), new(4096, 4, 0.5), new(8192, 2, 0.5), new(16384, 1, 0.5)];

    private static readonly Block[] Ice40Blocks =
        [new(256, 16, 1 / 9.0), new(512, 8, 1 / 9.0), new(1024, 4, 1 / 9.0), new(2048, 2, 1 / 9.0)];

    /// <summary>The estimate.</summary>
    /// <param name="demand">What there is to build.</param>
    /// <param name="family">The device family.</param>
    /// <param name="dsps">Whether the part has multiplier blocks: HX8K has none.</param>
    /// <param name="coefficients">Null takes those in area.json.</param>
    public static ResourceCount Of(ResourceDemand demand, FpgaFamily family, bool dsps = true, AreaCoefficients? coefficients = null)
    {
        return Of(Terms(demand, family, dsps), coefficients ?? AreaCoefficients.For(family));
    }

    /// <summary>The estimate from what <see cref="Terms"/> says.</summary>
    public static ResourceCount Of(AreaTerms terms, AreaCoefficients coefficients)
    {
        double lut = terms.Fixed.Lut + terms.Lut.Sum(t => coefficients.Lut.GetValueOrDefault(t.Key, 1) * t.Value);
        double ff = terms.Fixed.Ff + terms.Ff.Sum(t => coefficients.Ff.GetValueOrDefault(t.Key, 1) * t.Value);
        return terms.Fixed with { Lut = (long)Math.Round(Math.Max(0, lut)), Ff = (long)Math.Round(Math.Max(0, ff)) };
    }

    /// <summary>The demand as what rules fix for a family, and what its constants multiply.</summary>
    public static AreaTerms Terms(ResourceDemand demand, FpgaFamily family, bool dsps = true)
    {
        ResourceCount fixedPart = ResourceCount.Zero;
        var lut = new Dictionary<LogicKind, double>();
        var ff = new Dictionary<LogicKind, double>();
        foreach (var (kind, bits) in demand.Logic)
        {
            if (kind is LogicKind.Register or LogicKind.ProductSumRegister) Add(ff, kind, bits);
            else Add(lut, kind, bits);
            if (kind is LogicKind.Design) Add(ff, kind, bits);
        }
        foreach (MultiplierDemand m in demand.Multipliers)
        {
            fixedPart += m.Count * Multiplier(m, family, dsps);
            bool packs = dsps && family is (FpgaFamily.Xilinx7 or FpgaFamily.Ice40) && Dsps(m.ABits, m.BBits, family) > 0;
            if (!packs) fixedPart += new ResourceCount(0, m.SharedRegisterBits, 0, 0);
            if (!dsps || Dsps(m.ABits, m.BBits, family) == 0) Add(lut, LogicKind.SmallProduct, (double)m.Count * m.ABits * m.BBits);
        }
        foreach (MemoryDemand m in demand.Memories)
        {
            fixedPart += m.Count * Memory(m, family);
            if (m.Content is { } content && InLookUpTables(m, family))
            {
                Add(lut, LogicKind.Table, m.Count * Tables(content, family));
                Add(ff, LogicKind.Register, m.Count * content.Columns);
            }
        }
        foreach (DelayDemand d in demand.Delays) fixedPart += Delay(d, family);
        return new(fixedPart, lut, ff);

        static void Add(Dictionary<LogicKind, double> sum, LogicKind kind, double amount) => sum[kind] = sum.GetValueOrDefault(kind) + amount;
    }

    private static double Tables(TableContent content, FpgaFamily family) => family is FpgaFamily.Xilinx7 or FpgaFamily.UltraScale ? content.Tables6 : content.Tables4;

    /// <summary>Multiplier blocks of one signed product.</summary>
    /// <remarks>Yosys's mul2dsp: a small product stays in look-up tables; a side that is too wide is cut into pieces.</remarks>
    public static int Dsps(int a, int b, FpgaFamily family)
    {
        var (wide, narrow) = (Math.Max(a, b), Math.Min(a, b));
        int least = family == FpgaFamily.Ice40 ? 11 : 9;
        if (narrow < 2 || wide + narrow < (family == FpgaFamily.Ecp5 ? 8 : least)) return 0;
        return family switch
        {
            FpgaFamily.Xilinx7 => Signed(wide, 25, 18) * Signed(narrow, 18, 18),
            FpgaFamily.UltraScale => Signed(wide, 27, 18) * Signed(narrow, 18, 18),
            FpgaFamily.Ecp5 => Plain(wide, 18) * Plain(narrow, 18),
            _ => Plain(wide, 16) * Plain(narrow, 16) - (wide > 16 && narrow > 16 && wide + narrow - 32 < least ? 1 : 0),     // the two rests' product is too small
        };

        // The upper piece carries the sign, each lower one loses a bit to it.
        static int Signed(int bits, int most, int piece) => bits <= most ? 1 : (bits - 1 + piece - 2) / (piece - 1);

        // A rest of one bit is added by look-up tables.
        static int Plain(int bits, int most) => Math.Max(1, bits / most + (bits % most >= 2 ? 1 : 0));
    }

    /// <summary>Block memory of one memory, in units of 36,864 bits; 0 when it is made of look-up tables.</summary>
    public static double Bram36(MemoryDemand memory, FpgaFamily family)
    {
        return memory.Combinational || InLookUpTables(memory, family) ? 0 : Blocks(memory, family);
    }

    private static double Blocks(MemoryDemand memory, FpgaFamily family)
    {
        Block[] blocks = family switch { FpgaFamily.Ecp5 => Ecp5Blocks, FpgaFamily.Ice40 => Ice40Blocks, _ => XilinxBlocks };
        return blocks.Min(b => Math.Ceiling((double)Width(memory) / b.Bits) * Math.Ceiling((double)memory.Rows / b.Rows) * b.Bram36);
    }

    /// <summary>Constant columns are no memory.</summary>
    private static int Width(MemoryDemand memory) => memory.Content?.Width ?? memory.Width;

    /// <summary>Yosys weighs a block against the tables that would do the same: a block must be filled to some part to be worth it.</summary>
    /// <remarks>The limits lie between two memories that were synthesised: Xilinx blocks of 18 kbit 8,192 and 12,288 bits read only, 12 and 16
    /// RAM64M (UltraScale: 8 and 10 RAM64M8) writable; ECP5 2,048 and 3,072 bits, 16 and 32 DPR16X4; iCE40 1,024 and 2,048 bits.</remarks>
    private static bool InLookUpTables(MemoryDemand m, FpgaFamily family)
    {
        if (m.InBlocks) return false;
        double bits = (double)m.Rows * Width(m), blocks = Blocks(m, family) * (family == FpgaFamily.Ice40 ? 9 : 2);
        return family switch
        {
            FpgaFamily.Ice40 => !m.Writable && bits <= 1_536 * blocks,
            FpgaFamily.Ecp5 => m.Writable ? Up(m.Rows, 16) * Up(m.Width, 4) <= 24 * blocks : bits <= 2_560 * blocks,
            _ when !m.Writable => bits <= 8_256 * blocks,
            FpgaFamily.Xilinx7 => Up(m.Rows, 64) * Up(m.Width, 3) <= 14 * blocks,
            _ => Up(m.Rows, 64) * Up(m.Width, 7) <= 8.6 * blocks,
        };
    }

    private static ResourceCount Memory(MemoryDemand m, FpgaFamily family)
    {
        if (!m.Combinational && !InLookUpTables(m, family))
        {
            // What a block shows when the row it reads is written differs from the Verilog: Yosys builds the difference around it.
            bool collides = m is { Writable: true, Exclusive: false } && family is FpgaFamily.Ecp5 or FpgaFamily.Ice40;
            return new(collides ? m.Width + 20 : 0, collides ? 2 * m.Width + 9 : 0, 0, Bram36(m, family));
        }
        int inputs = family is FpgaFamily.Xilinx7 or FpgaFamily.UltraScale ? 64 : 16;
        // Multiplexers of more than four inputs are made of tables on iCE40; the others have some beside them.
        int tables = Math.Max(1, m.Rows / inputs) * (family == FpgaFamily.Ice40 && m.Rows > inputs ? 2 : 1);
        if (m.Content is not null) return ResourceCount.Zero;      // counted by what it holds
        long lut = !m.Writable ? (long)m.Width * tables : family switch
        {
            FpgaFamily.Xilinx7 => 4L * (m.Rows <= 32 ? Up(m.Width, 6) : Up(m.Width, 3) * Up(m.Rows, 64)) + (m.Rows > 64 ? m.Width : 0),
            FpgaFamily.UltraScale => 8L * (m.Rows <= 32 ? Up(m.Width, 14) : Up(m.Width, 7) * Up(m.Rows, 64)) + (m.Rows > 64 ? m.Width : 0),
            _ => 6L * Up(m.Width, 4) * Up(m.Rows, 16),
        };
        return new(lut, m.Combinational ? 0 : m.Width, 0, 0);
    }

    private static ResourceCount Multiplier(MultiplierDemand m, FpgaFamily family, bool dsps)
    {
        int blocks = dsps ? Dsps(m.ABits, m.BBits, family) : 0, product = m.ABits + m.BBits;
        // Registers behind the product's: a block takes one in, three in a row are a shift register elsewhere.
        int behind = m.OutputRegisterBits / product;
        bool shifts = family is (FpgaFamily.Xilinx7 or FpgaFamily.UltraScale) && 1 + behind >= DelayDemand.ShortestShift;
        if (blocks == 0) return new(shifts ? product : 0, m.InputRegisterBits + (shifts ? 0 : product + m.OutputRegisterBits), 0, 0);
        int pieces = blocks - 1;
        // DSP48E1 and MAC16 take the registers around a product in; Yosys leaves them outside of the others.
        return family switch
        {
            FpgaFamily.Xilinx7 => new(0, 17 * pieces + Math.Max(0, behind - 1) * product, blocks, 0),
            FpgaFamily.UltraScale when shifts => new(pieces * (long)(product - 16) + product, m.InputRegisterBits, blocks, 0),
            FpgaFamily.Ice40 => new(pieces * (long)(product - 16), (pieces == 0 ? 0 : product - 16) + m.OutputRegisterBits, blocks, 0),
            _ => new(pieces * (long)(product - 16), product + m.InputRegisterBits + m.OutputRegisterBits, blocks, 0),
        };
    }

    private static ResourceCount Delay(DelayDemand d, FpgaFamily family) => family is FpgaFamily.Xilinx7 or FpgaFamily.UltraScale
        ? new(d.Bits * Up(d.Stages, 32), 0, 0, 0)
        : new(0, d.Bits * d.Stages, 0, 0);

    private static int Up(int value, int unit) => (value + unit - 1) / unit;
}
