using System.Globalization;
using System.Text.RegularExpressions;
using HwGen.Core;

namespace HwGen.Frontend.Data.Speech;

/// <summary>Reads .PHN files: one phone a line, "start end phone", in samples.</summary>
/// <remarks>Source: TIMIT's readme.doc. Phones follow each other; what lies between or around them is silence.</remarks>
public static partial class PhoneFile
{
    /// <returns>Phones in their order, or null when an error was added to <paramref name="errors"/>.</returns>
    /// <param name="path">An existing file.</param>
    /// <param name="samples">Length of the recording.</param>
    /// <param name="errors">Takes all that is wrong, with line and column.</param>
    public static IReadOnlyList<PhoneSegment>? Read(string path, int samples, ICollection<InputError> errors)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new(path, 1, 1, $"cannot be read ({e.Message}); make it readable."));
            return null;
        }
        var segments = new List<PhoneSegment>();
        int before = errors.Count, reached = 0;
        foreach (var (index, line) in lines.Index())
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (Line().Match(line) is not { Success: true } match
                || !int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int start)
                || !int.TryParse(match.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int end))
            {
                errors.Add(new(path, index + 1, 1, $"'{line.Trim()}' is not 'start end phone'; copy the file again."));
                continue;
            }
            string phone = match.Groups[3].Value;
            // Each line has at most one complaint: what follows from a mistake isn't one.
            var complaint = !PhoneTable.Contains(phone) ? (3, $"unknown phone '{phone}'; write one of TIMIT's {PhoneTable.Phones.Count} symbols.")
                : end <= start ? (2, $"the phone ends at {end} and starts at {start}; let it end later.")
                : start < reached ? (1, $"the phone starts at {start}, before the one above ends at {reached}; let each start where the last one ends.")
                : end > samples ? (2, $"the phone ends at {end}, beyond the recording's {samples} samples; use files that belong together.")
                : ((int Group, string Message)?)null;
            if (complaint is { } c) errors.Add(new(path, index + 1, match.Groups[c.Item1].Index + 1, c.Item2));
            else segments.Add(new(start, end, phone));
            reached = Math.Max(reached, end);
        }
        if (segments.Count == 0 && errors.Count == before) errors.Add(new(path, 1, 1, "no phones; copy the file again."));
        return errors.Count == before ? segments : null;
    }

    [GeneratedRegex(@"^\s*(\d+)\s+(\d+)\s+(\S+)\s*$")]
    private static partial Regex Line();
}
