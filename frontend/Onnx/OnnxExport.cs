using Google.Protobuf;
using HwGen.Core.Network;
using HwGen.Frontend.Training;
using Onnx;

namespace HwGen.Frontend.Onnx;

/// <summary>A trained network as an ONNX model that ONNX Runtime runs: dense matrices, batch norms folded.</summary>
/// <remarks>Recurrent networks read "input" of shape (batch, steps, features) and give "output" of shape (batch, outputs), or (batch, steps,
/// outputs) for every step; maps are (batch, channels, rows, columns). A projected LSTM, y = M h with the recurrence R y, is written as
/// an LSTM with the recurrence (R M) h and a MatMul by M behind it: the same function, since both begin with zeros.</remarks>
public static class OnnxExport
{
    private const long IrVersion = 8, Opset = 17;

    /// <param name="network">Of any block sizes.</param>
    /// <param name="everyStep">Of a recurrent network: an output for each step, not only the last.</param>
    public static byte[] Write(TrainedNetwork network, bool everyStep)
    {
        var dense = CirculantProjection.Expand(network.FoldBatchNorm());
        var graph = new GraphWriter();
        string output = dense.Layers[0] is ConvLayer or PoolLayer ? WriteMaps(graph, dense) : WriteSequence(graph, dense, everyStep);
        return new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "hwgen",
            Graph = graph.Finish(output),
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
        }.ToByteArray();
    }

    private static string WriteSequence(GraphWriter graph, TrainedNetwork network, bool everyStep)
    {
        graph.Input(["batch", "steps", network.InputSize]);
        graph.Output(everyStep ? ["batch", "steps", network.OutputSize] : ["batch", network.OutputSize]);
        string x = graph.Node("Transpose", [GraphWriter.InputName], ("perm", (int[])[1, 0, 2]));
        int body = network.Layers.TakeWhile(l => l is not DenseLayer).Count();
        for (int l = 0; l < body; l++)
        {
            x = network.Weights[l] is GruWeights gru ? Gru(graph, gru, ((GruLayer)network.Layers[l]).LinearBeforeReset, x) : Lstm(graph, (LstmWeights)network.Weights[l], x);
        }
        x = everyStep ? graph.Node("Transpose", [x], ("perm", (int[])[1, 0, 2])) : graph.Node("Gather", [x, graph.Number(-1)], ("axis", 0));
        for (int l = body; l < network.Layers.Count; l++)
        {
            var w = (DenseWeights)network.Weights[l];
            x = everyStep ? graph.Node("Add", [graph.Node("MatMul", [x, graph.Constant(Transposed(w.Weight), w.Weight.Columns, w.Weight.Rows)]), graph.Constant(w.Bias, w.Bias.Length)])
                : Gemm(graph, x, w.Weight.FirstColumns, w);
            x = Relu(graph, x, ((DenseLayer)network.Layers[l]).Rectify);
        }
        return x;
    }

    private static string WriteMaps(GraphWriter graph, TrainedNetwork network)
    {
        var input = network.Layers[0] is ConvLayer first ? first.Input : ((PoolLayer)network.Layers[0]).Input;
        graph.Input(["batch", input.Channels, input.Height, input.Width]);
        graph.Output(["batch", network.OutputSize]);
        string x = GraphWriter.InputName;
        var map = input;
        foreach (var (layer, weights) in network.Layers.Zip(network.Weights))
        {
            switch (layer)
            {
                case ConvLayer c:
                    var w = (ConvWeights)weights;
                    var taps = new NdArray<float>([c.Output.Channels, c.Taps, c.Input.Channels], w.Weight.FirstColumns).Transpose([0, 2, 1]).Items;
                    x = graph.Node("Conv", [x, graph.Constant(taps, c.Output.Channels, c.Input.Channels, c.KernelHeight, c.KernelWidth), graph.Constant(w.Bias, w.Bias.Length)],
                        ("kernel_shape", (int[])[c.KernelHeight, c.KernelWidth]), ("strides", (int[])[c.Stride, c.Stride]), ("pads", (int[])[c.Padding, c.Padding, c.Padding, c.Padding]));
                    x = Relu(graph, x, c.Rectify);
                    map = c.Output;
                    break;
                case PoolLayer p:
                    x = graph.Node(p.Kind == PoolKind.Max ? "MaxPool" : "AveragePool", [x], ("kernel_shape", (int[])[p.Window, p.Window]), ("strides", (int[])[p.Stride, p.Stride]));
                    map = p.Output;
                    break;
                case DenseLayer d:
                    var dense = (DenseWeights)weights;
                    float[] matrix = dense.Weight.FirstColumns;
                    if (map.Size > 0)
                    {
                        x = graph.Node("Flatten", [x]);
                        // ONNX flattens channel by channel.
                        matrix = new NdArray<float>([d.OutputSize, map.Height * map.Width, map.Channels], matrix).Transpose([0, 2, 1]).Items;
                        map = default;
                    }
                    x = Relu(graph, Gemm(graph, x, matrix, dense), d.Rectify);
                    break;
            }
        }
        return x;
    }

    private static string Gru(GraphWriter graph, GruWeights w, bool linearBeforeReset, string x)
    {
        int hidden = w.InputBias[0].Length;
        string y = graph.Node("GRU", [x, Gates(graph, w.Input), Gates(graph, w.Recurrent), Joined(graph, [.. w.InputBias, .. w.RecurrentBias])],
            ("hidden_size", hidden), ("linear_before_reset", linearBeforeReset ? 1 : 0));
        return graph.Node("Squeeze", [y, graph.Numbers(1)]);
    }

    private static string Lstm(GraphWriter graph, LstmWeights w, string x)
    {
        int cells = w.Bias[0].Length;
        BlockCirculantMatrix[] recurrent = [.. w.Recurrent.Select(r => w.Projection is { } m ? Product(r, m) : r)];
        string[] inputs = [x, Gates(graph, w.Input), Gates(graph, recurrent), Joined(graph, [.. w.Bias, .. w.Bias.Select(b => new float[b.Length])])];
        if (w.Peepholes.Count > 0) inputs = [.. inputs, "", "", "", Joined(graph, w.Peepholes)];
        string y = graph.Node("Squeeze", [graph.Node("LSTM", inputs, ("hidden_size", cells)), graph.Numbers(1)]);
        return w.Projection is { } projection ? graph.Node("MatMul", [y, graph.Constant(Transposed(projection), cells, projection.Rows)]) : y;
    }

    private static string Gemm(GraphWriter graph, string x, float[] matrix, DenseWeights w) =>
        graph.Node("Gemm", [x, graph.Constant(matrix, w.Weight.Rows, w.Weight.Columns), graph.Constant(w.Bias, w.Bias.Length)], ("transB", 1));

    private static string Relu(GraphWriter graph, string x, bool rectify) => rectify ? graph.Node("Relu", [x]) : x;

    private static string Gates(GraphWriter graph, IReadOnlyList<BlockCirculantMatrix> gates) =>
        graph.Constant([.. gates.SelectMany(g => g.FirstColumns)], 1, gates.Count * gates[0].Rows, gates[0].Columns);

    private static string Joined(GraphWriter graph, IReadOnlyList<float[]> vectors)
    {
        float[] all = [.. vectors.SelectMany(v => v)];
        return graph.Constant(all, 1, all.Length);
    }

    private static float[] Transposed(BlockCirculantMatrix m) => new NdArray<float>([m.Rows, m.Columns], m.FirstColumns).Transpose([1, 0]).Items;

    private static BlockCirculantMatrix Product(BlockCirculantMatrix a, BlockCirculantMatrix b)
    {
        var result = new float[a.Rows * b.Columns];
        var row = new double[b.Columns];
        for (int r = 0; r < a.Rows; r++)
        {
            Array.Clear(row);
            for (int k = 0; k < a.Columns; k++)
                for (int c = 0; c < row.Length; c++) row[c] += (double)a[r, k] * b[k, c];
            for (int c = 0; c < row.Length; c++) result[r * row.Length + c] = (float)row[c];
        }
        return new(a.Rows, b.Columns, 1, result);
    }
}
