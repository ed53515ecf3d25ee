using System.Text.Json;

namespace HwGen.Core.Cost;

/// <summary>What operations take in one technology, in picojoules; energy.json has several, with where they come from.</summary>
/// <param name="Provenance">Where the numbers are from, and what is assumed.</param>
/// <param name="AddBase">An addition of w bits takes AddBase + AddBit · w.</param>
/// <param name="AddBit">See <paramref name="AddBase"/>.</param>
/// <param name="Multiply">A product of a by b bits takes Multiply · (a · b)^MultiplyPower.</param>
/// <param name="MultiplyPower">See <paramref name="Multiply"/>.</param>
/// <param name="MemoryBit">A word of w bits of a memory of n bits takes MemoryBit · w · √(n ÷ 65,536) to read or to write.</param>
/// <param name="RegisterBit">A bit of a register takes this every cycle.</param>
public sealed record EnergyConstants(string Provenance, double AddBase, double AddBit, double Multiply, double MultiplyPower, double MemoryBit, double RegisterBit)
{
    /// <summary>How energy.json is written and read.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly IReadOnlyDictionary<string, EnergyConstants> Stored = Load();

    /// <summary>Published numbers of a 45 nm process: what estimates are made with unless something else is said.</summary>
    public static EnergyConstants Published => Stored["published45nm"];

    /// <summary>Fitted to gate-level power of a 180 nm library; see docs/synthesis.md.</summary>
    public static EnergyConstants GateLevel => Stored["osu018"];

    private static Dictionary<string, EnergyConstants> Load()
    {
        using Stream stream = typeof(EnergyConstants).Assembly.GetManifestResourceStream("energy.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, EnergyConstants>>(stream, Json)!;
    }
}
