using System.Text;
using System.Text.RegularExpressions;

namespace HwGen.Frontend.Data.Speech;

/// <summary>English sentences out of fortune files.</summary>
internal static partial class SentenceSource
{
    /// <summary>Files of prose and verse of the Debian packages fortunes and fortunes-min; the others are drawings, source text or dialogues.</summary>
    private static readonly string[] Files =
    [
        "art", "computers", "cookie", "education", "food", "fortunes", "humorists", "law", "literature", "love", "medicine", "miscellaneous",
        "people", "pets", "platitudes", "politics", "science", "songs-poems", "sports", "startrek", "wisdom", "work",
    ];

    /// <summary>Different sentences of 3 to 14 words of letters, commas between them, in the files' order.</summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder is missing.</exception>
    public static List<string> Read(string folder)
    {
        var sentences = new List<string>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string file in Files)
        {
            string text = File.ReadAllText(Path.Combine(folder, file), Encoding.UTF8);
            foreach (string entry in EntryEnd().Split(text))
                foreach (string part in SentenceEnd().Split(Blanks().Replace(entry, " ")))
                    if (Take(part.Trim(' ', '"')) is { } sentence && seen.Add(sentence.Replace(",", "", StringComparison.Ordinal))) sentences.Add(sentence);
        }
        return sentences;
    }

    private static string? Take(string part) => Sentence().Match(part) is { Success: true } match
        && match.Groups[1].Value is var sentence && sentence.Split(' ').All(IsWord) ? sentence : null;

    /// <summary>No abbreviations, which a synthesizer may spell.</summary>
    private static bool IsWord(string word) => word.TrimEnd(',') is "a" or "A" or "I" or "O" || word.TrimEnd(',') is { Length: > 1 } w && Vowel().IsMatch(w) && !w[1..].Any(char.IsUpper);

    [GeneratedRegex(@"\n%\r?\n")]
    private static partial Regex EntryEnd();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"(?<=[.!?][""')]*) ")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"^([A-Z][a-z]*(?:'[a-z]+)?(?:,? [A-Za-z]+(?:'[a-z]+)?){2,13})[.!?]$")]
    private static partial Regex Sentence();

    [GeneratedRegex("[aeiouyAEIOUY]")]
    private static partial Regex Vowel();
}
