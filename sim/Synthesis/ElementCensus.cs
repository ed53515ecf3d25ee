using System.Text.Json;

namespace HwGen.Sim.Synthesis;

/// <summary>How often a design's hierarchy holds its repeated elements, and the top module's ports.</summary>
/// <remarks>Reads what Yosys's <c>write_json</c> says of the elaborated design. Elements that differ in a memory image alone
/// are one kind: what a memory holds changes no block memory, though it may change a small one made of look-up tables.</remarks>
public sealed record ElementCensus(IReadOnlyList<ElementKind> Kinds, IReadOnlyList<TopPort> Ports)
{
    /// <summary>Modules that designs repeat and that are worth synthesising once.</summary>
    public static IReadOnlyList<string> Modules { get; } = ["hwgen_pe", "hwgen_sparse_pe"];

    public long Count => Kinds.Sum(k => k.Count);

    /// <param name="json">Of the elaborated design.</param>
    /// <param name="top">Its top module.</param>
    /// <exception cref="FormatException">The text is no netlist, or lacks the module.</exception>
    public static ElementCensus Read(string json, string top)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement modules = document.RootElement.GetProperty("modules");
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            Walk(modules, top, counts);
            var kinds = counts.GroupBy(c => Kind(modules.GetProperty(c.Key)), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new ElementKind(Element(modules.GetProperty(g.First().Key))!, g.Key, g.Select(c => c.Key).Min(StringComparer.Ordinal)!, g.Sum(c => c.Value)));
            var ports = modules.GetProperty(top).GetProperty("ports").EnumerateObject()
                .Select(p => new TopPort(p.Name, p.Value.GetProperty("direction").GetString() == "input", p.Value.GetProperty("bits").GetArrayLength()));
            return new([.. kinds], [.. ports]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"This is no netlist of '{top}': {e.Message}", e);
        }
    }

    private static void Walk(JsonElement modules, string name, Dictionary<string, long> counts)
    {
        if (!modules.TryGetProperty(name, out JsonElement module)) return;     // a cell of the library
        if (Element(module) is not null)
        {
            counts[name] = counts.GetValueOrDefault(name) + 1;
            return;
        }
        if (module.TryGetProperty("cells", out JsonElement cells))
            foreach (JsonProperty cell in cells.EnumerateObject()) Walk(modules, cell.Value.GetProperty("type").GetString()!, counts);
    }

    /// <summary>Which of <see cref="Modules"/> it is, whatever its parameters; else null.</summary>
    private static string? Element(JsonElement module) =>
        module.GetProperty("attributes").TryGetProperty("hdlname", out JsonElement name) ? Modules.FirstOrDefault(m => m == name.GetString()!.TrimStart('\\')) : null;

    private static string Kind(JsonElement module) => !module.TryGetProperty("parameter_default_values", out JsonElement values) ? ""
        : string.Join(' ', values.EnumerateObject().Where(v => v.Name != "INIT").OrderBy(v => v.Name, StringComparer.Ordinal).Select(v => $"{v.Name}={Number(v.Value.GetString()!)}"));

    /// <summary>Integers come as 32 binary digits.</summary>
    private static string Number(string value) => value.Length == 32 && value.All(c => c is '0' or '1') ? ((int)Convert.ToUInt32(value, 2)).ToString(System.Globalization.CultureInfo.InvariantCulture) : value;
}

/// <param name="Module">Its name in the sources.</param>
/// <param name="Parameters">All but memory images.</param>
/// <param name="Representative">Yosys's name of one with these parameters.</param>
/// <param name="Count">Instances in the whole design.</param>
public sealed record ElementKind(string Module, string Parameters, string Representative, long Count);

/// <param name="Name">As in the sources.</param>
/// <param name="Input">Or output.</param>
/// <param name="Bits">Its width.</param>
public sealed record TopPort(string Name, bool Input, int Bits);
