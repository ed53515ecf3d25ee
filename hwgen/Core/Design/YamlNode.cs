namespace HwGen.Core.Design;

/// <summary>A YAML value and where it begins.</summary>
internal abstract record YamlNode(InputLocation Location);

/// <param name="Value">The text, unquoted.</param>
/// <param name="IsPlain">Written without quotes, so that it may be a number.</param>
internal sealed record YamlScalar(InputLocation Location, string Value, bool IsPlain) : YamlNode(Location)
{
    /// <summary>Nothing was written, as in <c>key:</c> with no value.</summary>
    public bool IsNull => IsPlain && Value is ("" or "~" or "null");
}

internal sealed record YamlList(InputLocation Location, IReadOnlyList<YamlNode> Items) : YamlNode(Location);

/// <param name="Entries">In the file's order, each key once.</param>
internal sealed record YamlMap(InputLocation Location, IReadOnlyList<YamlEntry> Entries) : YamlNode(Location)
{
    /// <summary>The key's value; null when it is missing.</summary>
    public YamlNode? this[string key] => Entries.FirstOrDefault(e => e.Key == key)?.Value;

    /// <summary>The map with another value for a key, which is added at the end if it is missing.</summary>
    public YamlMap With(string key, InputLocation location, YamlNode value) => this[key] is null
        ? this with { Entries = [.. Entries, new(key, location, value)] }
        : this with { Entries = [.. Entries.Select(e => e.Key == key ? e with { Value = value } : e)] };

    public YamlMap Without(string key) => this with { Entries = [.. Entries.Where(e => e.Key != key)] };
}

internal sealed record YamlEntry(string Key, InputLocation KeyLocation, YamlNode Value);
