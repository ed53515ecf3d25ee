using HwGen.Core.Design;
using Xunit.Abstractions;

namespace HwGen.Core.Tests.Design;

/// <summary>Damaged design files are refused with their place or read; nothing else may happen.</summary>
/// <remarks>HWGEN_FUZZ=N tries N instead of the few of a test run.</remarks>
public sealed class DesignFuzzTests(ITestOutputHelper log)
{
    private const int Seed = 3;

    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("HWGEN_FUZZ"), out int count) ? count : 1_500;

    [Fact]
    public void Parse_MutatedText_IsReadOrRefused()
    {
        string[] texts = [.. Directory.GetFiles(Path.Join(Text.Repository, "examples"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        string[] words = [.. texts.SelectMany(t => t.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Distinct().Order(StringComparer.Ordinal)];
        int read = 0;
        var failures = new List<string>();
        for (int i = 0; i < Count; i++)
        {
            var random = new Random(Seed * 1_000_003 + i);
            string text = texts[random.Next(texts.Length)];
            for (int m = random.Next(1, 5); m > 0; m--) text = Mutate(text, words, random);
            try
            {
                DesignReader.Parse(text, "fuzz.yaml");
                read++;
            }
            catch (InputException e)
            {
                Assert.All(e.Errors, error => Assert.True(error.Line >= 1 && error.Column >= 1, error.ToString()));
            }
            catch (Exception e)
            {
                failures.Add($"seed {Seed}, case {i}: {e}");
                if (failures.Count == 5) break;
            }
        }
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        log.WriteLine($"seed {Seed}: {read} of {Count} were read");
        Assert.InRange(read, 1, Count - 1);
    }

    /// <summary>Found by a hundred thousand of them: the place of a layer was looked up in an entry that was none.</summary>
    [Fact]
    public void Parse_LayerThatIsNoSection_IsToldAlone() =>
        Assert.Equal("net.yaml:4:7: error: 'network.layers[0]' must be a section, such as { type: gru, hidden: 128, block_size: 8 }",
            Assert.Throws<InputException>(() => DesignReader.Parse(Text.Smallest.Replace("{ type: gru, hidden: 16, block_size: 4 }", "gru", StringComparison.Ordinal), "net.yaml")).Message);

    private static string Mutate(string text, string[] words, Random random)
    {
        if (text.Length == 0) return ":";
        int at = random.Next(text.Length), run = Math.Min(random.Next(1, 30), text.Length - at);
        const string signs = "{}[]:,-#&*!|>'\"%@`?~\t\n\r\0 =<\uFFFD";
        return random.Next(7) switch
        {
            0 => text.Remove(at, run),
            1 => text.Insert(at, text.Substring(random.Next(text.Length - run + 1), run)),
            2 => text.Insert(at, signs[random.Next(signs.Length)].ToString()),
            3 => text.Insert(at, " " + words[random.Next(words.Length)] + " "),
            4 => text[..at],
            5 => text.Remove(at, 1).Insert(at, ((char)random.Next(1, 0x2000)).ToString()),
            _ => text.Insert(at, random.Next(3) switch { 0 => "99999999999999999999", 1 => "-1", _ => "1e308" }),
        };
    }
}
