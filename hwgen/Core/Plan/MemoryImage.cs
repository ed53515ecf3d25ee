using System.Globalization;
using System.Numerics;
using System.Text;

namespace HwGen.Core.Plan;

/// <summary>The content of one memory. Rows that nothing reads are absent, so every bit of an image matters.</summary>
/// <param name="Name">Instance it belongs to; the file is Name.hex.</param>
/// <param name="Width">Bits of a row.</param>
/// <param name="Depth">Rows.</param>
/// <param name="Rows">Address to row, each 0 ≤ row &lt; 2^Width.</param>
public sealed record MemoryImage(string Name, int Width, int Depth, IReadOnlyDictionary<int, BigInteger> Rows)
{
    public string FileName => Name + ".hex";

    /// <summary>Whether the memory is written through AXI4-Lite (<see cref="WeightLoad"/>), and so has no file of its own.</summary>
    public bool Reloadable { get; init; }

    /// <summary>Whether the Verilog asks for block memory, whatever a tool would take.</summary>
    public bool InBlocks { get; init; }

    /// <summary>Bits of an address, at least 1.</summary>
    public int AddressBits => Bits.Of(Depth);

    public int AddressMsb => AddressBits - 1;

    public int Msb => Width - 1;

    /// <summary>For $readmemh: one row a line, most significant digit first, with an @address before each run of rows.</summary>
    public string ToHex()
    {
        int digits = (Width + 3) / 4;
        var text = new StringBuilder();
        int next = 0;
        foreach ((int address, BigInteger row) in Rows.OrderBy(r => r.Key))
        {
            if (address != next) text.Append(CultureInfo.InvariantCulture, $"@{address:x}\n");
            text.Append(row.ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(digits, '0')).Append('\n');
            next = address + 1;
        }
        return text.ToString();
    }
}
