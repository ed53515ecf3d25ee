using HwGen.Core;
using HwGen.Core.Network;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace HwGen.Frontend.Onnx;

/// <summary>Lowers a graph to a chain of layers, node by node; goes on past what it refuses.</summary>
internal sealed class GraphReader
{
    private const int FirstOpset = 11, LastOpset = 22;

    /// <summary>Constants that folding may make, in numbers: of what a small model fills, and for each that the model stores.</summary>
    private const long MaxFilled = 1L << 24, MaxFoldedEach = 8;

    /// <summary>What to use instead of operators that people ask for.</summary>
    private static readonly Dictionary<string, string> Nearest = new()
    {
        ["RNN"] = "use an LSTM or a GRU",
        ["ConvTranspose"] = "use a Conv",
        ["LeakyRelu"] = "use a Relu",
        ["PRelu"] = "use a Relu",
        ["Elu"] = "use a Relu",
        ["Selu"] = "use a Relu",
        ["Gelu"] = "use a Relu",
        ["HardSwish"] = "use a Relu",
        ["Sigmoid"] = "between layers use a Relu, at the end a Softmax or nothing",
        ["Tanh"] = "use a Relu",
        ["LayerNormalization"] = "use a BatchNormalization behind a Conv, Gemm or MatMul",
        ["InstanceNormalization"] = "use a BatchNormalization",
        ["GroupNormalization"] = "use a BatchNormalization",
        ["Scan"] = "export the recurrent layer as one LSTM or GRU",
        ["Loop"] = "export the recurrent layer as one LSTM or GRU",
        ["If"] = "export with fixed shapes, so that no branch is left",
        ["QuantizeLinear"] = "export the network in floating point: hwgen quantizes it",
        ["DequantizeLinear"] = "export the network in floating point: hwgen quantizes it",
        ["Attention"] = "use an LSTM or a GRU",
        ["ReduceMax"] = "use a GlobalMaxPool over a map, or the last step of a sequence",
        ["ReduceSum"] = "use the last step of a sequence",
    };

    private readonly OnnxFile _file;
    private readonly TensorReader _tensors;
    private readonly Dictionary<string, Value> _values = [];
    private readonly Dictionary<string, TensorProto> _initializers = [];
    private readonly List<InputError> _errors = [];
    private readonly Chain _chain = new();
    private long _folded;

    private GraphReader(OnnxFile file) => (_file, _tensors) = (file, new(Path.GetDirectoryName(file.Path) ?? ""));

    /// <exception cref="InputException">All that is not supported.</exception>
    public static ImportedNetwork Read(OnnxFile file) => new GraphReader(file).Read();

    private ImportedNetwork Read()
    {
        var graph = _file.Graph;
        long opset = Opset();
        foreach (var tensor in graph.Initializer) _initializers[tensor.Name] = tensor;
        foreach (var input in graph.Input.Where(i => !_initializers.ContainsKey(i.Name))) _values[input.Name] = ReadInput(input);
        if (graph.SparseInitializer.Count > 0) Error("the model has sparse constants: export them dense");
        if (graph.Output.Count == 0) Error("the graph has no output: export the model again");
        if (_errors.Count > 0) throw new InputException(_errors);
        string output = graph.Output[0].Name;
        bool[] isLive = Live(output);
        for (int n = 0; n < graph.Node.Count; n++)
            if (isLive[n]) Read(n, opset);
        if (_errors.Count > 0) throw new InputException(_errors);
        return Finish(output);
    }

    private long Opset()
    {
        var opset = _file.Model.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx");
        if (opset is null) Error("the model names no version of ONNX's operators: export it again");
        else if (opset.Version is < FirstOpset or > LastOpset) Error($"the model is of opset {opset.Version}: export with opset_version {FirstOpset} to {LastOpset}");
        return opset?.Version ?? 0;
    }

    private Value ReadInput(ValueInfoProto input)
    {
        var type = input.Type?.TensorType;
        if (type is null || (DataType)type.ElemType is not (DataType.Float or DataType.Double or DataType.Float16)) return new Foreign(input.Name);
        if (type.Shape is null)
        {
            Error($"the input '{input.Name}' has no shape: export the model with one");
            return new Broken();
        }
        return new Activation([.. type.Shape.Dim.Select((d, i) => (IReadOnlyList<Extent>)[new($"dimension {i} of '{input.Name}'", d.DimValue > 0 ? d.DimValue : null)])], 0);
    }

    /// <summary>Which nodes the output depends on.</summary>
    private bool[] Live(string output)
    {
        var nodes = _file.Graph.Node;
        var makers = new Dictionary<string, int>();
        for (int n = 0; n < nodes.Count; n++)
            foreach (string name in nodes[n].Output.Where(o => o.Length > 0))
                if (!makers.TryAdd(name, n)) _errors.Add(_file.Error(n, $"{OnnxNode.Describe(nodes[n])}: '{name}' is given by another node, too: export the model again"));
        var isLive = new bool[nodes.Count];
        var names = new Stack<string>([output]);
        while (names.TryPop(out string? name))
        {
            if (!makers.TryGetValue(name, out int maker) || isLive[maker]) continue;
            isLive[maker] = true;
            foreach (string input in nodes[maker].Input) names.Push(input);
        }
        return isLive;
    }

    private void Read(int n, long opset)
    {
        var proto = _file.Graph.Node[n];
        Value[] results = [];
        _chain.Node = n;
        try
        {
            var node = new OnnxNode(proto, opset, [.. proto.Input.Select(name => name.Length == 0 ? null : Find(name))]);
            try
            {
                results = Read(node);
                node.Finish();
                Count(results);
            }
            catch (RefusalException e)
            {
                node.Refuse(e);
            }
            catch (BrokenInputException)
            {
                results = [];
            }
            foreach (var refusal in node.Refusals) _errors.Add(_file.Error(n, $"{node.Title}: {refusal.Message}"));
            if (node.Refusals.Count > 0) results = [];
        }
        catch (RefusalException e)
        {
            _errors.Add(_file.Error(n, $"{OnnxNode.Describe(proto)}: {e.Message}"));
        }
        for (int i = 0; i < proto.Output.Count; i++)
            if (proto.Output[i].Length > 0) _values[proto.Output[i]] = i < results.Length ? results[i] : new Broken();
    }

    private Value[] Read(OnnxNode node) => node.Domain is not ("" or "ai.onnx") ? throw new RefusalException($"an operator of the domain '{node.Domain}'", "export with ONNX's own operators") : node.Operator switch
    {
        "LSTM" => RecurrentOperators.Lstm(node, _chain),
        "GRU" => RecurrentOperators.Gru(node, _chain),
        "Gemm" => DenseOperators.Gemm(node, _chain),
        "MatMul" => DenseOperators.MatMul(node, _chain),
        "Conv" => MapOperators.Conv(node, _chain),
        "BatchNormalization" => MapOperators.BatchNorm(node, _chain),
        "MaxPool" => MapOperators.Pool(node, _chain, PoolKind.Max),
        "AveragePool" => MapOperators.Pool(node, _chain, PoolKind.Average),
        "GlobalMaxPool" => MapOperators.GlobalPool(node, _chain, PoolKind.Max),
        "GlobalAveragePool" => MapOperators.GlobalPool(node, _chain, PoolKind.Average),
        "ReduceMean" => MapOperators.ReduceMean(node, _chain),
        "Relu" => ArithmeticOperators.Relu(node, _chain),
        "Clip" => ArithmeticOperators.Clip(node, _chain),
        "Softmax" or "LogSoftmax" => ArithmeticOperators.Softmax(node, _chain),
        "ArgMax" => ArithmeticOperators.ArgMax(node, _chain),
        "Add" or "Sub" or "Mul" or "Div" => ArithmeticOperators.Binary(node, _chain),
        "Equal" => ArithmeticOperators.Equal(node),
        "Where" => ArithmeticOperators.Where(node),
        "Shape" => LayoutOperators.Shape(node),
        "Cast" => LayoutOperators.Cast(node),
        "Transpose" => LayoutOperators.Transpose(node),
        "Unsqueeze" => LayoutOperators.Unsqueeze(node),
        "Squeeze" => LayoutOperators.Squeeze(node),
        "Flatten" => LayoutOperators.Flatten(node),
        "Reshape" => LayoutOperators.Reshape(node),
        "Concat" => LayoutOperators.Concat(node),
        "Gather" => LayoutOperators.Gather(node),
        "Slice" => LayoutOperators.Slice(node),
        "Expand" => LayoutOperators.Expand(node),
        "ConstantOfShape" => LayoutOperators.ConstantOfShape(node, _tensors),
        "Constant" => LayoutOperators.Constant(node, _tensors),
        "Dropout" => LayoutOperators.Dropout(node),
        "Pad" => LayoutOperators.Pad(node),
        "Identity" => [node.Input(0)],
        _ => throw new RefusalException("the operator is not supported", Nearest.GetValueOrDefault(node.Operator, "docs/onnx.md lists those that are")),
    };

    /// <summary>What a name stands for; constants are read when somebody asks for them.</summary>
    private Value Find(string name)
    {
        if (_values.TryGetValue(name, out var value)) return value;
        if (_initializers.TryGetValue(name, out var tensor))
        {
            _values[name] = new Broken();       // unless it can be read, and then it is told once
            return _values[name] = _tensors.Read(tensor);
        }
        throw new RefusalException($"nothing above gives its input '{name}'", "sort the nodes, or export the model again");
    }

    private void Count(Value[] results)
    {
        foreach (var result in results)
            _folded += result switch { Floats f => f.Array.Items.Length, Integers i => i.Array.Items.Length, _ => 0 };
        long most = MaxFilled + MaxFoldedEach * _tensors.Values;
        if (_folded > most) throw new RefusalException($"constants of more than {most} values in all, where the model stores {_tensors.Values}", "fold constants before the export");
    }

    private ImportedNetwork Finish(string output)
    {
        if (!_values.TryGetValue(output, out var value) || value is not Activation { Features: { } features } result || result.Version != _chain.Version)
            throw Failed($"the output '{output}' is not what the last layer gives: make it the first output of the graph");
        if (NetworkRules.Find(_chain.Layers) is { } wrong) throw FailedAt(wrong.Layer, wrong.Complaint);
        int broken = _chain.Weights.TakeWhile(w => w.Matrices.Select(m => m.FirstColumns).Concat(w.Vectors).All(v => v.All(float.IsFinite))).Count();
        if (broken < _chain.Weights.Count) throw FailedAt(broken, "its weights, with what was folded into them, are not finite: train it again");
        if (_chain.Layers[^1] is DenseLayer { Rectify: true }) throw FailedAt(_chain.Layers.Count - 1, "the last layer's outputs compete, large against small: take the Relu behind it away");
        var notes = _file.Graph.Output.Skip(1).Select(o => $"the output '{o.Name}' is left out: a network has one").ToList();
        return new(new(_chain.Layers, _chain.Weights), result.Steps is not null, notes);
    }

    private InputException FailedAt(int layer, string message)
    {
        int n = _chain.Nodes[layer];
        return new(_file.Error(n, $"{OnnxNode.Describe(_file.Graph.Node[n])}: {message}"));
    }

    private InputException Failed(string message) => new(new InputError(_file.Path, 1, 1, message));

    private void Error(string message) => _errors.Add(new(_file.Path, 1, 1, message));
}
