using System.Text.RegularExpressions;
using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Cli.Tests;

/// <summary>docs/design-file.md against the reader: the same keys in each section, with the same ranges and words.</summary>
public sealed partial class DesignKeysTests
{
    /// <summary>Rows of the tables of keys, by section; a row may explain several keys.</summary>
    private static readonly ILookup<string, (string Key, string Range)> Documented = ReadDocument().ToLookup(r => r.Section, r => (r.Key, r.Range));

    /// <summary>A number that the page rightly has and the reader's message has not: 1 to 3 are refused apart.</summary>
    private static readonly Dictionary<string, string[]> Apart = new() { ["spectral_bits"] = ["4"] };

    private static readonly string[] Phase = ["epochs", "learning_rate", "final_learning_rate"];

    /// <summary>Each kind of each section, as the reader may meet it.</summary>
    private static readonly Section[] Sections =
    [
        new("", "name: net"),
        .. ((string[])["fashion-mnist", "cifar-10", "speech", "uniform"]).Select(name => new Section("data", $"name: {name}")),
        new("data", "name: csv, path: x"), new("data", "name: npz, path: x.npz, inputs: 28, rows: 28"),
        new("features", "kind: mfcc"),
        new("layers", "type: gru"), new("layers", "type: lstm"), new("layers", "type: dense"),
        new("layers", "type: conv, channels: 4"), new("layers", "type: max_pool"), new("layers", "type: average_pool"),
        new("training", "method: random"), new("training", "method: admm"),
        new("phase", "epochs: 1"), new("admm", ""),
        .. ((string[])["pgd", "trades", "dynamic", "psat", "hsat"]).Select(method => new Section("adversarial", $"method: {method}")),
        new("noise", ""), new("dnr", ""), new("cap", ""),
        new("quantization", ""), new("hardware", "part: XC7Z020"),
    ];

    public static TheoryData<string> Names => [.. Sections.Select(s => s.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void DesignFile_EverySection_HasTheReadersKeys(string section)
    {
        var known = Sections.Where(s => s.Name == section).SelectMany(s => s.Keys()).ToHashSet();
        // Keys that are explained elsewhere on the page: sections under their own heading, phases in their own table.
        if (section == "") known.ExceptWith(["data", "network", "training", "quantization", "hardware", "explore"]);
        if (section is "admm" or "cap") known.ExceptWith(Phase);

        Assert.Equal(known.Order(StringComparer.Ordinal), Documented[section].Select(r => r.Key).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DesignFile_EveryKey_HasTheReadersRange(string section)
    {
        foreach (var (key, cell) in Documented[section].Where(r => !Referring().IsMatch(r.Range)))
        {
            string[] expected = [.. Sections.Where(s => s.Name == section).Select(s => s.Expected(key)).OfType<string>().Distinct()];
            string[] numbers = [.. expected.SelectMany(e => Number().Matches(e)).Select(m => m.Value)];
            // Where another key or the data set the end, the reader names a number for it.
            bool isOpen = cell.Contains("size of the", StringComparison.Ordinal) || cell.Contains("to `", StringComparison.Ordinal);
            string[] written = [.. Number().Matches(cell).Select(m => m.Value)], words = [.. Word().Matches(cell).Select(m => m.Value)];
            foreach (string number in isOpen ? numbers.Take(1) : numbers) Assert.True(written.Contains(number), $"'{section}.{key}' of '{cell}' lacks {number} of '{string.Join("; ", expected)}'");
            foreach (string number in written.Except(Apart.GetValueOrDefault(key, []))) Assert.True(numbers.Length == 0 || numbers.Contains(number), $"'{section}.{key}' of '{cell}' has {number}, not '{string.Join("; ", expected)}'");
            foreach (string word in expected.SelectMany(Choices)) Assert.True(words.Contains(word), $"'{section}.{key}' of '{cell}' lacks {word}");
        }
    }

    [Fact]
    public void DesignFile_EveryTypeOfLayer_ListsItsKeys()
    {
        foreach (Match row in TypeRow().Matches(Text()))
            foreach (Match type in Quoted().Matches(row.Groups[1].Value))
                Assert.Equal(
                    new Section("layers", $"type: {type.Groups[1].Value}").Keys().Except(["type"]).Order(StringComparer.Ordinal),
                    Quoted().Matches(row.Groups[2].Value).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Choices(string expected) =>
        expected.StartsWith("one of ", StringComparison.Ordinal) ? expected["one of ".Length..].Split(", ") : expected == "true or false" ? ["true", "false"] : [];

    private static IEnumerable<(string Section, string Key, string Range)> ReadDocument()
    {
        string section = "";
        bool ofKeys = false;
        foreach (string line in Text().Split('\n'))
        {
            if (Heading().Match(line) is { Success: true } heading) section = heading.Groups[1].Value is "network" ? "layers" : heading.Groups[1].Value;
            else if (Intro().Match(line) is { Success: true } intro) section = intro.Groups[1].Success ? intro.Groups[1].Value : "phase";
            else if (!line.StartsWith('|')) ofKeys = false;
            else if (line.StartsWith("| key |", StringComparison.Ordinal)) ofKeys = true;
            else if (ofKeys && line.Split(" | ") is [var keys, var range, ..])
                foreach (Match key in Quoted().Matches(keys)) yield return (section, key.Groups[1].Value, range);
        }
    }

    private static string Text() => File.ReadAllText(Path.Join(BuildScriptTests.Root, "docs", "design-file.md")).ReplaceLineEndings("\n");

    /// <summary>A range that is told elsewhere on the page.</summary>
    [GeneratedRegex("^as `| table( |$)")]
    private static partial Regex Referring();

    [GeneratedRegex("^## `(.*)`")]
    private static partial Regex Heading();

    [GeneratedRegex("^In (?:each phase|`([a-z]+)`)[ ,:]")]
    private static partial Regex Intro();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<![\w.`])-?[0-9]+(?:\.[0-9]+)?(?![\w`])")]
    private static partial Regex Number();

    [GeneratedRegex(@"[\w-]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^\| ((?:`(?:gru|lstm|conv|max_pool|average_pool|dense)`(?:, )?)+) \| ([^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex TypeRow();

    /// <summary>A section with what decides which keys it has.</summary>
    /// <param name="Name">As the page has it.</param>
    /// <param name="Entries">In braces' syntax.</param>
    private sealed record Section(string Name, string Entries)
    {
        /// <summary>The keys that the reader names when it meets one that it does not know.</summary>
        public IEnumerable<string> Keys() => Errors("qqqqqqqq: 1")
            .Select(e => Known().Match(e.Message)).Where(m => m.Success).SelectMany(m => m.Groups[1].Value.Split(", ")).Distinct();

        /// <summary>What the reader asks for when it meets a section in place of the value; null where it would take one, or does not know the key.</summary>
        public string? Expected(string key) => Errors($"{key}: {{}}")
            .Select(e => Wanted().Match(e.Message)).Where(m => m.Success && m.Groups[1].Value.Split('.')[^1] == key).Select(m => m.Groups[2].Value).FirstOrDefault();

        private IReadOnlyList<InputError> Errors(string entry)
        {
            string key = entry.Split(':')[0];
            string inside = string.Join(", ", [.. Entries.Split(", ").Where(e => e.Length > 0 && e.Split(':')[0] != key), entry]);
            string text = Name switch
            {
                "" => $"{{ {inside} }}",
                "data" or "training" or "quantization" or "hardware" => $"{Name}: {{ {inside} }}",
                "features" => $"data: {{ name: timit, path: x, features: {{ {inside} }} }}",
                "layers" => $"network: {{ layers: [{{ {inside} }}] }}",
                "phase" => $"training: {{ dense: {{ {inside} }} }}",
                _ => $"training: {{ {Name}: {{ {inside} }} }}",
            };
            return Assert.Throws<InputException>(() => DesignReader.Parse(text, "net.yaml")).Errors;
        }
    }

    [GeneratedRegex("unknown key 'qqqqqqqq'.*: the keys here are (.*)$")]
    private static partial Regex Known();

    [GeneratedRegex("^'([^']*)' is a section: write (.*)$")]
    private static partial Regex Wanted();
}
