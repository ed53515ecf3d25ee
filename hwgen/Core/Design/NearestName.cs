namespace HwGen.Core.Design;

/// <summary>What the user probably meant.</summary>
public static class NearestName
{
    /// <summary>The known name with the smallest edit distance, the first of them in order; null when none shares half its letters.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        var (nearest, distance) = known.Select(k => (k, EditDistance(name, k))).DefaultIfEmpty(("", int.MaxValue)).MinBy(p => p.Item2);
        return distance <= Math.Max(name.Length, nearest.Length) / 2 ? nearest : null;
    }

    /// <summary>Levenshtein's: insertions, deletions and substitutions, each one.</summary>
    private static int EditDistance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[b.Length];
    }
}
