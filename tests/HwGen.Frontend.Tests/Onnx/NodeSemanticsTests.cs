using HwGen.Core;
using DataType = Onnx.TensorProto.Types.DataType;

namespace HwGen.Frontend.Tests.Onnx;

/// <summary>The cases of ONNX's own node tests for recurrent layers (backend tests of version 1.16), with their weights as constants and an
/// identity behind them. ONNX Runtime is the judge, on layout 0.</summary>
public sealed class NodeSemanticsTests
{
    [Theory]
    [InlineData("test_lstm_defaults", "LSTM", 1, 3, 2, 3, 0.1f)]
    [InlineData("test_gru_defaults", "GRU", 1, 3, 2, 5, 0.1f)]
    [InlineData("test_lstm_with_initial_bias", "LSTM", 1, 3, 3, 4, 0.1f)]
    [InlineData("test_gru_with_initial_bias", "GRU", 1, 3, 3, 3, 0.1f)]
    [InlineData("test_gru_seq_length", "GRU", 2, 3, 3, 5, 0f)]
    [InlineData("test_lstm_with_peepholes", "LSTM", 1, 2, 4, 3, 0.1f)]
    [InlineData("test_lstm_batchwise", "LSTM", 1, 3, 2, 7, 0.3f)]
    [InlineData("test_gru_batchwise", "GRU", 1, 3, 2, 6, 0.2f)]
    public void Read_BackendTest_ComputesWhatOnnxRuntimeDoes(string name, string type, int steps, int batch, int inputs, int hidden, float scale)
    {
        bool isBatchwise = name.EndsWith("batchwise", StringComparison.Ordinal);
        float[] x = [.. Enumerable.Range(1, steps * batch * inputs).Select(i => (float)i)];

        var imported = Oracle.Import(Model(isBatchwise ? 1 : 0));

        Oracle.AssertEqual(Oracle.Run(Model(0), Oracle.Tensor("X", x, steps, batch, inputs)),
            Oracle.Forward(imported.Network, Oracle.Swap(x, steps, batch), batch, everyStep: false));

        byte[] Model(int layout)
        {
            var graph = new GraphBuilder(14);
            int gates = (type == "LSTM" ? 4 : 3) * hidden;
            string W(int seed, params int[] shape) => scale == 0 ? graph.Random(seed, 1.7f, shape) : graph.Constant([.. Enumerable.Repeat(scale, shape.Aggregate(1, (a, b) => a * b))], shape);
            string[] all = [layout == 0 ? graph.Input("X", steps, batch, inputs) : graph.Input("X", batch, steps, inputs), W(1, 1, gates, inputs), W(2, 1, gates, hidden)];
            if (name.EndsWith("initial_bias", StringComparison.Ordinal))
                all = [.. all, graph.Constant([.. Enumerable.Repeat(0.1f, gates), .. new float[gates]], 1, 2 * gates)];
            if (name.EndsWith("seq_length", StringComparison.Ordinal)) all = [.. all, W(3, 1, 2 * gates)];
            if (name.EndsWith("peepholes", StringComparison.Ordinal))
            {
                string lengths = graph.Node("Cast", [graph.Numbers([.. Enumerable.Repeat((long)steps, batch)])], ("to", (int)DataType.Int32));
                string zero = graph.Constant(new float[batch * hidden], 1, batch, hidden);
                all = [.. all, graph.Constant(new float[2 * gates], 1, 2 * gates), lengths, zero, zero, W(4, 1, 3 * hidden)];
            }
            string[] y = graph.Nodes(type, all, 2, layout == 0 ? [("hidden_size", hidden)] : [("hidden_size", hidden), ("layout", 1)]);
            float[] identity = [.. Enumerable.Range(0, hidden * hidden).Select(i => i % (hidden + 1) == 0 ? 1f : 0f)];
            return graph.Model(graph.Node("MatMul", [graph.Node("Squeeze", [y[1], graph.Numbers(layout)]), graph.Constant(identity, hidden, hidden)]));
        }
    }

    [Theory]
    [InlineData("test_simple_rnn_defaults", 0)]
    [InlineData("test_simple_rnn_with_initial_bias", 0)]
    [InlineData("test_simple_rnn_batchwise", 1)]
    [InlineData("test_rnn_seq_length", 0)]
    public void Read_BackendTestOfRnn_IsRefusedByName(string name, int layout)
    {
        var graph = new GraphBuilder(14);
        string y = graph.Node("RNN", [graph.Input("X", 1, 3, 2), graph.Random(1, 1, 1, 4, 2), graph.Random(2, 1, 1, 4, 4)], ("hidden_size", 4), ("layout", layout));

        var thrown = Assert.Throws<InputException>(() => Oracle.Import(graph.Model(y)));

        Assert.True(thrown.Errors is [{ Message: "node 'RNN_0' (RNN): the operator is not supported: use an LSTM or a GRU" }], $"{name}: {thrown.Message}");
    }
}
