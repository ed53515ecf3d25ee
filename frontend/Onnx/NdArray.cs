namespace HwGen.Frontend.Onnx;

/// <summary>A constant tensor, row-major.</summary>
internal sealed record NdArray<T>(int[] Shape, T[] Items)
{
    /// <summary>Most items of a constant: the largest matrix of four gates has as many; whole numbers are for shapes, which are short.</summary>
    public static int MaxItems { get; } = typeof(T) == typeof(float) ? 1 << 26 : 1 << 20;

    public int Rank => Shape.Length;

    /// <exception cref="RefusalException">More than <see cref="MaxItems"/>.</exception>
    public static int Count(IEnumerable<int> shape)
    {
        long count = 1;
        foreach (int size in shape)
        {
            count *= size;
            if (count > MaxItems) throw new RefusalException($"a constant of more than {MaxItems} values", "keep constants to what a layer's weights need");
        }
        return (int)count;
    }

    public NdArray<T> Reshape(int[] shape) => new(shape, Items);

    public NdArray<T> Transpose(int[] order)
    {
        int[] shape = [.. order.Select(axis => Shape[axis])], strides = Strides(Shape);
        var items = new T[Items.Length];
        var index = new int[shape.Length];
        for (int i = 0; i < items.Length; i++)
        {
            int from = 0;
            for (int a = 0; a < index.Length; a++) from += index[a] * strides[order[a]];
            items[i] = Items[from];
            Next(index, shape);
        }
        return new(shape, items);
    }

    /// <summary>Slices along an axis, in the order given; the axis stays.</summary>
    public NdArray<T> Take(int axis, IReadOnlyList<int> indices)
    {
        int[] shape = [.. Shape];
        shape[axis] = indices.Count;
        var items = new T[Count(shape)];
        int inner = 1;
        foreach (int size in Shape[(axis + 1)..]) inner *= size;
        int runs = items.Length == 0 ? 0 : items.Length / (indices.Count * inner);
        for (int o = 0; o < runs; o++)
            for (int i = 0; i < indices.Count; i++)
                Array.Copy(Items, (o * Shape[axis] + indices[i]) * inner, items, (o * indices.Count + i) * inner, inner);
        return new(shape, items);
    }

    /// <summary>Arrays one behind the other along an axis; their other sizes are equal.</summary>
    public static NdArray<T> Concat(IReadOnlyList<NdArray<T>> parts, int axis)
    {
        int[] shape = [.. parts[0].Shape];
        long along = parts.Sum(p => (long)p.Shape[axis]);
        shape[axis] = (int)Math.Min(along, int.MaxValue);
        var items = new T[Count(shape)];
        int inner = 1, at = 0;
        foreach (int size in shape[(axis + 1)..]) inner *= size;
        int runs = Count(shape[..axis]);
        for (int o = 0; o < runs && items.Length > 0; o++)
            foreach (var part in parts)
            {
                int run = part.Shape[axis] * inner;
                Array.Copy(part.Items, o * run, items, at, run);
                at += run;
            }
        return new(shape, items);
    }

    /// <summary>An operation value by value, with sizes of 1 stretched as ONNX does.</summary>
    /// <returns>Null when the shapes don't match.</returns>
    public static NdArray<T>? Zip(NdArray<T> a, NdArray<T> b, Func<T, T, T> operation)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        int[] left = Widen(a.Shape), right = Widen(b.Shape);
        for (int i = 0; i < rank; i++)
            if (left[i] != right[i] && left[i] != 1 && right[i] != 1) return null;
        int[] shape = [.. left.Zip(right, (l, r) => l == 1 ? r : l)], leftStrides = Strides(left), rightStrides = Strides(right);
        var items = new T[Count(shape)];
        var index = new int[rank];
        for (int i = 0; i < items.Length; i++)
        {
            int x = 0, y = 0;
            for (int d = 0; d < rank; d++)
            {
                if (left[d] > 1) x += index[d] * leftStrides[d];
                if (right[d] > 1) y += index[d] * rightStrides[d];
            }
            items[i] = operation(a.Items[x], b.Items[y]);
            Next(index, shape);
        }
        return new(shape, items);

        int[] Widen(int[] s) => [.. Enumerable.Repeat(1, rank - s.Length), .. s];
    }

    private static int[] Strides(int[] shape)
    {
        var strides = new int[shape.Length];
        for (int i = shape.Length - 1, stride = 1; i >= 0; stride *= shape[i--]) strides[i] = stride;
        return strides;
    }

    private static void Next(int[] index, int[] shape)
    {
        for (int a = shape.Length - 1; a >= 0; a--)
        {
            if (++index[a] < shape[a]) return;
            index[a] = 0;
        }
    }
}
