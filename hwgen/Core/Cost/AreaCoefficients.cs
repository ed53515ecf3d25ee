using System.Text.Json;
using HwGen.Core.Parts;

namespace HwGen.Core.Cost;

/// <summary>Constants of one family for what is linear; area.json has them, with where they come from.</summary>
/// <param name="LutPerAdderBit">Look-up tables for one bit of adders.</param>
/// <param name="LutPerMuxBit">Look-up tables for one bit of multiplexers.</param>
/// <param name="FfPerRegisterBit">Flip-flops for one bit of registers: below 1 where synthesis finds bits that repeat others.</param>
public sealed record AreaCoefficients(double LutPerAdderBit, double LutPerMuxBit, double FfPerRegisterBit)
{
    private static readonly IReadOnlyDictionary<string, AreaCoefficients> Stored = Load();

    /// <summary>The constants in area.json.</summary>
    public static AreaCoefficients For(FpgaFamily family) => Stored[family.ToString()];

    private static Dictionary<string, AreaCoefficients> Load()
    {
        using Stream stream = typeof(AreaCoefficients).Assembly.GetManifestResourceStream("area.json")!;
        using var json = JsonDocument.Parse(stream);
        return json.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object)
            .ToDictionary(p => p.Name, p => p.Value.Deserialize<AreaCoefficients>(JsonSerializerOptions.Web)!, StringComparer.OrdinalIgnoreCase);
    }
}
