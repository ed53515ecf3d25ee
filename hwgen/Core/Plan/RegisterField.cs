namespace HwGen.Core.Plan;

/// <summary>Some bits of a register.</summary>
/// <param name="Name">In upper case.</param>
/// <param name="Lsb">Lowest bit.</param>
/// <param name="Bits">How many.</param>
/// <param name="Meaning">For a table's cell.</param>
public sealed record RegisterField(string Name, int Lsb, int Bits, string Meaning)
{
    public int Msb => Lsb + Bits - 1;

    public uint Mask => (uint)((1UL << Bits) - 1) << Lsb;
}
