namespace HwGen.Core.Plan;

/// <summary>One field of a schedule ROM row.</summary>
/// <param name="Name">Name in the RTL.</param>
/// <param name="Lsb">Its lowest bit within the row.</param>
/// <param name="Width">Its bits.</param>
public sealed record ScheduleField(string Name, int Lsb, int Width)
{
    public int Msb => Lsb + Width - 1;

    /// <summary>"[3:0] " for a bus, empty for one bit, as a declaration wants it.</summary>
    public string Range => Width == 1 ? "" : $"[{Width - 1}:0] ";

    /// <summary>The part of the row that is this field.</summary>
    public string Select => Width == 1 ? $"[{Lsb}]" : $"[{Msb}:{Lsb}]";
}
