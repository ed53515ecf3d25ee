namespace HwGen.Frontend.Tests.Onnx;

/// <summary>Random recurrent networks, as exporters write them, against ONNX Runtime.</summary>
public sealed class RecurrentImportTests
{
    private const int Batch = 3, Steps = 5, Features = 6, Hidden = 7, Classes = 4;

    [Theory]
    [InlineData("LSTM", 11, false, false)]
    [InlineData("LSTM", 17, true, false)]
    [InlineData("LSTM", 22, true, true)]
    [InlineData("GRU", 11, false, false)]
    [InlineData("GRU", 17, true, false)]
    [InlineData("GRU", 22, true, true)]
    public void Read_TwoLayers_ComputesWhatOnnxRuntimeDoes(string type, int opset, bool isBatchFirst, bool everyStep)
    {
        var graph = new GraphBuilder(opset);
        string x = isBatchFirst ? graph.Input("x", "batch", "steps", Features) : graph.Input("x", "steps", "batch", Features);
        string y = isBatchFirst ? graph.Node("Transpose", [x], ("perm", (long[])[1, 0, 2])) : x;
        y = Squeeze(graph, opset, Recurrent(graph, 1, type, y, Features), 1);
        y = Squeeze(graph, opset, Recurrent(graph, 2, type, y, Hidden), 1);
        if (isBatchFirst) y = graph.Node("Transpose", [y], ("perm", (long[])[1, 0, 2]));
        if (everyStep) y = graph.Node("Add", [graph.Node("MatMul", [y, graph.Random(3, 1, Hidden, Classes)]), graph.Random(4, 1, Classes)]);
        else
        {
            y = graph.Node("Gather", [y, graph.Scalar(-1)], ("axis", isBatchFirst ? 1 : 0));
            y = graph.Node("Gemm", [y, graph.Random(3, 1, Classes, Hidden), graph.Random(4, 1, Classes)], ("transB", 1), ("alpha", 0.5f), ("beta", 2f));
        }
        byte[] model = graph.Model(y);
        float[] inputs = Sample.Values(9, Batch * Steps * Features);

        var imported = Oracle.Import(model);

        Assert.Equal(everyStep, imported.EveryStep);
        var expected = isBatchFirst ? Oracle.Run(model, Oracle.Tensor("x", inputs, Batch, Steps, Features))
            : Oracle.Run(model, Oracle.Tensor("x", Oracle.Swap(inputs, Batch, Steps), Steps, Batch, Features));
        Oracle.AssertEqual(expected, Oracle.Forward(imported.Network, inputs, Batch, everyStep));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Read_GruOfBothConventions_ComputesWhatOnnxRuntimeDoes(int linearBeforeReset)
    {
        var graph = new GraphBuilder();
        string[] y = graph.Nodes("GRU", [graph.Input("x", "steps", "batch", Features), graph.Random(1, 0.7f, 1, 3 * Hidden, Features), graph.Random(2, 0.7f, 1, 3 * Hidden, Hidden),
            graph.Random(3, 0.7f, 1, 6 * Hidden)], 2, ("hidden_size", Hidden), ("linear_before_reset", linearBeforeReset));

        AssertHead(graph, graph.Node("Squeeze", [y[1], graph.Numbers(0)]));
    }

    [Fact]
    public void Read_LstmWithPeepholes_ComputesWhatOnnxRuntimeDoes()
    {
        var graph = new GraphBuilder();
        string zero = graph.Constant(new float[Batch * Hidden], 1, Batch, Hidden);
        string[] y = graph.Nodes("LSTM", [graph.Input("x", "steps", Batch, Features), graph.Random(1, 0.7f, 1, 4 * Hidden, Features), graph.Random(2, 0.7f, 1, 4 * Hidden, Hidden),
            graph.Random(3, 0.7f, 1, 8 * Hidden), "", zero, zero, graph.Random(4, 0.7f, 1, 3 * Hidden)], 2, ("hidden_size", Hidden));

        AssertHead(graph, graph.Node("Squeeze", [y[1], graph.Numbers(0)]));
    }

    [Theory]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    public void Read_SequenceLengths_ComputesWhatOnnxRuntimeDoes(string type)
    {
        var graph = new GraphBuilder();
        string lengths = graph.Input("lengths", global::Onnx.TensorProto.Types.DataType.Int32, "batch");
        int gates = type == "LSTM" ? 4 : 3;
        string[] y = graph.Nodes(type, [graph.Input("x", "steps", "batch", Features), graph.Random(1, 0.7f, 1, gates * Hidden, Features),
            graph.Random(2, 0.7f, 1, gates * Hidden, Hidden), graph.Random(3, 0.7f, 1, 2 * gates * Hidden), lengths], 2, ("hidden_size", Hidden));
        string last = graph.Node("Gemm", [graph.Node("Squeeze", [y[1], graph.Numbers(0)]), graph.Random(4, 1, Hidden, Classes)]);
        byte[] model = graph.Model(last);
        float[] inputs = Sample.Values(9, Batch * Steps * Features);
        int[] each = [5, 2, 4];

        var imported = Oracle.Import(model);

        var expected = Oracle.Run(model, Oracle.Tensor("x", Oracle.Swap(inputs, Batch, Steps), Steps, Batch, Features), Oracle.Tensor("lengths", each, Batch));
        Oracle.AssertEqual(expected, Oracle.Forward(imported.Network, inputs, Batch, everyStep: false, each));
    }

    /// <summary>Keras gives every layer batch-first, and a dense layer over steps flattens them away and back.</summary>
    [Fact]
    public void Read_KerasShape_ComputesWhatOnnxRuntimeDoes()
    {
        var graph = new GraphBuilder(13);
        string y = graph.Node("Transpose", [graph.Input("x", "batch", Steps, Features)], ("perm", (long[])[1, 0, 2]));
        y = graph.Node("Squeeze", [Recurrent(graph, 1, "LSTM", y, Features), graph.Numbers(1)]);
        y = graph.Node("Transpose", [y], ("perm", (long[])[1, 0, 2]));
        string flat = graph.Node("Reshape", [y, graph.Numbers(-1, Hidden)]);
        flat = graph.Node("Relu", [graph.Node("Add", [graph.Node("MatMul", [flat, graph.Random(3, 1, Hidden, 5)]), graph.Random(4, 1, 5)])]);
        flat = graph.Node("Add", [graph.Random(6, 1, Classes), graph.Node("MatMul", [flat, graph.Random(5, 1, 5, Classes)])]);
        y = graph.Node("Reshape", [flat, graph.Numbers(-1, Steps, Classes)]);
        byte[] model = graph.Model(y);
        float[] inputs = Sample.Values(9, Batch * Steps * Features);

        var imported = Oracle.Import(model);

        Assert.True(imported.EveryStep);
        Oracle.AssertEqual(Oracle.Run(model, Oracle.Tensor("x", inputs, Batch, Steps, Features)), Oracle.Forward(imported.Network, inputs, Batch, everyStep: true));
    }

    /// <summary>The runtime knows layout 0 alone: its answer for the same weights is the expected one.</summary>
    [Theory]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    public void Read_Layout1_EqualsLayout0(string type)
    {
        byte[] Model(int layout)
        {
            var graph = new GraphBuilder();
            int gates = type == "LSTM" ? 4 : 3;
            string[] x = [layout == 0 ? graph.Input("x", Steps, Batch, Features) : graph.Input("x", Batch, Steps, Features), graph.Random(1, 0.7f, 1, gates * Hidden, Features),
                graph.Random(2, 0.7f, 1, gates * Hidden, Hidden), graph.Random(3, 0.7f, 1, 2 * gates * Hidden)];
            string y = graph.Nodes(type, x, 2, layout == 0 ? [("hidden_size", Hidden)] : [("hidden_size", Hidden), ("layout", 1)])[1];
            return graph.Model(graph.Node("Gemm", [graph.Node("Squeeze", [y, graph.Numbers(layout)]), graph.Random(4, 1, Hidden, Classes)]));
        }

        float[] inputs = Sample.Values(9, Batch * Steps * Features);

        Oracle.AssertEqual(Oracle.Run(Model(0), Oracle.Tensor("x", Oracle.Swap(inputs, Batch, Steps), Steps, Batch, Features)),
            Oracle.Forward(Oracle.Import(Model(1)).Network, inputs, Batch, everyStep: false));
    }

    private static string Recurrent(GraphBuilder graph, int seed, string type, string x, int inputs)
    {
        int gates = type == "LSTM" ? 4 : 3;
        string[] all = [x, graph.Random(10 * seed, 0.7f, 1, gates * Hidden, inputs), graph.Random(10 * seed + 1, 0.7f, 1, gates * Hidden, Hidden),
            graph.Random(10 * seed + 2, 0.7f, 1, 2 * gates * Hidden)];
        return graph.Node(type, all, type == "LSTM" ? [("hidden_size", Hidden)] : [("hidden_size", Hidden), ("linear_before_reset", 1)]);
    }

    private static string Squeeze(GraphBuilder graph, int opset, string x, int axis) => opset < 13
        ? graph.Node("Squeeze", [x], ("axes", (long[])[axis])) : graph.Node("Squeeze", [x, graph.Numbers(axis)]);

    private static void AssertHead(GraphBuilder graph, string y)
    {
        byte[] model = graph.Model(graph.Node("Gemm", [y, graph.Random(4, 1, Hidden, Classes), graph.Random(5, 1, 1, Classes)]));
        float[] inputs = Sample.Values(9, Batch * Steps * Features);

        Oracle.AssertEqual(Oracle.Run(model, Oracle.Tensor("x", Oracle.Swap(inputs, Batch, Steps), Steps, Batch, Features)),
            Oracle.Forward(Oracle.Import(model).Network, inputs, Batch, everyStep: false));
    }
}
