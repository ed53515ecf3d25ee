using Google.Protobuf;
using HwGen.Core;

namespace HwGen.Frontend.Tests.Onnx;

/// <summary>What can't be imported is named: node, operator, reason, nearest form, all of it at once.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void Read_SeveralUnsupported_ListsThemAllAtTheirBytes()
    {
        var graph = new GraphBuilder();
        string y = graph.Node("LSTM", [graph.Input("x", "t", "b", 3), graph.Random(1, 1, 2, 16, 3), graph.Random(2, 1, 2, 16, 4)],
            ("hidden_size", 4), ("direction", "bidirectional"), ("clip", 3f));
        y = graph.Node("Tanh", [graph.Node("Relu", [y])]);
        y = graph.Node("GRU", [y, graph.Random(3, 1, 1, 12, 4), graph.Random(4, 1, 1, 12, 4)], ("hidden_size", 4), ("direction", "reverse"));
        byte[] model = graph.Model(y);

        var thrown = Assert.Throws<InputException>(() => Oracle.Import(model));

        Assert.Equal(
        [
            "node 'LSTM_0' (LSTM): direction is bidirectional: hardware sees a step when it comes: train a network of direction forward",
            "node 'LSTM_0' (LSTM): gates are clipped: leave clip out",
            "node 'Tanh_2' (Tanh): the operator is not supported: use a Relu",
            "node 'GRU_3' (GRU): direction is reverse: hardware sees a step when it comes: train a network of direction forward",
        ], thrown.Errors.Select(e => e.Message));
        Assert.All(thrown.Errors, e => Assert.Equal(("model.onnx", 1), (e.File, e.Line)));
        // A node's record begins with its tag: field 1 of the graph, length-delimited.
        Assert.All(thrown.Errors, e => Assert.Equal(10, model[e.Column - 1]));
        Assert.True(thrown.Errors[0].Column < thrown.Errors[2].Column && thrown.Errors[2].Column < thrown.Errors[3].Column);
    }

    public static TheoryData<string, string> Graphs => new()
    {
        { "initial-state", "initial_h is the network's input: sequences start from a state of zeros: leave it out" },
        { "activations", "activations are Sigmoid, Relu, Tanh: Sigmoid, Tanh, Tanh are supported" },
        { "group", "group is 2: each output channel reads all input channels: group 1" },
        { "pads", "pads are 1, 0, 1, 0: the same padding on all four sides, 0 to 64" },
        { "skip", "it joins two values of the network: a network is a chain of layers; skip connections are not supported" },
        { "branch", "it reads a value that another layer has used already: a network is a chain of layers, each with one reader; skip connections and branches are not supported" },
        { "first-dense", "it is the first layer: a network begins with an LSTM, a GRU or a Conv" },
        { "middle-step", "it takes a part of a layer's output: of a recurrent layer all steps or the last step can be taken" },
        { "batch-as-steps", "it doesn't run over the steps that the layer below gave: keep the order of steps and batch (batch_first) in all layers" },
        { "no-dense", "the last layer is no dense layer: end with one that has an output for each class" },
        { "huge", "a map of 5000 channels on 1000×1000×4: a map has at most 16777216 values" },
        { "not-finite", "its weights, with what was folded into them, are not finite: train it again" },
        { "large", "it has 5000 outputs: a layer has at most 4096" },
    };

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Read_Unsupported_SaysWhyAndWhat(string name, string message)
    {
        var thrown = Assert.Throws<InputException>(() => Oracle.Import(Build(name)));

        Assert.EndsWith($": {message}", Assert.Single(thrown.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(23)]
    public void Read_OtherOpset_IsRefused(int opset)
    {
        var graph = new GraphBuilder(opset);

        var thrown = Assert.Throws<InputException>(() => Oracle.Import(graph.Model(graph.Node("Relu", [graph.Input("x", 1, 2)]))));

        Assert.Equal($"model.onnx:1:1: error: the model is of opset {opset}: export with opset_version 11 to 22", thrown.Message);
    }

    [Fact]
    public void Read_CutOff_SaysWhere()
    {
        byte[] model = Build("group");

        var thrown = Assert.Throws<InputException>(() => Oracle.Import(model[..(model.Length / 2)]));

        var error = Assert.Single(thrown.Errors);
        Assert.InRange(error.Column, 2, model.Length / 2);
        Assert.StartsWith("this is no ONNX, or a damaged file (", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../weights.bin", "keep external data below the model's folder")]
    [InlineData("/weights.bin", "keep external data below the model's folder")]
    [InlineData("missing.bin", "put that file beside the model")]
    public void Read_ExternalDataElsewhere_IsRefused(string location, string message)
    {
        var graph = new GraphBuilder();
        var model = graph.Build(graph.Node("Conv", [graph.Input("x", 1, 1, 4, 4), graph.Constant(new float[4], 1, 1, 2, 2)]));
        var tensor = model.Graph.Initializer[0];
        tensor.FloatData.Clear();
        tensor.DataLocation = global::Onnx.TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new global::Onnx.StringStringEntryProto { Key = "location", Value = location });

        var thrown = Assert.Throws<InputException>(() => Oracle.Import(model.ToByteArray()));

        Assert.EndsWith(message, Assert.Single(thrown.Errors).Message, StringComparison.Ordinal);
    }

    /// <summary>A small graph with one thing that is not supported.</summary>
    private static byte[] Build(string name)
    {
        var graph = new GraphBuilder();
        string sequence = name is "group" or "pads" or "large" or "huge" ? "" : graph.Input("x", "t", "b", 3);
        string Map() => graph.Input("x", "b", 4, 6, 6);
        string Conv(string x, int channels, params (string, object)[] attributes) => graph.Node("Conv", [x, graph.Random(1, 1, channels, 4, 3, 3)], attributes);
        string Lstm(string x, int inputs, params (string, object)[] attributes) => graph.Node("Squeeze",
            [graph.Node("LSTM", [x, graph.Random(1, 1, 1, 16, inputs), graph.Random(2, 1, 1, 16, 4)], attributes), graph.Numbers(1)]);
        string Dense(string x, int inputs) => graph.Node("MatMul", [x, graph.Random(3, 1, inputs, inputs)]);
        switch (name)
        {
            case "initial-state":
                return graph.Model(graph.Node("LSTM", [sequence, graph.Random(1, 1, 1, 16, 3), graph.Random(2, 1, 1, 16, 4), "", "", graph.Input("h", 1, "b", 4)]));
            case "activations":
                return graph.Model(Lstm(sequence, 3, ("activations", (string[])["Sigmoid", "Relu", "Tanh"])));
            case "group":
                return graph.Model(graph.Node("Conv", [Map(), graph.Random(1, 1, 4, 2, 3, 3)], ("group", 2)));
            case "pads":
                return graph.Model(Conv(Map(), 4, ("pads", (long[])[1, 0, 1, 0])));
            case "large":
                return graph.Model(Conv(Map(), 5000));
            case "huge":
                return graph.Model(Conv(graph.Input("x", "b", 4, 1000, 1000), 5000));
            case "not-finite":
                return graph.Model(graph.Node("Div", [Dense(Lstm(sequence, 3), 4), graph.Constant([1e-40f], 1)]));
            case "skip":
                string one = Dense(Lstm(sequence, 3), 4);
                return graph.Model(graph.Node("Add", [one, Dense(one, 4)]));
            case "branch":
                string two = Lstm(sequence, 3);
                string unused = graph.Node("Concat", [Dense(two, 4), Dense(two, 4)], ("axis", 0));
                return graph.Model(unused);
            case "first-dense":
                return graph.Model(Dense(sequence, 3));
            case "middle-step":
                return graph.Model(graph.Node("Gather", [Lstm(sequence, 3), graph.Scalar(1)]));
            case "batch-as-steps":
                return graph.Model(Dense(Lstm(graph.Node("Transpose", [Lstm(sequence, 3)], ("perm", (long[])[1, 0, 2])), 4), 4));
            default:
                return graph.Model(Lstm(sequence, 3));
        }
    }
}
