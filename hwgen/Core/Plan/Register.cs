namespace HwGen.Core.Plan;

/// <summary>A register of 32 bits.</summary>
/// <param name="Name">In upper case.</param>
/// <param name="Offset">In bytes.</param>
/// <param name="Access">What a master can do with it.</param>
/// <param name="Meaning">For a table's cell.</param>
/// <param name="Fields">From the lowest bit on; none where the register is one number.</param>
public sealed record Register(string Name, int Offset, RegisterAccess Access, string Meaning, params IReadOnlyList<RegisterField> Fields);
