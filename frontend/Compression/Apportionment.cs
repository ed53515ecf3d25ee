namespace HwGen.Frontend.Compression;

/// <summary>Whole numbers in proportion to weights, with an exact sum.</summary>
internal static class Apportionment
{
    /// <summary>Shares <paramref name="total"/> out; who is full passes the rest on.</summary>
    /// <param name="weights">At least 0; equal shares where all that count are 0.</param>
    /// <param name="room">Most that each can take.</param>
    /// <remarks>Rounds of whole quotas; when a round gives nothing, single units by largest fraction, the first of equals first.</remarks>
    /// <exception cref="ArgumentException">There is less room than <paramref name="total"/>.</exception>
    public static int[] Share(int total, IReadOnlyList<double> weights, IReadOnlyList<int> room)
    {
        if (room.Sum(r => (long)r) < total) throw new ArgumentException($"{total} do not fit into {room.Sum(r => (long)r)}.", nameof(total));
        var given = new int[weights.Count];
        while (total > 0)
        {
            int[] open = [.. Enumerable.Range(0, given.Length).Where(i => given[i] < room[i])];
            double sum = open.Sum(i => weights[i]);
            double[] quotas = [.. open.Select(i => sum > 0 ? total * (weights[i] / sum) : (double)total / open.Length)];
            int before = total;
            for (int j = 0; j < open.Length; j++)
            {
                int more = Math.Min((int)Math.Min(Math.Floor(quotas[j]), total), room[open[j]] - given[open[j]]);
                given[open[j]] += more;
                total -= more;
            }
            if (total < before) continue;
            foreach (int j in Enumerable.Range(0, open.Length).OrderByDescending(j => quotas[j] - Math.Floor(quotas[j])).Take(total))
            {
                given[open[j]]++;
                total--;
            }
        }
        return given;
    }
}
