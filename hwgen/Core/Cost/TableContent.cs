using System.Numerics;
using HwGen.Core.Plan;

namespace HwGen.Core.Cost;

/// <summary>What a read-only memory holds, as far as it decides how many look-up tables do the same: constant columns take none, equal pieces of
/// columns are made once.</summary>
/// <param name="Width">Columns that are not constant.</param>
/// <param name="Columns">Distinct ones.</param>
/// <param name="Tables6">Distinct pieces of 64 rows that are not constant.</param>
/// <param name="Tables4">Distinct pieces of 16 rows that are not constant.</param>
public sealed record TableContent(int Width, int Columns, int Tables6, int Tables4)
{
    /// <summary>Rows that the image does not name may hold anything, and so are neither 0 nor 1.</summary>
    public static TableContent Of(MemoryImage image)
    {
        string[] varying = [.. Enumerable.Range(0, image.Width).Select(c => Column(image, c)).Where(IsVarying)], columns = [.. varying.Distinct(StringComparer.Ordinal)];
        return new(varying.Length, columns.Length, Pieces(64), Pieces(16));

        int Pieces(int rows) => columns.SelectMany(c => c.Chunk(rows).Select(p => new string(p))).Where(IsVarying).Distinct(StringComparer.Ordinal).Count();
    }

    private static string Column(MemoryImage image, int bit) => string.Create(image.Depth, (image, bit), static (text, s) =>
    {
        for (int row = 0; row < text.Length; row++)
            text[row] = !s.image.Rows.TryGetValue(row, out BigInteger word) ? '-' : ((word >> s.bit) & 1).IsZero ? '0' : '1';
    });

    private static bool IsVarying(string piece) => piece.Contains('0', StringComparison.Ordinal) && piece.Contains('1', StringComparison.Ordinal);
}
