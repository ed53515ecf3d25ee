namespace HwGen.Frontend.Compression;

/// <summary>Whole numbers in proportion to weights, with an exact sum, or one as near as units of several sizes come.</summary>
internal static class Apportionment
{
    /// <summary>Shares <paramref name="total"/> out; who is full passes the rest on.</summary>
    /// <param name="weights">At least 0; equal shares where all that count are 0.</param>
    /// <param name="room">Most units that each can take.</param>
    /// <param name="sizes">What each one's unit takes of the total; null is 1 everywhere.</param>
    /// <returns>Units. Their sizes add up to the total, or with sizes above 1 to within half of the largest.</returns>
    /// <remarks>Rounds of whole quotas; when a round gives nothing, single units by largest fraction, the first of equals first.
    /// With sizes there is another round only if one was full, or small units would get what is left of the large ones' quotas;
    /// and single units are given where they bring the sum nearer to the total.</remarks>
    /// <exception cref="ArgumentException">There is less room than <paramref name="total"/>.</exception>
    public static int[] Share(int total, IReadOnlyList<double> weights, IReadOnlyList<int> room, IReadOnlyList<int>? sizes = null)
    {
        bool rounds = sizes is null;
        sizes ??= [.. room.Select(_ => 1)];
        long all = room.Zip(sizes, (r, s) => (long)r * s).Sum();
        if (all < total) throw new ArgumentException($"{total} do not fit into {all}.", nameof(total));
        var given = new int[weights.Count];
        while (total > 0)
        {
            int[] open = [.. Enumerable.Range(0, given.Length).Where(i => given[i] < room[i])];
            double sum = open.Sum(i => weights[i]);
            double[] quotas = [.. open.Select(i => sum > 0 ? total * (weights[i] / sum) / sizes[i] : (double)total / open.Length / sizes[i])];
            bool again = false;
            for (int j = 0; j < open.Length; j++)
            {
                int more = Math.Min((int)Math.Min(Math.Floor(quotas[j]), total / sizes[open[j]]), room[open[j]] - given[open[j]]);
                given[open[j]] += more;
                total -= more * sizes[open[j]];
                again |= rounds ? more > 0 : quotas[j] > more && given[open[j]] == room[open[j]];
            }
            if (again) continue;
            foreach (int j in Enumerable.Range(0, open.Length).OrderByDescending(j => quotas[j] - Math.Floor(quotas[j])).Where(j => given[open[j]] < room[open[j]] && sizes[open[j]] <= 2 * total))
            {
                given[open[j]]++;
                total -= sizes[open[j]];
            }
            break;
        }
        return given;
    }
}
