namespace HwGen.Frontend.Onnx;

/// <summary>From the order in which an axis of the graph holds a layer's inputs to the product's order.</summary>
internal static class FeatureOrder
{
    /// <summary>Values of a map.</summary>
    public const int MaxValues = 1 << 24;

    /// <summary>Features of a step.</summary>
    private const int MaxFeatures = 65536;

    /// <summary>What an axis holds but for extents of one value, which stand anywhere.</summary>
    public static IReadOnlyList<Extent> Core(IEnumerable<Extent> axis) => [.. axis.Where(e => !e.IsOne)];

    /// <summary>Whether two axes hold the same in the same order.</summary>
    public static bool AreEqual(IEnumerable<Extent> a, IEnumerable<Extent> b) => Core(a).SequenceEqual(Core(b));

    /// <summary>Where in the axis each feature stands.</summary>
    /// <param name="features">In the product's order.</param>
    /// <returns>Null when the axis doesn't hold exactly the features.</returns>
    public static int[]? Find(IReadOnlyList<Extent> axis, IReadOnlyList<Extent> features)
    {
        Extent[] from = [.. Core(axis)], to = [.. Core(features)];
        if (from.Length != to.Length || from.Any(e => e.Size is null || !to.Contains(e))) return null;
        // Before anything is allocated: the sizes may come from a damaged file.
        double all = from.Aggregate(1.0, (product, e) => product * e.Size!.Value);
        if (all is < 1 or > MaxValues) throw new RefusalException(FormattableString.Invariant($"an axis of {all:G3} values"), $"a layer reads 1 to {MaxValues}");
        int[] strides = new int[to.Length], index = new int[to.Length];
        int count = 1;
        for (int i = from.Length - 1; i >= 0; count *= (int)from[i--].Size!.Value) strides[Array.IndexOf(to, from[i])] = count;
        var order = new int[count];
        for (int i = 0; i < count; i++)
        {
            for (int d = 0; d < to.Length; d++) order[i] += index[d] * strides[d];
            for (int d = to.Length - 1; d >= 0 && ++index[d] == to[d].Size; d--) index[d] = 0;
        }
        return order;
    }

    /// <param name="matrix">Row-major, as many columns as <paramref name="order"/> has.</param>
    public static float[] Columns(ReadOnlySpan<float> matrix, int[] order)
    {
        var result = new float[matrix.Length];
        for (int row = 0; row < matrix.Length; row += order.Length)
            for (int c = 0; c < order.Length; c++) result[row + c] = matrix[row + order[c]];
        return result;
    }

    /// <summary>The number of features of an axis of the model's input.</summary>
    /// <exception cref="RefusalException">Only the data tell it, or it is beyond what a design can hold.</exception>
    public static int Size(IReadOnlyList<Extent> axis, string what)
    {
        if (Number.Of(axis).Value is not { } size)
            throw new RefusalException($"the number of {what} is left open", "export with a fixed size for all dimensions but the batch and the steps");
        return size is > 0 and <= MaxFeatures ? (int)size : throw new RefusalException($"{size} {what}", $"there are 1 to {MaxFeatures}");
    }
}
