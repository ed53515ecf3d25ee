namespace HwGen.Frontend.Onnx;

/// <summary>Reshape: which extents make up each new axis.</summary>
internal static class Regrouping
{
    /// <param name="target">Sizes; one may be −1, and 0 keeps the axis's size unless zeros are allowed.</param>
    /// <exception cref="RefusalException">The sizes cut through what only the data tell.</exception>
    public static Activation Reshape(Activation a, Number[] target, bool allowsZero)
    {
        Number[] sizes = [.. target.Select((n, i) => n.Value == 0 && !allowsZero ? i < a.Rank ? Number.Of(a.Axes[i]) : throw Misfit(a, target) : n)];
        int open = Array.FindIndex(sizes, n => n.Value == -1);
        var left = new LinkedList<Extent>(a.Axes.SelectMany(e => e));
        var axes = new List<Extent>[sizes.Length];
        for (int i = 0; i < (open < 0 ? sizes.Length : open); i++) axes[i] = Take(i, fromEnd: false);
        for (int i = sizes.Length - 1; open >= 0 && i > open; i--) axes[i] = Take(i, fromEnd: true);
        if (open >= 0) axes[open] = [.. left];
        else if (left.Any(e => !e.IsOne)) throw Misfit(a, target);
        else if (axes.Length > 0) axes[^1].AddRange(left);
        return a with { Axes = axes };

        List<Extent> Take(int axis, bool fromEnd)
        {
            var taken = new List<Extent>();
            for (var size = sizes[axis]; size.Value != 1 || taken.Count == 0 && Next(fromEnd) is { IsOne: true };)
            {
                var next = Next(fromEnd) ?? throw Misfit(a, target);
                if (size.Without(next) is { } rest) size = rest;
                else if (size.Value is > 1 and var inner && next.Size is { } whole && whole % inner == 0)
                {
                    var (part, other) = (new Extent(next.ToString(), inner), new Extent(next.ToString(), whole / inner));
                    a = a.Replace(next, fromEnd ? [other, part] : [part, other]);
                    Swap(next, fromEnd ? [other, part] : [part, other]);
                    next = part;
                    size = 1;
                }
                else throw Misfit(a, target);
                left.Remove(next);
                if (fromEnd) taken.Insert(0, next);
                else taken.Add(next);
            }
            return taken;
        }

        Extent? Next(bool fromEnd) => (fromEnd ? left.Last : left.First)?.Value;

        void Swap(Extent old, IReadOnlyList<Extent> by)
        {
            var at = left.Find(old)!;
            foreach (var extent in by) left.AddBefore(at, extent);
            left.Remove(at);
            foreach (var axis in axes)
                if (axis?.IndexOf(old) is >= 0 and var i)
                {
                    axis.RemoveAt(i);
                    axis.InsertRange(i, by);
                }
        }
    }

    private static RefusalException Misfit(Activation a, Number[] target) =>
        new($"the shape ({string.Join(", ", target)}) doesn't follow the axes ({string.Join(", ", a.Axes.Select(Number.Of))})",
            "write -1 for the batch, or export with the batch and the steps as dynamic axes");
}
