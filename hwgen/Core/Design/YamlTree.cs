using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace HwGen.Core.Design;

/// <summary>Builds <see cref="YamlNode"/>s from YAML text; keeps reading past duplicate keys, to report all of them.</summary>
internal sealed class YamlTree
{
    private const int MaxDepth = 16;
    private readonly string file;
    private readonly List<InputError> errors;
    private readonly Parser parser;

    private YamlTree(string text, string file, List<InputError> errors) =>
        (this.file, this.errors, parser) = (file, errors, new Parser(new StringReader(text)));

    /// <returns>The document's top value; null when the file is empty or no YAML, which is then in <paramref name="errors"/>.</returns>
    public static YamlNode? Read(string text, string file, List<InputError> errors)
    {
        var tree = new YamlTree(text, file, errors);
        try
        {
            return tree.ReadStream();
        }
        catch (YamlException e)
        {
            errors.Add(e.Message.Contains("tab as indentation", StringComparison.Ordinal)
                ? tree.FirstTab(text).Error("a tab indents this line: YAML is indented with spaces only")
                : tree.At(e.Start).Error($"this is no YAML ({e.Message.TrimEnd('.')}): look at the indentation, brackets and quotes here and just above"));
            return null;
        }
        catch (InvalidOperationException)
        {
            // The library's scanner gives up so when a plain scalar inside brackets runs into "key:" on the next line.
            errors.Add(tree.At(tree.parser.Current?.Start ?? Mark.Empty)
                .Error("this is no YAML: look at the brackets and quotes here and just below, one of them is not closed"));
            return null;
        }
    }

    private YamlNode? ReadStream()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            errors.Add(new(file, 1, 1, "the file is empty: 'hwgen new NAME' writes one to start from"));
            return null;
        }
        parser.Consume<DocumentStart>();
        var root = ReadNode(0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            errors.Add(Location(second).Error("a second document begins here: keep one design in a file"));
        return root;
    }

    private YamlNode ReadNode(int depth)
    {
        if (depth > MaxDepth)
            throw new YamlException(parser.Current!.Start, parser.Current.End, $"nested deeper than {MaxDepth} levels");
        if (parser.TryConsume<Scalar>(out var scalar))
            return new YamlScalar(Location(scalar), scalar.Value, scalar.Style == ScalarStyle.Plain);
        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new List<YamlNode>();
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1));
            return new YamlList(Location(sequence), items);
        }
        if (parser.TryConsume<MappingStart>(out var mapping)) return ReadMap(mapping, depth);
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            errors.Add(Location(alias).Error($"'*{alias.Value}' refers to another place: write the value out here"));
            return new YamlScalar(Location(alias), "", IsPlain: true);
        }
        throw new YamlException(parser.Current!.Start, parser.Current.End, "a value is missing");
    }

    private YamlMap ReadMap(MappingStart start, int depth)
    {
        var entries = new List<YamlEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var keyNode = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (keyNode is not YamlScalar { Value: var key })
                errors.Add(keyNode.Location.Error("a key is a word: write 'key: value'"));
            else if (entries.Find(e => e.Key == key) is { } first)
                errors.Add(keyNode.Location.Error($"duplicate key '{key}': it stands in line {first.KeyLocation.Line} already; delete one of them"));
            else
                entries.Add(new(key, keyNode.Location, value));
        }
        return new(Location(start), entries);
    }

    private InputLocation Location(ParsingEvent e) => At(e.Start);

    private InputLocation At(Mark mark) => new(file, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    /// <summary>The library names the file's beginning for a tab; this finds the tab.</summary>
    private InputLocation FirstTab(string text)
    {
        string[] lines = text.Split('\n');
        int line = Array.FindIndex(lines, l => l.TrimStart(' ').StartsWith('\t'));
        return line < 0 ? new(file, 1, 1) : new(file, line + 1, lines[line].IndexOf('\t') + 1);
    }
}
