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
internal sealed record YamlMap(InputLocation Location, IReadOnlyList<YamlEntry> Entries) : YamlNode(Location);

internal sealed record YamlEntry(string Key, InputLocation KeyLocation, YamlNode Value);
