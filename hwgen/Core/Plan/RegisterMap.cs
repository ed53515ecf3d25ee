using System.Globalization;
using System.Text;

namespace HwGen.Core.Plan;

/// <summary>The registers of a design with reloadable weights: what the Verilog, the driver, IP-XACT and docs/registers.md are printed from.</summary>
public static class RegisterMap
{
    /// <summary>Of the map: the upper half changes when a driver has to.</summary>
    public const int Version = 0x0001_0000;

    /// <summary>"HwGn".</summary>
    public const int Magic = 0x4877_476E;

    /// <summary>Of byte addresses: the slave answers in a page of 4 KiB.</summary>
    public const int AddressBits = 12;

    private const int Bytes = 4;

    public static IReadOnlyList<Register> Registers { get; } = Placed(
    [
        new("ID", 0, RegisterAccess.ReadOnly, "\"HwGn\" in ASCII, H in the highest byte"),
        new("VERSION", 0, RegisterAccess.ReadOnly, "of this map", new("MINOR", 0, 16, "counts additions"), new("MAJOR", 16, 16, "counts what a driver must know")),
        new("DIGEST_LOW", 0, RegisterAccess.ReadOnly, "of the design's structure: weights made for another one have another"),
        new("DIGEST_HIGH", 0, RegisterAccess.ReadOnly, "its upper half"),
        new("CONTROL", 0, RegisterAccess.ReadWrite, "0 after a reset",
            new("ENABLE", 0, 1, "while it is 0 no step starts; those under way end"), new("SOFT_RESET", 1, 1, "writing 1 resets the engine as `aresetn` does; reads as 0")),
        new("STATUS", 0, RegisterAccess.ReadOnly, "", new("BUSY", 0, 1, "a step is under way, or output waits to be taken"), new("LOADED", 1, 1, "as many rows as there are were written since CHECK was, or since the reset")),
        new("STEPS_LOW", 0, RegisterAccess.ReadOnly, "steps whose output was taken since the reset; reading it holds STEPS_HIGH"),
        new("STEPS_HIGH", 0, RegisterAccess.ReadOnly, "upper half of the count, as it was when STEPS_LOW was read"),
        new("WORDS", 0, RegisterAccess.ReadOnly, "of the streams", new("LANES", 0, 8, "words a beat"), new("BITS", 8, 8, "bits of a word"), new("LANE_BITS", 16, 8, "bits of its lane"), new("STREAMS", 24, 8, "streams")),
        new("BEATS", 0, RegisterAccess.ReadOnly, "of a step", new("INPUT", 0, 16, "in"), new("OUTPUT", 16, 16, "out")),
        new("INTERVAL", 0, RegisterAccess.ReadOnly, "cycles from a step's start to the next one's"),
        new("MEMORIES", 0, RegisterAccess.ReadOnly, "memories that can be written"),
        new("LOAD_WORDS", 0, RegisterAccess.ReadOnly, "words that fill all of them"),
        new("RESTART", 0, RegisterAccess.WriteOnly, "a stream's number: the next step of it that starts begins a sequence, as if TLAST had come before"),
        new("SELECT", 0, RegisterAccess.ReadWrite, "number of the memory that DATA goes to; writing it sets ROW to 0"),
        new("ROW", 0, RegisterAccess.ReadWrite, "row that DATA goes to; writing it starts that row anew"),
        new("DATA", 0, RegisterAccess.WriteOnly, "a row's next 32 bits, the lowest first. The last ones write the row, and ROW moves on. SLVERR while the engine is enabled or busy, and behind the last row"),
        new("CHECK", 0, RegisterAccess.ReadWrite, "of what DATA took: turned left by one bit, then XOR with each word. Writing anything makes it 0 and begins a load"),
    ]);

    /// <summary>Byte address behind the last register.</summary>
    public static int End => Registers[^1].Offset + Bytes;

    /// <summary>A register by its name.</summary>
    public static Register Find(string name) => Registers.First(r => r.Name == name);

    /// <summary>The registers that only tell what a design is.</summary>
    /// <exception cref="ArgumentException">The design has no registers.</exception>
    public static IReadOnlyDictionary<string, uint> Constants(AcceleratorPlan plan)
    {
        WeightLoad load = plan.Load ?? throw new ArgumentException($"The weights of {plan.Name} lie in ROM.", nameof(plan));
        return new Dictionary<string, uint>
        {
            ["ID"] = Magic,
            ["VERSION"] = Version,
            ["DIGEST_LOW"] = (uint)load.Digest,
            ["DIGEST_HIGH"] = (uint)(load.Digest >> 32),
            ["WORDS"] = Pack("WORDS", plan.BlockSize, plan.WordBits, plan.StreamLaneBits, plan.Shape.Streams),
            ["BEATS"] = Pack("BEATS", plan.InputBlocks, plan.OutputBlocks),
            ["INTERVAL"] = (uint)plan.Schedule.IntervalCycles,
            ["MEMORIES"] = (uint)load.Memories.Count,
            ["LOAD_WORDS"] = (uint)load.Words.Count,
        };
    }

    /// <summary>The table of docs/registers.md.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder("| offset | register | access | meaning |\n|---|---|---|---|\n");
        foreach (Register r in Registers)
        {
            string access = r.Access switch { RegisterAccess.ReadOnly => "read", RegisterAccess.ReadWrite => "read, write", _ => "write" };
            IEnumerable<string> fields = r.Fields.Select(f => $"{(f.Bits == 1 ? $"bit {f.Lsb}" : $"bits {f.Msb}:{f.Lsb}")} `{f.Name}`: {f.Meaning}");
            text.Append(CultureInfo.InvariantCulture, $"| 0x{r.Offset:x2} | `{r.Name}` | {access} | {string.Join("; ", fields.Prepend(r.Meaning).Where(t => t.Length > 0))} |\n");
        }
        return text.ToString();
    }

    private static Register[] Placed(IReadOnlyList<Register> registers) => [.. registers.Select((r, i) => r with { Offset = Bytes * i })];

    /// <summary>A register of its fields' values.</summary>
    private static uint Pack(string name, params ReadOnlySpan<int> values)
    {
        IReadOnlyList<RegisterField> fields = Find(name).Fields;
        uint word = 0;
        for (int i = 0; i < fields.Count; i++) word |= (uint)values[i] << fields[i].Lsb;
        return word;
    }
}
