namespace HwGen.Core.Plan;

/// <summary>One field of a schedule row.</summary>
/// <param name="Name">Name in the RTL; its first word is the unit's.</param>
/// <param name="Lsb">Its lowest bit within the row.</param>
/// <param name="Width">Its bits.</param>
/// <param name="Edge">Whether it marks the first or the last order of a run.</param>
public sealed record ScheduleField(string Name, int Lsb, int Width, FieldEdge Edge = FieldEdge.None)
{
    public int Msb => Lsb + Width - 1;

    /// <summary>The unit that it drives.</summary>
    public string Unit => Name[..Name.IndexOf('_', StringComparison.Ordinal)];

    /// <summary>"[3:0] " for a bus, empty for one bit, as a declaration wants it.</summary>
    public string Range => Width == 1 ? "" : $"[{Width - 1}:0] ";

    /// <summary>The part of the row that is this field.</summary>
    public string Select => Width == 1 ? $"[{Lsb}]" : $"[{Msb}:{Lsb}]";
}
