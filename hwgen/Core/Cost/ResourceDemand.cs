using HwGen.Core.Transforms;

namespace HwGen.Core.Cost;

/// <summary>What a piece of hardware is made of, whatever the device: what <see cref="ResourceEstimate"/> turns into resources.</summary>
public sealed record ResourceDemand
{
    public static ResourceDemand None { get; } = new();

    public IReadOnlyList<MultiplierDemand> Multipliers { get; init; } = [];

    public IReadOnlyList<MemoryDemand> Memories { get; init; } = [];

    public IReadOnlyList<DelayDemand> Delays { get; init; } = [];

    /// <summary>Sum of the widths of all adders and subtracters, accumulators with their reset included.</summary>
    public long AdderBits { get; init; }

    /// <summary>Sum of the widths of all 2:1 multiplexers that no adder takes in.</summary>
    public long MuxBits { get; init; }

    /// <summary>Registers, but those of products, of words on their way into a multiplier, of memories' outputs and of <see cref="Delays"/>.</summary>
    public long RegisterBits { get; init; }

    public static ResourceDemand operator +(ResourceDemand a, ResourceDemand b) => new()
    {
        Multipliers = [.. a.Multipliers, .. b.Multipliers],
        Memories = [.. a.Memories, .. b.Memories],
        Delays = [.. a.Delays, .. b.Delays],
        AdderBits = a.AdderBits + b.AdderBits,
        MuxBits = a.MuxBits + b.MuxBits,
        RegisterBits = a.RegisterBits + b.RegisterBits,
    };

    public static ResourceDemand operator *(long times, ResourceDemand a) => new()
    {
        Multipliers = [.. a.Multipliers.Select(m => m with { Count = times * m.Count })],
        Memories = [.. a.Memories.Select(m => m with { Count = times * m.Count })],
        Delays = [.. a.Delays.Select(d => d with { Bits = times * d.Bits })],
        AdderBits = times * a.AdderBits,
        MuxBits = times * a.MuxBits,
        RegisterBits = times * a.RegisterBits,
    };

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
            AdderBits = plan.Nodes.Where(n => n.Summing).Sum(n => (long)n.Format.Width + n.Shift),
        };
        for (int n = 0; n < plan.Nodes.Count; n++)
        {
            TransformNode node = plan.Nodes[n];
            int waits = uses[n].Count == 0 ? 0 : uses[n].Max() - node.Time, own = node.Summing && !intoProducts[n] ? 1 : 0;
            // A chain that nothing taps on its way can be a shift register.
            bool plain = uses[n].Distinct().Count() == 1 && own + waits >= DelayDemand.ShortestShift;
            demand = plain
                ? demand with { Delays = [.. demand.Delays, new DelayDemand(node.Format.Width, own + waits)] }
                : demand with { RegisterBits = demand.RegisterBits + (long)node.Format.Width * (own + waits) };
        }
        return demand;
    }

    /// <summary>hwgen_pe: one product of packed spectra a cycle, accumulated; its weights in a memory of its own.</summary>
    /// <param name="k">Block size.</param>
    /// <param name="bits">Word of weights and spectra.</param>
    /// <param name="accumulatorBits">Of one accumulator.</param>
    /// <param name="rows">Rows of the weight memory.</param>
    /// <param name="columns">Products of spectra a cycle.</param>
    /// <param name="writable">Whether the weights are reloadable.</param>
    public static ResourceDemand Element(int k, int bits, int accumulatorBits, int rows, int columns = 1, bool writable = false)
    {
        int reals = Math.Min(k, 2), complex = (k - reals) / 2;
        return new()
        {
            // A weight waits in a register before its multiplier, or its two.
            Multipliers = [new(bits, bits, columns * reals) { InputRegisterBits = bits }, new(bits, bits, columns * 4L * complex) { InputRegisterBits = bits / 2 }],
            Memories = [new(rows, columns * k * bits, writable, 1) { Exclusive = true }],
            AdderBits = columns * complex * 2L * (2 * bits + 1) + (long)columns * k * accumulatorBits,
            MuxBits = (long)k * accumulatorBits,
            RegisterBits = columns * (reals * 2L * bits + complex * 2L * (2 * bits + 1)) + (columns > 1 ? 3L : 2L) * k * accumulatorBits,
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
}

/// <param name="Rows">Addressable rows.</param>
/// <param name="Width">Bits of a row.</param>
/// <param name="Writable">One write and one read a cycle, else read only; the read is registered.</param>
/// <param name="Count">How many.</param>
public sealed record MemoryDemand(int Rows, int Width, bool Writable, long Count)
{
    /// <summary>A cycle that writes does not read.</summary>
    public bool Exclusive { get; init; }
}

/// <param name="Bits">Width.</param>
/// <param name="Stages">Registers in a row, none of them read but the last.</param>
public sealed record DelayDemand(long Bits, int Stages)
{
    /// <summary>Yosys makes shift registers of chains from this length on.</summary>
    public const int ShortestShift = 3;
}
