using System.Text.RegularExpressions;

namespace HwGen.Core.Design;

/// <summary>The way to a key of a design file: <c>section.key</c>, <c>network.layers[0].key</c>, or <c>network.key</c> for the key
/// in every layer that writes it.</summary>
/// <param name="Text">As written.</param>
/// <param name="Location">Where it is written: what it adds to a design seems to stand there.</param>
internal sealed partial record KeyPath(string Text, InputLocation Location)
{
    private const string Network = "network", Layers = "layers";

    /// <summary>What is wrong with the path whatever the design, and what to do; null if nothing is.</summary>
    public string? Complaint() => Text switch
    {
        "name" => "each point gets a name of its own: take 'name' out",
        "seed" => null,
        _ when !Pattern().IsMatch(Text) || Text.StartsWith("explore.", StringComparison.Ordinal) =>
            $"'{Text}' is no way to a key: write section.key, such as hardware.processing_elements, network.layers[0].hidden, or network.block_size for all layers",
        _ => null,
    };

    /// <summary>The design with another value there. A key or section that is missing is added.</summary>
    /// <returns>The design, or what is wrong with the path in it.</returns>
    public (YamlMap? Design, string? Complaint) Set(YamlMap design, YamlScalar value)
    {
        string[] steps = [.. Steps().Matches(Text).Select(m => m.Value)];
        if (steps is [Network, var key] && key != Layers) return SetInLayers(design, key, value);
        return Set(design, steps, value) is YamlMap changed ? (changed, null) : (null, $"the design has nothing at '{Text}': its layers are layers[0], layers[1] and so on");
    }

    private (YamlMap? Design, string? Complaint) SetInLayers(YamlMap design, string key, YamlScalar value)
    {
        if (design[Network] is not YamlMap network || network[Layers] is not YamlList layers) return (design, null);     // told elsewhere
        if (!layers.Items.Any(l => l is YamlMap map && map[key] is not null))
        {
            var known = layers.Items.OfType<YamlMap>().SelectMany(l => l.Entries).Select(e => e.Key).Where(k => k != "type").Distinct();
            return (null, $"no layer writes the key '{key}': " + (NearestName.Of(key, known) is { } nearest
                ? $"did you mean 'network.{nearest}'?" : $"write it in a layer, or name the layer, as in network.layers[0].{key}"));
        }
        var changed = layers with { Items = [.. layers.Items.Select(l => l is YamlMap map && map[key] is not null ? map.With(key, Location, value) : l)] };
        return (design.With(Network, Location, network.With(Layers, Location, changed)), null);
    }

    /// <returns>Null when a step leads nowhere.</returns>
    private YamlNode? Set(YamlNode? node, ReadOnlySpan<string> steps, YamlScalar value)
    {
        if (steps.IsEmpty) return value;
        string step = steps[0];
        if (step[0] == '[')
        {
            if (node is not YamlList list || !int.TryParse(step[1..^1], out int index) || index >= list.Items.Count) return null;
            return Set(list.Items[index], steps[1..], value) is { } item
                ? list with { Items = [.. list.Items.Select((old, i) => i == index ? item : old)] } : null;
        }
        var map = node as YamlMap ?? (node is null or YamlScalar { IsNull: true } ? new YamlMap(Location, []) : null);
        return map is not null && Set(map[step], steps[1..], value) is { } child ? map.With(step, Location, child) : null;
    }

    [GeneratedRegex(@"\A[a-z_]+(\[[0-9]+\])?(\.[a-z_]+(\[[0-9]+\])?)+\z")]
    private static partial Regex Pattern();

    [GeneratedRegex(@"[a-z_]+|\[[0-9]+\]")]
    private static partial Regex Steps();
}
