using HwGen.Core.Network;

namespace HwGen.Frontend.Onnx;

/// <summary>LSTM and GRU.</summary>
internal static class RecurrentOperators
{
    public static Value[] Lstm(OnnxNode node, Chain chain)
    {
        if (node.Flag("input_forget")) node.Refuse("input_forget is 1", "the input gate has weights of its own: 0");
        var (input, isBatchFirst) = Begin(node, chain, ["Sigmoid", "Tanh", "Tanh"]);
        var (w, r, cells) = Gates(node, input, LstmLayer.Gates);
        float[]? b = Vector(node, 3, "B", 2 * LstmLayer.Gates * cells), p = Vector(node, 7, "P", LstmLayer.PeepholeGates * cells);
        var layer = new LstmLayer(input.Size, cells, 0, p is not null, 1, 1, 1);
        var bias = new float[LstmLayer.Gates * cells];
        for (int i = 0; b is not null && i < bias.Length; i++) bias[i] = b[i] + b[bias.Length + i];
        int version = chain.Add(layer, new LstmWeights(w, r, Split(bias, cells), p is null ? [] : Split(p, cells), null));
        return [.. Outputs(input, cells, isBatchFirst, version), new Hidden("an LSTM's cell state")];
    }

    public static Value[] Gru(OnnxNode node, Chain chain)
    {
        bool linearBeforeReset = node.Flag("linear_before_reset");
        var (input, isBatchFirst) = Begin(node, chain, ["Sigmoid", "Tanh"]);
        var (w, r, hidden) = Gates(node, input, GruLayer.Gates);
        int gates = GruLayer.Gates * hidden;
        float[] b = Vector(node, 3, "B", 2 * gates) ?? new float[2 * gates];
        int version = chain.Add(new GruLayer(input.Size, hidden, 1, 1, linearBeforeReset), new GruWeights(w, r, Split(b[..gates], hidden), Split(b[gates..], hidden)));
        return Outputs(input, hidden, isBatchFirst, version);
    }

    /// <summary>What both have, and the input.</summary>
    private static (Input Input, bool IsBatchFirst) Begin(OnnxNode node, Chain chain, string[] functions)
    {
        if (node.Text("direction") is { } direction and not "forward")
            node.Refuse($"direction is {direction}", "hardware sees a step when it comes: train a network of direction forward");
        if (node.Texts("activations") is { } chosen && !chosen.SequenceEqual(functions, StringComparer.OrdinalIgnoreCase))
            node.Refuse($"activations are {string.Join(", ", chosen)}", $"{string.Join(", ", functions)} are supported");
        if (node.FloatList("activation_alpha") is { Length: > 0 } || node.FloatList("activation_beta") is { Length: > 0 })
            node.Refuse("activations have parameters", $"{string.Join(", ", functions)} have none: leave activation_alpha and activation_beta out");
        if (node.Float("clip", 0) != 0) node.Refuse("gates are clipped", "leave clip out");
        if (node.Opset < 14 && node.Flag("layout")) node.Refuse("layout is an attribute from opset 14 on", "export with opset 14 or later");
        bool isBatchFirst = node.Flag("layout");
        RequireZero(node, 5, "initial_h");
        RequireZero(node, 6, "initial_c");
        return (Read(node, chain, isBatchFirst), isBatchFirst);
    }

    private static Input Read(OnnxNode node, Chain chain, bool isBatchFirst)
    {
        var x = chain.Signal(node, 0);
        if (x.Rank != 3) throw new RefusalException($"X has {x.Rank} dimensions", "steps, batch, features are three");
        IReadOnlyList<Extent> steps = x.Axes[isBatchFirst ? 1 : 0], batch = x.Axes[isBatchFirst ? 0 : 1];
        if (x.Features is not null)
        {
            if (x.Map is not null || chain.Layers.Any(l => l is ConvLayer or PoolLayer))
                throw new RefusalException("it reads a map", "recurrent layers read sequences, and are not mixed with convolutions");
            if (x.Steps is null) throw new RefusalException("it reads one step of a sequence", "let every layer but the dense ones give all steps");
            if (!FeatureOrder.AreEqual(steps, x.Steps) || !FeatureOrder.AreEqual(batch, x.Batch))
                throw new RefusalException("it doesn't run over the steps that the layer below gave", "keep the order of steps and batch (batch_first) in all layers");
        }
        else if (steps.Intersect(batch).Any()) throw new RefusalException("steps and batch are not apart", "keep them on axes of their own");
        var features = x.Features ?? x.Axes[2];
        int[] order = FeatureOrder.Find(x.Axes[2], features)
            ?? throw new RefusalException("the last axis of X isn't the features of a step", "keep steps, batch and features on axes of their own");
        return new(x, steps, batch, order, FeatureOrder.Size(x.Axes[2], "features of a step"), Lengths(node, steps) || x.HasLengths);
    }

    /// <summary>Whether sequences may be shorter than the tensor.</summary>
    private static bool Lengths(OnnxNode node, IReadOnlyList<Extent> steps) => node.Optional(4) switch
    {
        null => false,
        Foreign => true,
        Integers { Array.Items: var items } when Number.Of(steps).Value is { } all && items.All(n => n.Value == all) => false,
        Filled { Item: var item } when Number.Of(steps).Value is { } all && item == all => false,
        var other => throw new RefusalException($"sequence_lens is {other.What}", "make the lengths an input of the model; with the data their lengths come"),
    };

    private static (BlockCirculantMatrix[] W, BlockCirculantMatrix[] R, int Hidden) Gates(OnnxNode node, Input input, int gates)
    {
        NdArray<float> w = node.Weights(1, "W"), r = node.Weights(2, "R");
        if (r.Shape is not [1, _, var hidden] || hidden < 1 || r.Shape[1] != (long)gates * hidden)
            throw new RefusalException($"R has the shape ({string.Join(", ", r.Shape)})", $"(1, {gates} · hidden, hidden) is needed");
        if (w.Shape is not [1, var rows, var columns] || rows != r.Shape[1] || columns != input.Size)
            throw new RefusalException($"W has the shape ({string.Join(", ", w.Shape)})", $"(1, {r.Shape[1]}, {input.Size}) is needed");
        if (node.Int("hidden_size", hidden) != hidden) throw new RefusalException($"hidden_size is {node.Int("hidden_size", 0)}, but R has {hidden} columns", "export the model again");
        return (
            [.. Enumerable.Range(0, gates).Select(g => new BlockCirculantMatrix(hidden, columns, 1,
                FeatureOrder.Columns(w.Items.AsSpan(g * hidden * columns, hidden * columns), input.Order)))],
            [.. Enumerable.Range(0, gates).Select(g => new BlockCirculantMatrix(hidden, hidden, 1, r.Items[(g * hidden * hidden)..((g + 1) * hidden * hidden)]))],
            hidden);
    }

    private static float[]? Vector(OnnxNode node, int input, string name, int length)
    {
        if (node.Optional(input) is null) return null;
        var array = node.Weights(input, name);
        return array.Shape is [1, var n] && n == length ? array.Items
            : throw new RefusalException($"{name} has the shape ({string.Join(", ", array.Shape)})", $"(1, {length}) is needed");
    }

    private static void RequireZero(OnnxNode node, int input, string name)
    {
        bool isZero = node.Optional(input) switch
        {
            null or Filled { Item: 0 } => true,
            Floats { Array.Items: var items } => items.All(v => v == 0),
            _ => false,
        };
        if (!isZero) node.Refuse($"{name} is {node.Input(input).What}", "sequences start from a state of zeros: leave it out");
    }

    private static float[][] Split(float[] values, int size) => [.. values.Chunk(size)];

    private static Activation[] Outputs(Input input, int hidden, bool isBatchFirst, int version)
    {
        var h = new Extent("features", hidden);
        var all = new Activation(isBatchFirst ? [input.Batch, input.Steps, [], [h]] : [input.Steps, [], input.Batch, [h]], version)
        {
            Batch = input.Batch,
            Steps = input.Steps,
            Features = [h],
            HasLengths = input.HasLengths,
        };
        return [all, all with { Axes = isBatchFirst ? [input.Batch, [], [h]] : [[], input.Batch, [h]], Steps = null, HasLengths = false }];
    }

    /// <param name="Order">Where in X's last axis each feature stands.</param>
    /// <param name="Size">Features of a step.</param>
    private sealed record Input(Activation X, IReadOnlyList<Extent> Steps, IReadOnlyList<Extent> Batch, int[] Order, int Size, bool HasLengths);
}
