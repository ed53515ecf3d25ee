using HwGen.Core.Design;
using HwGen.Core.Plan;
using Xunit.Abstractions;

namespace HwGen.Core.Tests.Design;

/// <summary>Damaged design files are refused with their place or read, in bounded time and memory; nothing else may happen.</summary>
/// <remarks>HWGEN_FUZZ=N, as <c>build.sh fuzz</c> sets it, tries N / 2 here instead of the few of a test run.</remarks>
public sealed class DesignFuzzTests(ITestOutputHelper log)
{
    private const int Seed = 3;

    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("HWGEN_FUZZ"), out int count) ? count / 2 : 1_500;

    /// <summary>Bytes that reading a design of a few kB may allocate; they took 0.5 MB at most, of 50,000.</summary>
    private const long MaxBytes = 1 << 26;

    [Fact]
    public void Parse_MutatedText_IsReadOrRefused()
    {
        string[] texts = [.. Directory.GetFiles(Path.Join(Text.Repository, "examples"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText), .. Text.Sections];
        string[] words = [.. texts.SelectMany(t => t.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Distinct().Order(StringComparer.Ordinal)];
        int read = 0;
        long most = 0;
        var failures = new List<string>();
        for (int i = 0; i < Count; i++)
        {
            var random = new Random(Seed * 1_000_003 + i);
            string text = texts[random.Next(texts.Length)];
            for (int m = random.Next(1, 5); m > 0; m--) text = Mutate(text, words, random);
            InputException? refusal = null;
            try
            {
                most = Math.Max(most, Bounded.Run(() => refusal = Read(text)));
                if (refusal is null) read++;
                else Assert.All(refusal.Errors, error => Assert.True(error.Line >= 1 && error.Column >= 1, error.ToString()));
            }
            catch (Exception e)
            {
                failures.Add($"seed {Seed}, case {i}: {e}\n{text}");
                if (failures.Count == 5) break;
            }
        }
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        log.WriteLine($"seed {Seed}: {read} of {Count} were read, {Count - read} refused; the most that one took is {most / 1e6:F1} MB");
        Assert.InRange(read, 1, Count - 1);
        Assert.InRange(most, 1, MaxBytes);
    }

    /// <summary>The design, what the engine makes of it, and the last point of its space, which says the same when it is written and read.</summary>
    /// <returns>Why it was refused; null if it was read.</returns>
    private static InputException? Read(string text)
    {
        try
        {
            var space = DesignReader.ParseSpace(text, "fuzz.yaml");
            EngineLimits.Complaints(space.Base);
            var design = space.Design(space.Count - 1);
            Assert.Equal(design.Layers, DesignReader.Parse(space.Point(space.Count - 1).Text, "point.yaml").Layers);
            return null;
        }
        catch (InputException e)
        {
            return e;
        }
    }

    /// <summary>Found by reading along: what a range or a product of axes comes to did not fit its type.</summary>
    [Theory]
    [InlineData("explore:\n  seed: { from: 1, to: 7e28, times: 1e27 }", "net.yaml:8:24: error: 'seed.to' is 7e28: write a number from -2147483647 to 2147483647")]
    [InlineData("explore:\n  seed: { from: -7e28, to: 0, step: 7.9e28 }", "net.yaml:8:17: error: 'seed.from' is -7e28: write a number from -2147483647 to 2147483647")]
    [InlineData("explore: { seed: A, hardware.streams: A, hardware.ifft_units: A, hardware.processing_elements: A, training.batch_size: A, training.dense.epochs: A }", "net.yaml:7:10: error: 'explore' spans more than ")]
    public void Parse_SpaceBeyondAllNumbers_IsRefused(string section, string message)
    {
        string axis = $"[{string.Join(", ", Enumerable.Range(1, 128))}]";

        var thrown = Assert.Throws<InputException>(() => DesignReader.ParseSpace($"{Text.Smallest}\n{section.Replace("A", axis, StringComparison.Ordinal)}", "net.yaml"));

        Assert.Contains(thrown.Errors, e => e.ToString().StartsWith(message, StringComparison.Ordinal));
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
