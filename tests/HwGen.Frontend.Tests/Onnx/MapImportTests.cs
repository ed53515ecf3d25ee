using HwGen.Core.Network;

namespace HwGen.Frontend.Tests.Onnx;

/// <summary>Random convolutional networks, as exporters write them, against ONNX Runtime.</summary>
public sealed class MapImportTests
{
    private const int Batch = 3, Channels = 2, Rows = 9, Columns = 10, Classes = 4;

    private static readonly float[] Inputs = Sample.Values(9, Batch * Channels * Rows * Columns);

    /// <summary>Flatten takes the channels first, the product the positions: the columns of the matrix behind it must move.</summary>
    [Theory]
    [InlineData("MaxPool", 1, 1)]
    [InlineData("AveragePool", 1, 0)]
    [InlineData("MaxPool", 2, 1)]
    public void Read_ConvPoolDense_ComputesWhatOnnxRuntimeDoes(string pool, int stride, int padding)
    {
        var graph = Begin(out string x);
        string y = graph.Node("Conv", [x, graph.Random(1, 1, 5, Channels, 3, 2), graph.Random(2, 1, 5)], ("kernel_shape", (long[])[3, 2]),
            ("strides", (long[])[stride, stride]), ("pads", (long[])[padding, padding, padding, padding]), ("dilations", (long[])[1, 1]), ("group", 1));
        y = graph.Node("Relu", [y]);
        y = graph.Node(pool, [y], ("kernel_shape", (long[])[2, 2]), ("strides", (long[])[2, 2]));
        var shape = new PoolLayer(new ConvLayer(new(Rows, Columns, Channels), 5, 3, 2, stride, padding, 1).Output, PoolKind.Max, 2, 2).Output;
        y = graph.Node("Flatten", [y]);

        AssertEqual(graph, graph.Node("Gemm", [y, graph.Random(3, 0.3f, Classes, shape.Size), graph.Random(4, 1, Classes)], ("transB", 1)));
    }

    [Fact]
    public void Read_BatchNormBehindConvAndGemm_IsFolded()
    {
        var graph = Begin(out string x);
        string y = graph.Node("Conv", [x, graph.Random(1, 1, 5, Channels, 3, 3)], ("auto_pad", "SAME_UPPER"));
        y = graph.Node("Relu", [Norm(graph, y, 5, 20)]);
        y = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [graph.Node("MaxPool", [y], ("kernel_shape", (long[])[9, 9]), ("strides", (long[])[2, 2]))])]);
        y = graph.Node("Gemm", [y, graph.Random(3, 1, 5, 6), graph.Random(4, 1, 6)]);
        y = graph.Node("Relu", [Norm(graph, y, 6, 30)]);

        var network = AssertEqual(graph, graph.Node("Gemm", [y, graph.Random(5, 1, 6, Classes)]));

        Assert.All(network.Layers.OfType<ConvLayer>(), c => Assert.False(c.BatchNorm));
    }

    [Fact]
    public void Read_ConvBiasAsAddAndReluBehindMaxPool_ComputesWhatOnnxRuntimeDoes()
    {
        var graph = Begin(out string x, opset: 13);
        string y = graph.Node("Add", [graph.Node("Conv", [x, graph.Random(1, 1, 5, Channels, 3, 3)]), graph.Random(2, 1, 5, 1, 1)]);
        y = graph.Node("Mul", [y, graph.Random(3, 1, 1, 5, 1, 1)]);
        y = graph.Node("Relu", [graph.Node("MaxPool", [y], ("kernel_shape", (long[])[3, 3]), ("strides", (long[])[3, 3]))]);
        y = graph.Node("Reshape", [y, graph.Numbers(0, -1)]);

        AssertEqual(graph, graph.Node("Softmax", [graph.Node("MatMul", [y, graph.Random(4, 1, 5 * 2 * 2, Classes)])]), softmax: true);
    }

    /// <summary>Keras keeps channels last: a Transpose before the convolution, and one before it flattens.</summary>
    [Fact]
    public void Read_ChannelsLast_ComputesWhatOnnxRuntimeDoes()
    {
        var graph = new GraphBuilder();
        string y = graph.Node("Transpose", [graph.Input("x", "batch", Rows, Columns, Channels)], ("perm", (long[])[0, 3, 1, 2]));
        y = graph.Node("Conv", [y, graph.Random(1, 1, 5, Channels, 3, 3), graph.Random(2, 1, 5)]);
        y = graph.Node("Transpose", [y], ("perm", (long[])[0, 2, 3, 1]));
        y = graph.Node("Reshape", [y, graph.Numbers(-1, 7 * 8 * 5)]);
        byte[] model = graph.Model(graph.Node("MatMul", [y, graph.Random(3, 0.3f, 7 * 8 * 5, Classes)]));
        float[] inputs = Oracle.ChannelsLast(Inputs, Batch, Channels);

        Oracle.AssertEqual(Oracle.Run(model, Oracle.Tensor("x", inputs, Batch, Rows, Columns, Channels)),
            Oracle.Forward(Oracle.Import(model).Network, inputs, Batch, everyStep: false));
    }

    [Fact]
    public void Read_MeanOverRowsAndColumns_IsAPool()
    {
        var graph = Begin(out string x, opset: 18);
        string y = graph.Node("Conv", [x, graph.Random(1, 1, 5, Channels, 2, 3), graph.Random(2, 1, 5)]);       // 8 × 8
        y = graph.Node("ReduceMean", [y, graph.Numbers(2, 3)], ("keepdims", 0));

        var network = AssertEqual(graph, graph.Node("Gemm", [y, graph.Random(3, 1, 5, Classes)]));

        Assert.Equal(new PoolLayer(new(8, 8, 5), PoolKind.Average, 8, 8), network.Layers[1]);
    }

    private static GraphBuilder Begin(out string x, int opset = 17)
    {
        var graph = new GraphBuilder(opset);
        x = graph.Input("x", "batch", Channels, Rows, Columns);
        return graph;
    }

    private static string Norm(GraphBuilder graph, string x, int channels, int seed) => graph.Node("BatchNormalization",
        [x, graph.Random(seed, 1, channels), graph.Random(seed + 1, 1, channels), graph.Random(seed + 2, 1, channels),
            graph.Constant([.. Sample.Values(seed + 3, channels).Select(v => 1 + v / 2)], channels)], ("epsilon", 1e-3f));

    private static TrainedNetwork AssertEqual(GraphBuilder graph, string y, bool softmax = false)
    {
        byte[] model = graph.Model(y);
        var network = Oracle.Import(model).Network;
        float[] outputs = Oracle.Forward(network, Oracle.ChannelsLast(Inputs, Batch, Channels), Batch, everyStep: false);
        if (softmax) outputs = [.. outputs.Chunk(Classes).SelectMany(row => row.Select(v => (float)(Math.Exp(v) / row.Sum(w => Math.Exp(w)))))];
        Oracle.AssertEqual(Oracle.Run(model, Oracle.Tensor("x", Inputs, Batch, Channels, Rows, Columns)), outputs);
        return network;
    }
}
