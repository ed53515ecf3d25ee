using DataType = Onnx.TensorProto.Types.DataType;

namespace HwGen.Frontend.Onnx;

/// <summary>Operators that move values and change none: on constants, in shape computations, and on what flows through the network.</summary>
internal static class LayoutOperators
{
    private const string KeepLayout = "between layers only the layout may change";

    private const long Everything = int.MaxValue;       // exporters write any number from here on for "to the end"

    public static Value[] Shape(OnnxNode node)
    {
        Number[] all = node.Input(0) switch
        {
            Activation a => [.. a.Axes.Select(Number.Of)],
            Floats f => [.. f.Array.Shape.Select(s => (Number)s)],
            Integers i => [.. i.Array.Shape.Select(s => (Number)s)],
            var other => throw Unfit(other),
        };
        int start = Clamp(node.Int("start", 0), all.Length), end = Clamp(node.Int("end", all.Length), all.Length);
        all = start < end ? all[start..end] : [];
        return [new Integers(new([all.Length], all))];
    }

    public static Value[] Cast(OnnxNode node)
    {
        var to = (DataType)node.Int("to", 0);
        node.Ignore("saturate", "round_mode");
        bool isReal = to is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16;
        bool isWhole = to is DataType.Int64 or DataType.Int32 or DataType.Int16 or DataType.Int8 or DataType.Uint8 or DataType.Bool;
        return node.Input(0) switch
        {
            Floats or Filled or Stack when isReal => [node.Input(0)],
            Activation a when isReal || a.IsClosed => [a],
            Integers when isWhole && to != DataType.Bool => [node.Input(0)],
            Integers { Array: var i } when to == DataType.Bool => [new Integers(new(i.Shape, [.. i.Items.Select(n => Number.Apply(n, 0, (x, _) => x == 0 ? 0 : 1))]))],
            Integers { Array: var i } when isReal && i.Items.All(n => n.Value is not null) => [new Floats(new(i.Shape, [.. i.Items.Select(n => (float)n.Value!.Value)]))],
            Floats { Array: var f } when isWhole && to != DataType.Bool => [new Integers(new(f.Shape, [.. f.Items.Select(v => Math.Abs(v) < Everything ? (long)v : Number.Unknown)]))],
            Foreign or Hidden => [node.Input(0)],
            var other => throw new RefusalException($"{other.What} becomes {to}", "keep the network's values in floating point"),
        };
    }

    public static Value[] Transpose(OnnxNode node)
    {
        long[]? perm = node.Ints("perm");
        return node.Input(0) switch
        {
            Activation a => [a with { Axes = [.. Order(a.Rank).Select(i => a.Axes[i])] }],
            Floats f => [new Floats(f.Array.Transpose(Order(f.Array.Rank)))],
            Integers i => [new Integers(i.Array.Transpose(Order(i.Array.Rank)))],
            Filled or Foreign or Hidden => [node.Input(0)],
            var other => throw Unfit(other),
        };

        int[] Order(int rank)
        {
            int[] order = perm is null ? [.. Enumerable.Range(0, rank).Reverse()] : [.. perm.Select(p => OnnxNode.Axis(p, rank))];
            return order.Length == rank && order.Distinct().Count() == rank ? order : throw new RefusalException($"perm is {string.Join(", ", order)}", $"each of {rank} axes once");
        }
    }

    public static Value[] Unsqueeze(OnnxNode node)
    {
        long[] axes = node.NumbersOrInput("axes", 1) ?? throw new RefusalException("axes are missing", "export the model again");
        return node.Input(0) switch
        {
            Activation a => [a with { Axes = Insert(a.Axes, axes, []) }],
            Floats f => [new Floats(f.Array.Reshape([.. Insert(f.Array.Shape, axes, 1)]))],
            Integers i => [new Integers(i.Array.Reshape([.. Insert(i.Array.Shape, axes, 1)]))],
            Filled or Foreign or Hidden => [node.Input(0)],
            var other => throw Unfit(other),
        };
    }

    public static Value[] Squeeze(OnnxNode node)
    {
        long[]? axes = node.NumbersOrInput("axes", 1);
        return node.Input(0) switch
        {
            Activation a => [Without(a, Chosen(a.Rank, i => a.Axes[i].All(e => e.IsOne), mayBeOpen: i => Number.Of(a.Axes[i]).Value is null))],
            Floats f => [new Floats(f.Array.Reshape(Rest(f.Array.Shape)))],
            Integers i => [new Integers(i.Array.Reshape(Rest(i.Array.Shape)))],
            Filled or Foreign or Hidden => [node.Input(0)],
            var other => throw Unfit(other),
        };

        int[] Rest(int[] shape)
        {
            int[] gone = Chosen(shape.Length, i => shape[i] == 1, _ => false);
            return [.. shape.Where((_, i) => !gone.Contains(i))];
        }

        int[] Chosen(int rank, Func<int, bool> isOne, Func<int, bool> mayBeOpen)
        {
            if (axes is null) return [.. Enumerable.Range(0, rank).Where(isOne)];
            int[] chosen = [.. axes.Select(x => OnnxNode.Axis(x, rank)).Distinct()];
            return chosen.All(i => isOne(i) || mayBeOpen(i)) ? chosen : throw new RefusalException("an axis that goes has more than one value", "export the model again");
        }
    }

    public static Value[] Flatten(OnnxNode node)
    {
        long axis = node.Int("axis", 1);
        switch (node.Input(0))
        {
            case Activation a:
                int cut = axis == a.Rank ? a.Rank : OnnxNode.Axis(axis, a.Rank);
                return [a with { Axes = [[.. a.Axes.Take(cut).SelectMany(e => e)], [.. a.Axes.Skip(cut).SelectMany(e => e)]] }];
            case Floats { Array: var f }:
                int at = axis == f.Rank ? f.Rank : OnnxNode.Axis(axis, f.Rank);
                return [new Floats(f.Reshape([NdArray<float>.Count(f.Shape[..at]), NdArray<float>.Count(f.Shape[at..])]))];
            case Filled filled:
                return [filled];
            case var other:
                throw Unfit(other);
        }
    }

    public static Value[] Reshape(OnnxNode node)
    {
        bool allowsZero = node.Flag("allowzero");
        if (node.Input(0) is Filled or Foreign or Hidden) return [node.Input(0)];
        if (node.Input(1) is not Integers { Array: { Rank: 1 } target }) throw new RefusalException($"the shape is {node.Input(1).What}", "a constant, or what Shape gives");
        return node.Input(0) switch
        {
            Activation a => [Regrouping.Reshape(a, target.Items, allowsZero)],
            Floats f => [new Floats(f.Array.Reshape(Resolve(f.Array.Shape, f.Array.Items.Length, target.Items, allowsZero)))],
            Integers i => [new Integers(i.Array.Reshape(Resolve(i.Array.Shape, i.Array.Items.Length, target.Items, allowsZero)))],
            var other => throw Unfit(other),
        };
    }

    public static Value[] Concat(OnnxNode node)
    {
        Value[] parts = [.. Enumerable.Range(0, node.InputCount).Select(node.Input)];
        long axis = node.Int("axis", 0);
        if (parts.Length == 0) throw new RefusalException("it has no input", "export the model again");
        if (parts.Length == 1) return parts;
        if (parts.All(p => p is Integers))
            return [new Integers(Joined(parts.Cast<Integers>().Select(p => p.Array)))];
        if (parts.All(p => p is Floats))
            return [new Floats(Joined(parts.Cast<Floats>().Select(p => p.Array)))];
        if (parts.All(p => p is Filled) && parts.Distinct().Count() == 1) return [parts[0]];
        if (axis == 0 && parts.All(p => p is Activation { Steps: null, Axes: [[], ..], Features: not null }))
            return [new Stack([.. parts.Cast<Activation>()])];
        if (parts.Any(p => p is Hidden)) return [new Hidden("the states of several layers")];
        throw new RefusalException("it joins values of the network", "a network is a chain of layers; skip connections and branches are not supported");

        NdArray<T> Joined<T>(IEnumerable<NdArray<T>> arrays)
        {
            NdArray<T>[] all = [.. arrays];
            int along = OnnxNode.Axis(axis, all[0].Rank);
            if (all.Any(p => p.Rank != all[0].Rank || p.Shape.Where((s, i) => i != along && s != all[0].Shape[i]).Any()))
                throw new RefusalException("its inputs differ in shape", "export the model again");
            return NdArray<T>.Concat(all, along);
        }
    }

    public static Value[] Gather(OnnxNode node)
    {
        long axis = node.Int("axis", 0);
        var data = node.Input(0);
        if (data is Filled or Foreign or Hidden) return [data];
        long[] indices = node.Numbers(1, "the index");
        int[] shape = ((Integers)node.Input(1)).Array.Shape;
        switch (data)
        {
            case Floats f:
                return [new Floats(Pick(f.Array))];
            case Integers i:
                return [new Integers(Pick(i.Array))];
            case Stack stack when axis == 0 && indices is [var layer] && shape.Length <= 1:
                var part = stack.Parts[OnnxNode.Axis(layer, stack.Parts.Count)];
                return [shape.Length == 0 ? Without(part, [0]) : part];
            case Activation a when indices is [var index] && shape.Length <= 1:
                int at = OnnxNode.Axis(axis, a.Rank);
                if (Number.Of(a.Axes[at]).Value is { } size && (index < -size || index >= size)) throw OutOfRange(index, size);
                bool isOnly = a.Axes[at].All(e => e.IsOne);
                var picked = isOnly ? a : index == -1 || index >= 0 && index == Number.Of(a.Axes[at]).Value - 1 ? Last(a, at) : throw Part(a);
                return [shape.Length == 0 ? Without(picked, [at]) : picked];
            case Activation a:
                throw Part(a);
            case var other:
                throw Unfit(other);
        }

        NdArray<T> Pick<T>(NdArray<T> array)
        {
            int at = OnnxNode.Axis(axis, array.Rank);
            int size = array.Shape[at];
            int[] from = [.. indices.Select(i => i >= -size && i < size ? (int)(i < 0 ? i + size : i) : throw OutOfRange(i, size))];
            var taken = array.Take(at, from);
            return taken.Reshape([.. array.Shape[..at], .. shape, .. array.Shape[(at + 1)..]]);
        }
    }

    public static Value[] Slice(OnnxNode node)
    {
        var data = node.Input(0);
        if (data is Filled or Foreign or Hidden) return [data];
        long[] starts = node.Numbers(1, "starts"), ends = node.Numbers(2, "ends");
        long[] axes = node.Optional(3) is null ? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)] : node.Numbers(3, "axes");
        long[] steps = node.Optional(4) is null ? [.. starts.Select(_ => 1L)] : node.Numbers(4, "steps");
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length || steps.Contains(0))
            throw new RefusalException("starts, ends, axes and steps don't match", "export the model again");
        switch (data)
        {
            case Floats f:
                return [new Floats(Cut(f.Array))];
            case Integers i:
                return [new Integers(Cut(i.Array))];
            case Stack stack when starts.Length == 1 && axes[0] == 0 && Indices(stack.Parts.Count, 0) is [var layer]:
                return [stack.Parts[layer]];
            case Activation a:
                for (int s = 0; s < starts.Length; s++)
                {
                    int axis = OnnxNode.Axis(axes[s], a.Rank);
                    long? size = Number.Of(a.Axes[axis]).Value;
                    bool toEnd = ends[s] >= Everything || ends[s] >= size;
                    if (steps[s] == 1 && toEnd && (starts[s] == 0 || starts[s] <= -size || starts[s] == -1 && size == 1)) continue;
                    a = steps[s] == 1 && toEnd && (starts[s] == -1 || starts[s] >= 0 && starts[s] == size - 1) ? Last(a, axis) : throw Part(a);
                }
                return [a];
            case var other:
                throw Unfit(other);
        }

        NdArray<T> Cut<T>(NdArray<T> array)
        {
            for (int s = 0; s < starts.Length; s++)
            {
                int axis = OnnxNode.Axis(axes[s], array.Rank);
                array = array.Take(axis, Indices(array.Shape[axis], s));
            }
            return array;
        }

        int[] Indices(int size, int s)
        {
            bool isForward = steps[s] > 0;
            long low = isForward ? 0 : -1, high = isForward ? size : size - 1;
            long start = Math.Clamp(starts[s] < 0 ? starts[s] + size : starts[s], Math.Min(low + (isForward ? 0 : 1), high), high);
            long end = Math.Clamp(ends[s] < 0 ? ends[s] + size : ends[s], low, isForward ? high : high + 1);
            var indices = new List<int>();
            // Steps may be as large as a long: one too far ends the run before anything overflows.
            for (long i = start; (isForward ? i < end : i > end) && i >= 0 && i < size; i = unchecked(i + Math.Clamp(steps[s], -Everything, Everything))) indices.Add((int)i);
            return [.. indices];
        }
    }

    public static Value[] Expand(OnnxNode node)
    {
        var data = node.Input(0);
        if (data is Filled or Foreign or Hidden) return [data];
        var shape = node.Input(1) as Integers ?? throw new RefusalException($"the shape is {node.Input(1).What}", "a constant, or what Shape gives");
        if (data is Floats { Array: var f })
        {
            if (Known(shape) is { } known) return [new Floats(NdArray<float>.Zip(f, Fill(known, 0), (x, _) => x) ?? throw new RefusalException("its inputs differ in shape", "export the model again"))];
            return f.Items.Length > 0 && f.Items.All(v => v == f.Items[0]) ? [new Filled(f.Items[0])] : throw Unfit(data);
        }
        if (data is Activation a && shape.Array.Items.Length <= a.Rank && shape.Array.Items.All(n => n.Value == 1)) return [a];
        throw data is Integers ? Unfit(data) : new RefusalException("it repeats values of the network", KeepLayout);
    }

    public static Value[] ConstantOfShape(OnnxNode node, TensorReader tensors)
    {
        var value = node.Tensor("value") is { } tensor ? tensors.Read(tensor) : new Floats(new([1], [0f]));
        var shape = node.Input(0) as Integers ?? throw new RefusalException($"the shape is {node.Input(0).What}", "a constant, or what Shape gives");
        return (value, Known(shape)) switch
        {
            (Floats { Array.Items: [var item] }, { } known) => [new Floats(Fill(known, item))],
            (Floats { Array.Items: [var item] }, null) => [new Filled(item)],
            (Integers { Array.Items: [var number] }, { } known) => [new Integers(new(known, [.. Enumerable.Repeat(number, NdArray<Number>.Count(known))]))],
            _ => throw new RefusalException($"it is filled with {value.What}", "one number is supported"),
        };
    }

    public static Value[] Constant(OnnxNode node, TensorReader tensors)
    {
        if (node.Tensor("value") is { } tensor) return [tensors.Read(tensor)];
        if (node.FloatList("value_floats") is { } floats) return [new Floats(new([floats.Length], floats))];
        if (node.Ints("value_ints") is { } ints) return [new Integers(new([ints.Length], [.. ints.Select(i => (Number)i)]))];
        float real = node.Float("value_float", float.NaN);
        if (!float.IsNaN(real)) return [new Floats(new([], [real]))];
        long whole = node.Int("value_int", long.MinValue);
        return whole != long.MinValue ? [new Integers(new([], [whole]))] : throw new RefusalException("it is neither a tensor nor a number", "use numbers");
    }

    /// <summary>PyTorch writes one without any padding before an average.</summary>
    public static Value[] Pad(OnnxNode node)
    {
        node.Ignore("mode");
        return node.Numbers(1, "pads").All(p => p == 0) ? [node.Input(0)] : throw new RefusalException("it pads a map", "use the padding of the Conv that follows");
    }

    public static Value[] Dropout(OnnxNode node)
    {
        node.Ignore("seed", "ratio");
        if (node.Optional(2) is Integers { Array.Items: [{ Value: not 0 }] } or not (null or Integers))
            throw new RefusalException("training_mode is on", "export in evaluation mode");
        return [node.Input(0), new Hidden("a Dropout's mask")];
    }

    /// <summary>Sizes that are all known; null otherwise.</summary>
    private static int[]? Known(Integers shape) => shape.Array.Items.All(n => n.Value is >= 0 and <= int.MaxValue)
        ? [.. shape.Array.Items.Select(n => (int)n.Value!.Value)] : null;

    private static NdArray<float> Fill(int[] shape, float item)
    {
        var items = new float[NdArray<float>.Count(shape)];
        Array.Fill(items, item);
        return new(shape, items);
    }

    private static int[] Resolve(int[] shape, int count, Number[] target, bool allowsZero)
    {
        var result = new long[target.Length];
        int open = -1;
        long product = 1;
        for (int i = 0; i < target.Length; i++)
        {
            long size = target[i].Value ?? throw new RefusalException("its shape is unknown", "a constant is needed");
            if (size == 0 && !allowsZero) size = i < shape.Length ? shape[i] : -2;
            if (size == -1 && open < 0) open = i;
            else if (size is < 0 or > int.MaxValue || (product *= size) > int.MaxValue) throw Mismatch();
            result[i] = size;
        }
        if (open >= 0) result[open] = product == 0 ? throw Mismatch() : count / product;
        return result.Aggregate(1L, (p, s) => Math.Min(p * s, int.MaxValue)) == count ? [.. result.Select(s => (int)s)] : throw Mismatch();

        RefusalException Mismatch() => new($"a constant of {count} values does not fit ({string.Join(", ", target)})", "export the model again");
    }

    private static List<T> Insert<T>(IReadOnlyList<T> shape, long[] axes, T item)
    {
        int rank = shape.Count + axes.Length;
        int[] places = [.. axes.Select(a => OnnxNode.Axis(a, rank)).Order()];
        if (places.Distinct().Count() != places.Length) throw new RefusalException("an axis comes twice", "export the model again");
        var result = shape.ToList();
        foreach (int place in places) result.Insert(place, item);
        return result;
    }

    /// <summary>Axes of one value go.</summary>
    private static Activation Without(Activation a, int[] axes)
    {
        Extent[] gone = [.. axes.SelectMany(i => a.Axes[i])];
        IReadOnlyList<Extent> In(IReadOnlyList<Extent> list) => [.. list.Where(e => !gone.Contains(e))];
        return a with
        {
            Axes = [.. a.Axes.Where((_, i) => !axes.Contains(i))],
            Batch = In(a.Batch),
            Steps = a.Steps is null ? null : In(a.Steps),
            Features = a.Features is null ? null : In(a.Features),
        };
    }

    /// <summary>The last step; its axis stays, with one value.</summary>
    private static Activation Last(Activation a, int axis)
    {
        if (a.Features is null || a.Steps is null || !FeatureOrder.AreEqual(a.Axes[axis], a.Steps)) throw Part(a);
        if (a.HasLengths) throw new RefusalException("the last step of the tensor isn't the last one of shorter sequences", "take Y_h, which is");
        return a with { Axes = [.. a.Axes.Select((e, i) => i == axis ? [] : e)], Steps = null };
    }

    private static int Clamp(long index, int rank) => (int)Math.Clamp(index < 0 ? index + rank : index, 0, rank);

    private static RefusalException Part(Activation a) => a.Features is null
        ? new("it takes a part of the input", "prepare the data before")
        : new("it takes a part of a layer's output", "of a recurrent layer all steps or the last step can be taken");

    private static RefusalException OutOfRange(long index, long size) => new($"index {index} of {size}", "export the model again");

    private static RefusalException Unfit(Value value) => new($"it reads {value.What}", KeepLayout);
}
