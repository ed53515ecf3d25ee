namespace HwGen.Core.Cost;

/// <summary>Energy of one frame, in joules.</summary>
/// <param name="Multiplies">Of products.</param>
/// <param name="Adds">Of additions.</param>
/// <param name="Memory">Of words read and written, tables included.</param>
/// <param name="Registers">Of clocked register bits.</param>
public sealed record EnergyEstimate(double Multiplies, double Adds, double Memory, double Registers)
{
    public double Total => Multiplies + Adds + Memory + Registers;
}
