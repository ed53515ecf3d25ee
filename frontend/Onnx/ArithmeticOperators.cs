namespace HwGen.Frontend.Onnx;

/// <summary>Operators that work value by value: on constants, in shape computations, and with constants on a layer's output.</summary>
internal static class ArithmeticOperators
{
    public static Value[] Binary(OnnxNode node, Chain chain)
    {
        Value a = node.Input(0), b = node.Input(1);
        return (a, b) switch
        {
            (Floats x, Floats y) => [new Floats(Matched(NdArray<float>.Zip(x.Array, y.Array, (p, q) => node.Operator switch { "Add" => p + q, "Sub" => p - q, "Mul" => p * q, _ => p / q })))],
            (Integers x, Integers y) => [new Integers(Matched(NdArray<Number>.Zip(x.Array, y.Array, (p, q) => Whole(node.Operator, p, q))))],
            (Activation or Stack, Activation or Stack) => throw new RefusalException("it joins two values of the network", "a network is a chain of layers; skip connections are not supported"),
            (Activation, _) => [WithConstant(node, chain, 0, 1)],
            (_, Activation) when node.Operator is "Add" or "Mul" => [WithConstant(node, chain, 1, 0)],
            _ => throw new RefusalException($"it reads {a.What} and {b.What}", "a constant on a layer's output is supported"),
        };
    }

    public static Value[] Equal(OnnxNode node)
    {
        if (node.Input(0) is not Integers { Array: var a } || node.Input(1) is not Integers { Array: var b })
            throw new RefusalException("it compares other things than shapes", "leave it out");
        return [new Integers(Matched(NdArray<Number>.Zip(a, b, (x, y) => x.Value is { } p && y.Value is { } q ? p == q ? 1 : 0
            // A size that only the data tell is never negative.
            : (x.Value ?? y.Value) is < 0 ? 0 : Number.Unknown)))];
    }

    public static Value[] Where(OnnxNode node)
    {
        if (node.Input(0) is not Integers { Array: var c } || node.Input(1) is not Integers { Array: var x } || node.Input(2) is not Integers { Array: var y })
            throw new RefusalException("it chooses between other things than shapes", "leave it out");
        if (!c.Shape.SequenceEqual(x.Shape) || !c.Shape.SequenceEqual(y.Shape)) throw new RefusalException("its inputs differ in shape", "export the model again");
        return [new Integers(new(c.Shape, [.. c.Items.Select((choice, i) => choice.Value is { } known ? known != 0 ? x.Items[i] : y.Items[i] : Number.Unknown)]))];
    }

    public static Value[] Relu(OnnxNode node, Chain chain) => [chain.Signal(node, 0) with { Version = chain.Rectify() }];

    /// <summary>With the bounds 0 and none it is a Relu.</summary>
    public static Value[] Clip(OnnxNode node, Chain chain)
    {
        bool isRelu = node.Optional(1) is Floats { Array.Items: [0] } && node.Optional(2) is null or Floats { Array.Items: [float.PositiveInfinity or float.MaxValue] };
        return isRelu ? Relu(node, chain) : throw new RefusalException("it bounds values", "only a Relu is supported: a lower bound of 0 and no upper one");
    }

    /// <summary>Softmax and LogSoftmax keep the order of the outputs, which is all that counts behind the last layer.</summary>
    public static Value[] Softmax(OnnxNode node, Chain chain)
    {
        var x = chain.Signal(node, 0);
        int axis = OnnxNode.Axis(node.Int("axis", node.Opset < 13 ? 1 : -1), x.Rank);
        RequireClasses(x, node.Opset < 13 ? x.Axes.Skip(axis) : [x.Axes[axis]]);
        return [x with { IsClosed = true }];
    }

    public static Value[] ArgMax(OnnxNode node, Chain chain)
    {
        // Behind a Softmax, too.
        var x = node.Input(0) is Activation { IsClosed: true } closed ? closed : chain.Signal(node, 0);
        int axis = OnnxNode.Axis(node.Int("axis", 0), x.Rank);
        bool keeps = node.Flag("keepdims", ifMissing: true);
        node.Ignore("select_last_index");
        RequireClasses(x, [x.Axes[axis]]);
        IReadOnlyList<Extent> one = [];
        return [x with { IsClosed = true, Axes = [.. x.Axes.Take(axis), .. keeps ? [one] : (IReadOnlyList<Extent>[])[], .. x.Axes.Skip(axis + 1)] }];
    }

    private static void RequireClasses(Activation x, IEnumerable<IReadOnlyList<Extent>> axes)
    {
        if (x.Features is null || !FeatureOrder.AreEqual(axes.SelectMany(a => a), x.Features))
            throw new RefusalException("it doesn't run over the classes", "take it over the last layer's outputs");
    }

    private static Activation WithConstant(OnnxNode node, Chain chain, int signal, int constant)
    {
        var x = chain.Signal(node, signal);
        var c = node.Weights(constant, "the constant");
        if (c.Rank > x.Rank)
            throw new RefusalException($"a constant of shape ({string.Join(", ", c.Shape)})", $"at most {x.Rank} dimensions");
        int[] spread = [.. Enumerable.Range(0, c.Rank).Where(i => c.Shape[i] != 1)];
        if (spread.Length > 1) throw new RefusalException($"a constant of shape ({string.Join(", ", c.Shape)})", "one value, or one a channel, is supported");
        if (spread is [var at])
        {
            int axis = x.Rank - c.Rank + at, channels = MapOperators.Channels(x, axis);
            if (channels != c.Items.Length) throw new RefusalException($"a constant of {c.Items.Length} values for {channels} channels", "export the model again");
        }
        double Item(int i) => c.Items[spread.Length == 0 ? 0 : i];
        if (node.Operator == "Div" && c.Items.Contains(0)) throw new RefusalException("a division by 0", "export the model again");
        return x with
        {
            Version = node.Operator switch
            {
                "Add" => chain.Scale(_ => 1, Item),
                "Sub" => chain.Scale(_ => 1, i => -Item(i)),
                "Mul" => chain.Scale(Item, _ => 0),
                _ => chain.Scale(i => 1 / Item(i), _ => 0),
            },
        };
    }

    private static Number Whole(string operation, Number a, Number b) => operation switch
    {
        "Mul" => Number.Multiply(a, b),
        "Add" => Number.Apply(a, b, (x, y) => unchecked(x + y)),
        "Sub" => Number.Apply(a, b, (x, y) => unchecked(x - y)),
        // The smallest number divided by -1 does not fit.
        _ => Number.Apply(a, b, (x, y) => y is 0 or -1 ? null : x / y),
    };

    private static NdArray<T> Matched<T>(NdArray<T>? result) => result ?? throw new RefusalException("its inputs differ in shape", "export the model again");
}
