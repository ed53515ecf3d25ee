namespace HwGen.Core.Plan;

/// <summary>What a master can do with a register; the rest is answered with SLVERR.</summary>
public enum RegisterAccess
{
    ReadOnly,
    ReadWrite,
    WriteOnly,
}
