using HwGen.Core.Transforms;

namespace HwGen.Core.Cost;

/// <summary>What a piece of hardware is made of, whatever the device: what <see cref="ResourceEstimate"/> turns into resources.</summary>
public sealed record ResourceDemand
{
    public static ResourceDemand None { get; } = new();

    public IReadOnlyList<MultiplierDemand> Multipliers { get; init; } = [];

    public IReadOnlyList<MemoryDemand> Memories { get; init; } = [];

    public IReadOnlyList<DelayDemand> Delays { get; init; } = [];

    /// <summary>Bits of each kind of logic. Registers are without those of products, of words on their way into a multiplier, of memories' outputs and
    /// of <see cref="Delays"/>.</summary>
    public IReadOnlyDictionary<LogicKind, double> Logic { get; init; } = new Dictionary<LogicKind, double>();

    /// <summary>A demand of logic alone.</summary>
    public static ResourceDemand Of(params ReadOnlySpan<(LogicKind Kind, double Bits)> logic)
    {
        var bits = new SortedDictionary<LogicKind, double>();
        foreach (var (kind, amount) in logic)
            if (amount != 0) bits[kind] = bits.GetValueOrDefault(kind) + amount;
        return new() { Logic = bits };
    }

    public static ResourceDemand operator +(ResourceDemand a, ResourceDemand b) => new()
    {
        Multipliers = [.. a.Multipliers, .. b.Multipliers],
        Memories = [.. a.Memories, .. b.Memories],
        Delays = [.. a.Delays, .. b.Delays],
        Logic = Of([.. a.Logic.Concat(b.Logic).Select(l => (l.Key, l.Value))]).Logic,
    };

    public static ResourceDemand operator *(long times, ResourceDemand a) => new()
    {
        Multipliers = [.. a.Multipliers.Select(m => m with { Count = times * m.Count, SharedRegisterBits = times * m.SharedRegisterBits })],
        Memories = [.. a.Memories.Select(m => m with { Count = times * m.Count })],
        Delays = [.. a.Delays.Select(d => d with { Bits = times * d.Bits })],
        Logic = Of([.. a.Logic.Select(l => (l.Key, times * l.Value))]).Logic,
    };

    /// <summary>A choice among words.</summary>
    internal static (LogicKind, double) Choice(int words, double bits) => (words > 2 ? LogicKind.Choice : LogicKind.Multiplexer, Math.Max(0, words - 1) * bits);

    /// <summary>A transform unit, as transform.v.sbn prints it.</summary>
    public static ResourceDemand Of(TransformPlan plan)
    {
        var uses = new List<int>[plan.Nodes.Count];
        for (int n = 0; n < uses.Length; n++) uses[n] = [];
        var intoProducts = new bool[plan.Nodes.Count];
        Array.Fill(intoProducts, true);
        for (int n = plan.BlockSize; n < plan.Nodes.Count; n++)
        {
            TransformNode node = plan.Nodes[n];
            foreach (int operand in node.B < 0 ? (int[])[node.A] : [node.A, node.B])
            {
                uses[operand].Add(node.Time - (node.Registered ? 1 : 0));
                intoProducts[operand] &= node.Op == TransformOp.Multiply;
            }
        }
        foreach (TransformOutput output in plan.Outputs)
        {
            uses[output.Node].Add(plan.LatencyCycles);
            intoProducts[output.Node] = false;
        }
        var demand = new ResourceDemand
        {
            Multipliers = [.. plan.Nodes.Where(n => n.Op == TransformOp.Multiply).GroupBy(n => plan.Nodes[n.A].Format.Width)
                .Select(g => new MultiplierDemand(g.Key, plan.Twiddle.Width, g.Count()) { InputRegisterBits = g.Key })],
            Logic = Of((LogicKind.Adder, plan.Nodes.Where(n => n.Summing).Sum(n => (double)n.Format.Width + n.Shift)),
                (LogicKind.Increment, plan.Nodes.Where(n => n.Shift > 0 && n.Op != TransformOp.Double).Sum(n => n.Format.Width)),
                (LogicKind.Adder, plan.Outputs.Where(o => o.Negate).Sum(o => plan.Nodes[o.Node].Format.Width))).Logic,
        };
        for (int n = 0; n < plan.Nodes.Count; n++)
        {
            TransformNode node = plan.Nodes[n];
            int waits = uses[n].Count == 0 ? 0 : uses[n].Max() - node.Time, own = node.Summing && !intoProducts[n] ? 1 : 0;
            // A chain that nothing taps on its way can be a shift register.
            bool plain = uses[n].Distinct().Count() == 1 && own + waits >= DelayDemand.ShortestShift;
            demand = plain
                ? demand with { Delays = [.. demand.Delays, new DelayDemand(node.Format.Width, own + waits)] }
                : demand + Of((LogicKind.Register, (double)node.Format.Width * (own + waits)));
        }
        return demand;
    }

    /// <summary>Adders of one bit that a sum of several words is worth: Yosys saves carries, in two tables a bit, and merges some of them.</summary>
    /// <remarks>hwgen_accumulator by Yosys 0.23: 2 to 6 words of 25 bits take 25, 50, 122, 196 and 197 tables.</remarks>
    internal static int Operands(int words) => words < 7 ? Merged[words] : 2 * words - 4;

    private static readonly int[] Merged = [0, 0, 1, 2, 5, 8, 8];

    /// <summary>hwgen_pe: one product of packed spectra a cycle, accumulated; its weights in a memory of its own.</summary>
    /// <param name="k">Block size.</param>
    /// <param name="bits">Word of spectra.</param>
    /// <param name="weightBits">Word of weights.</param>
    /// <param name="accumulatorBits">Of one accumulator.</param>
    /// <param name="rows">Rows of the weight memory.</param>
    /// <param name="columns">Products of spectra a cycle.</param>
    /// <param name="mixed">Whether a complex bin can be two real words.</param>
    /// <param name="writable">Whether the weights are reloadable.</param>
    /// <param name="three">Whether a complex product takes three multipliers.</param>
    public static ResourceDemand Element(int k, int bits, int weightBits, int accumulatorBits, int rows, int columns = 1, bool mixed = false, bool writable = false, bool three = false)
    {
        int reals = Math.Min(k, 2), complex = (k - reals) / 2, product = bits + weightBits;
        double bins = columns * (double)complex, pairs = bins * 2 * (product + 1), accumulators = (double)k * accumulatorBits;
        // With three, sums of two words are before the products: they read the weights' register, which no multiplier block takes in then. Of two
        // real words a weight is negated.
        ResourceDemand before = !three ? None : Of((LogicKind.Adder, bins * (bits + 2 * weightBits)), (LogicKind.Register, bins * 2 * weightBits))
            + (mixed ? Of((LogicKind.Multiplexer, bins * 2 * (bits + weightBits + 1)), (LogicKind.Adder, bins * 2 * weightBits)) : None);
        return before + new ResourceDemand
        {
            // A weight waits in a register before its multiplier, or its two; with three, what is real waits for the sums.
            Multipliers =
            [
                new(weightBits, bits, columns * reals) { InputRegisterBits = weightBits, OutputRegisterBits = (three ? 2 : 1) * product },
                three ? new(weightBits + 1, bits, columns * 3L * complex) { InputRegisterBits = bits + weightBits + 1 } : new(weightBits, bits, columns * 4L * complex) { InputRegisterBits = weightBits / 2 },
            ],
            Memories = [new(rows, columns * k * weightBits, writable, 1) { Exclusive = true }],
            Logic = Of((three ? LogicKind.SharedProductSum : LogicKind.ProductSum, pairs), (LogicKind.Multiplexer, mixed && !three ? pairs : 0), (mixed && !three ? LogicKind.Register : LogicKind.ProductSumRegister, pairs),
                (LogicKind.Adder, Operands(columns) * k * (product + 1.0)), (LogicKind.Accumulator, accumulators), (LogicKind.Multiplexer, accumulators),
                (LogicKind.Register, (columns > 1 ? 3 : 2) * accumulators)).Logic,
        };
    }

    /// <summary>hwgen_sparse_pe without its memories: in a cycle Q weights of each of K rows, each with a word of its own, accumulated.</summary>
    /// <param name="k">Rows.</param>
    /// <param name="bits">Word of spectra.</param>
    /// <param name="weightBits">Word of weights.</param>
    /// <param name="accumulatorBits">Of one accumulator.</param>
    /// <param name="columns">Weights of a row in a cycle.</param>
    public static ResourceDemand SparseElement(int k, int bits, int weightBits, int accumulatorBits, int columns)
    {
        double weights = (double)columns * k, accumulators = (double)k * accumulatorBits;
        int product = bits + weightBits, word = k == 1 ? 0 : Plan.Bits.Of(k);
        return new()
        {
            Multipliers = [new(weightBits, bits, columns * k) { InputRegisterBits = bits + 2 * weightBits, OutputRegisterBits = product }],
            // The word that does not count is cleared where it is registered.
            Logic = Of(Choice(k, weights * bits), (LogicKind.Adder, Operands(columns) * k * (product + 1.0)),
                (LogicKind.Accumulator, accumulators), (LogicKind.Multiplexer, accumulators),
                (LogicKind.Register, weights * word + 1 + (columns > 1 ? 3 : 2) * accumulators)).Logic,
        };
    }
}

/// <param name="ABits">Signed.</param>
/// <param name="BBits">Signed.</param>
/// <param name="Count">How many; the product of each is registered.</param>
public sealed record MultiplierDemand(int ABits, int BBits, long Count)
{
    /// <summary>Of one: registers that only feed it, which a DSP block may take in.</summary>
    public int InputRegisterBits { get; init; }

    /// <summary>Of all together: registers that only feed them, some of them the same ones.</summary>
    public long SharedRegisterBits { get; init; }

    /// <summary>Of one: a second register behind the product's, which a DSP block may take in.</summary>
    public int OutputRegisterBits { get; init; }
}

/// <param name="Rows">Addressable rows.</param>
/// <param name="Width">Bits of a row.</param>
/// <param name="Writable">One write and one read a cycle, else read only; the read is registered.</param>
/// <param name="Count">How many.</param>
public sealed record MemoryDemand(int Rows, int Width, bool Writable, long Count)
{
    /// <summary>A cycle that writes does not read.</summary>
    public bool Exclusive { get; init; }

    /// <summary>The Verilog asks for block memory.</summary>
    public bool InBlocks { get; init; }

    /// <summary>What a read-only memory holds; null when that is not known.</summary>
    public TableContent? Content { get; init; }

    /// <summary>The read is not registered.</summary>
    public bool Combinational { get; init; }
}

/// <param name="Bits">Width.</param>
/// <param name="Stages">Registers in a row, none of them read but the last.</param>
public sealed record DelayDemand(long Bits, int Stages)
{
    /// <summary>Yosys makes shift registers of chains from this length on.</summary>
    public const int ShortestShift = 3;
}
