using HwGen.Core.Design;

namespace HwGen.Explore.Sweeps;

/// <summary>The points that no other point beats: none is at least as good in everything and better in something.</summary>
public static class ParetoFront
{
    /// <summary>Which points are on the front. Figures that no point has are left out; a point that lacks another one is not on it.</summary>
    /// <param name="points">Null for a point without figures.</param>
    /// <param name="figures">Of <see cref="FigureName.All"/>; each is better when smaller or larger by its nature.</param>
    public static bool[] Of(IReadOnlyList<PointFigures?> points, IReadOnlyList<string> figures)
    {
        string[] known = [.. figures.Where(f => points.Any(p => p?[f] is not null))];
        if (known.Length == 0) return new bool[points.Count];
        var costs = new double[points.Count * known.Length];
        for (int p = 0; p < points.Count; p++)
            for (int f = 0; f < known.Length; f++)
                costs[p * known.Length + f] = points[p]?[known[f]] is not { } value ? double.NaN : FigureName.IsBetterWhenLarger(known[f]) ? -value : value;
        return Of(costs, known.Length);
    }

    /// <summary>Which points are on the front when all is better smaller.</summary>
    /// <param name="costs">Shape (points, goals), row-major; a point with a NaN is not on the front.</param>
    /// <param name="goals">At least 1.</param>
    /// <remarks>Sorted lexicographically, a point is only beaten by earlier ones. The member that beat the last point is asked
    /// first, which settles most points of a large sweep at once.</remarks>
    public static bool[] Of(double[] costs, int goals)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(goals, 1);
        int count = costs.Length / goals;
        var front = new bool[count];
        int[] order = [.. Enumerable.Range(0, count).Where(p => IsWhole(p))];
        Array.Sort(order, (a, b) => Row(a).SequenceCompareTo(Row(b)) is not 0 and var c ? c : a.CompareTo(b));
        var members = new List<int>();      // of different costs
        foreach (int p in order)
        {
            int beater = -1;
            bool equal = false;
            for (int m = 0; m < members.Count && beater < 0 && !equal; m++)
            {
                ReadOnlySpan<double> a = Row(members[m]), b = Row(p);
                int g = 0;
                while (g < goals && a[g] <= b[g]) g++;
                if (g < goals) continue;
                if (a.SequenceEqual(b)) equal = true;
                else beater = m;
            }
            if (beater > 0) (members[beater], members[beater / 2]) = (members[beater / 2], members[beater]);
            if (beater >= 0) continue;
            front[p] = true;
            if (!equal) members.Add(p);
        }
        return front;

        bool IsWhole(int p)
        {
            foreach (double cost in Row(p)) if (double.IsNaN(cost)) return false;
            return true;
        }

        ReadOnlySpan<double> Row(int p) => costs.AsSpan(p * goals, goals);
    }
}
