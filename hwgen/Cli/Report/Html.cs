namespace HwGen.Cli.Report;

/// <summary>Text that is HTML already; every other value is escaped when the template prints it.</summary>
internal sealed record Html(string Text)
{
    /// <summary>Safe as text and within a quoted attribute.</summary>
    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal);
}
