namespace HwGen.Core.Parts;

/// <summary>What a design takes of a device, or a device has.</summary>
/// <param name="Lut">Look-up tables, of the family's size; as memory or shift register they count too.</param>
/// <param name="Ff">Flip-flops.</param>
/// <param name="Dsp">Multiplier blocks.</param>
/// <param name="Bram36">Block memory in units of 36,864 bits; half of one is 0.5, an iCE40 block 1/9.</param>
public sealed record ResourceCount(long Lut, long Ff, long Dsp, double Bram36)
{
    public static ResourceCount Zero { get; } = new(0, 0, 0, 0);

    public static ResourceCount operator +(ResourceCount a, ResourceCount b) =>
        new(a.Lut + b.Lut, a.Ff + b.Ff, a.Dsp + b.Dsp, a.Bram36 + b.Bram36);

    public static ResourceCount operator *(long times, ResourceCount a) =>
        new(times * a.Lut, times * a.Ff, times * a.Dsp, times * a.Bram36);

    /// <summary>What of <paramref name="limit"/> is exceeded: name, taken, there; empty when it fits.</summary>
    public IEnumerable<(string Name, double Taken, double There)> Beyond(ResourceCount limit) =>
        new (string, double Taken, double There)[]
        {
            ("LUT", Lut, limit.Lut), ("FF", Ff, limit.Ff), ("DSP", Dsp, limit.Dsp), ("BRAM36", Bram36, limit.Bram36),
        }.Where(r => r.Taken > r.There);
}
