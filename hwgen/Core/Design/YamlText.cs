using System.Text;

namespace HwGen.Core.Design;

/// <summary>Writes <see cref="YamlNode"/>s so that reading gives them back. Comments are lost.</summary>
internal static class YamlText
{
    /// <summary>Lines ended by '\n': sections in blocks, what is below them in one line each.</summary>
    public static string Write(YamlMap root)
    {
        var text = new StringBuilder();
        foreach (var entry in root.Entries)
        {
            if (entry.Value is not YamlMap { Entries.Count: > 0 } section)
            {
                text.Append(entry.Key).Append(": ").Append(Flow(entry.Value)).Append('\n');
                continue;
            }
            text.Append(entry.Key).Append(":\n");
            foreach (var inner in section.Entries)
            {
                text.Append("  ").Append(inner.Key).Append(':');
                if (inner.Value is YamlList { Items.Count: > 0 } list)
                {
                    text.Append('\n');
                    foreach (var item in list.Items) text.Append("    - ").Append(Flow(item)).Append('\n');
                }
                else text.Append(' ').Append(Flow(inner.Value)).Append('\n');
            }
        }
        return text.ToString();
    }

    private static string Flow(YamlNode node) => node switch
    {
        YamlMap map => $"{{ {string.Join(", ", map.Entries.Select(e => $"{e.Key}: {Flow(e.Value)}"))} }}",
        YamlList list => $"[{string.Join(", ", list.Items.Select(Flow))}]",
        YamlScalar { IsPlain: true } scalar when scalar.Value.AsSpan().IndexOfAny(",[]{}") < 0 => scalar.Value,
        YamlScalar scalar => Quote(scalar.Value),
        _ => throw new ArgumentException($"No such node: {node}.", nameof(node)),
    };

    private static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value)
            text.Append(c switch
            {
                '"' or '\\' => $"\\{c}",
                < ' ' or '\u0085' or '\u2028' or '\u2029' or '\u007f' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        return text.Append('"').ToString();
    }
}
