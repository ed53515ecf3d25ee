using HwGen.Core.Network;

namespace HwGen.Frontend.Onnx;

/// <summary>Gemm and MatMul.</summary>
internal static class DenseOperators
{
    public static Value[] Gemm(OnnxNode node, Chain chain)
    {
        float alpha = node.Float("alpha", 1), beta = node.Float("beta", 1);
        bool isTransposed = node.Flag("transB");
        if (node.Flag("transA")) throw new RefusalException("transA is 1", "one row a sequence: transA 0");
        var x = Signal(node, chain);
        if (x.Rank != 2) throw new RefusalException($"A has {x.Rank} dimensions", "a matrix, one row a sequence: put a Flatten before it");
        var weight = Matrix(node);
        if (!isTransposed) weight = weight.Transpose([1, 0]);
        float[] scaled = alpha == 1 ? weight.Items : [.. weight.Items.Select(v => v * alpha)];
        var result = Add(node, chain, x, new(weight.Shape, scaled));
        if (node.Optional(2) is null || beta == 0) return [result];
        var c = node.Weights(2, "C");
        int outputs = weight.Shape[0];
        bool isRow = c.Items.Length == outputs && c.Shape[^1] == outputs;
        if (!isRow && c.Items.Length != 1)
            throw new RefusalException($"C has the shape ({string.Join(", ", c.Shape)})", $"a bias, one value for each of {outputs} outputs");
        return [result with { Version = chain.Scale(_ => 1, i => beta * c.Items[isRow ? i : 0]) }];
    }

    public static Value[] MatMul(OnnxNode node, Chain chain)
    {
        var x = Signal(node, chain);
        return [Add(node, chain, x, Matrix(node).Transpose([1, 0]))];
    }

    private static Activation Signal(OnnxNode node, Chain chain) => node.Input(0) is Floats && node.Input(1) is Activation
        ? throw new RefusalException("its weights are on the left", "multiply x by W from the right, as Linear and Dense do")
        : chain.Signal(node, 0);

    private static NdArray<float> Matrix(OnnxNode node)
    {
        var array = node.Weights(1, "B");
        return array.Rank == 2 && array.Items.Length > 0 ? array
            : throw new RefusalException($"B has the shape ({string.Join(", ", array.Shape)})", "a matrix is needed");
    }

    /// <param name="weight">Outputs × inputs.</param>
    private static Activation Add(OnnxNode node, Chain chain, Activation x, NdArray<float> weight)
    {
        if (x.Features is null) throw new RefusalException("it is the first layer", "a network begins with an LSTM, a GRU or a Conv");
        if (x.Rank < 1 || FeatureOrder.Find(x.Axes[^1], x.Features) is not { } order)
            throw new RefusalException("the last axis of its input isn't all outputs of the layer below", "keep batch and steps apart from the features, as Flatten and Linear do");
        var (outputs, inputs) = (weight.Shape[0], weight.Shape[1]);
        if (inputs != order.Length) throw new RefusalException($"B takes {inputs} values, its input has {order.Length}", "export the model again");
        int version = chain.Add(new DenseLayer(inputs, outputs, 1), new DenseWeights(new(outputs, inputs, 1, FeatureOrder.Columns(weight.Items, order)), new float[outputs]));
        var y = new Extent("features", outputs);
        return x with { Axes = [.. x.Axes.SkipLast(1), [y]], Version = version, Features = [y], Map = null };
    }
}
