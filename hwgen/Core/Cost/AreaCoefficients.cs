using System.Text.Json;
using System.Text.Json.Serialization;
using HwGen.Core.Parts;

namespace HwGen.Core.Cost;

/// <summary>Constants of one family for what is linear; area.json has them, with where they come from.</summary>
/// <param name="Lut">Look-up tables for one bit of a kind of logic; 1 for a kind that is not there.</param>
/// <param name="Ff">Flip-flops for one.</param>
public sealed record AreaCoefficients(IReadOnlyDictionary<LogicKind, double> Lut, IReadOnlyDictionary<LogicKind, double> Ff)
{
    /// <summary>How area.json is written and read.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly AreaConstants Stored = Load();

    /// <summary>The constants in area.json.</summary>
    public static AreaCoefficients For(FpgaFamily family) => Stored.Families[family];

    private static AreaConstants Load()
    {
        using Stream stream = typeof(AreaCoefficients).Assembly.GetManifestResourceStream("area.json")!;
        return JsonSerializer.Deserialize<AreaConstants>(stream, Json)!;
    }
}
