namespace HwGen.Cli.Results;

/// <summary>A table of plain text, as wide as its cells.</summary>
internal static class TextTable
{
    /// <param name="header">One cell a column.</param>
    /// <param name="rows">As many cells a row.</param>
    public static IEnumerable<string> Render(string[] header, IEnumerable<string[]> rows)
    {
        string[][] all = [header, .. rows];
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(c => all.Max(row => row[c].Length))];
        string Line(string[] row) => string.Join("  ", row.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd();
        return [Line(header), string.Join("  ", widths.Select(w => new string('-', w))), .. all.Skip(1).Select(Line)];
    }
}
