using Google.Protobuf;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;

namespace HwGen.Frontend.Tests.Onnx;

/// <summary>Builds ONNX models, node by node.</summary>
internal sealed class GraphBuilder(long opset = 17)
{
    private readonly GraphProto _graph = new() { Name = "test" };
    private int _names;

    /// <param name="dimensions">A number, or a name where only the data tell.</param>
    public string Input(string name, params object[] dimensions) => Input(name, DataType.Float, dimensions);

    public string Input(string name, DataType type, params object[] dimensions)
    {
        _graph.Input.Add(Info(name, type, dimensions));
        return name;
    }

    /// <summary>A constant of the graph.</summary>
    public string Constant(float[] values, params int[] shape)
    {
        var tensor = new TensorProto { Name = $"c{_names++}", DataType = (int)DataType.Float };
        tensor.Dims.AddRange(shape.Select(s => (long)s));
        tensor.FloatData.AddRange(values);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>Random values of a standard deviation near 0.6 · scale.</summary>
    public string Random(int seed, float scale, params int[] shape) =>
        Constant([.. Sample.Values(seed, shape.Aggregate(1, (a, b) => a * b)).Select(v => v * scale)], shape);

    /// <summary>Whole numbers, in one dimension.</summary>
    public string Numbers(params long[] values) => Numbers(values, values.Length);

    public string Number(long value) => Numbers([value]);

    private string Numbers(long[] values, params int[] shape)
    {
        var tensor = new TensorProto { Name = $"n{_names++}", DataType = (int)DataType.Int64 };
        tensor.Dims.AddRange(shape.Select(s => (long)s));
        tensor.Int64Data.AddRange(values);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <returns>The node's output.</returns>
    public string Node(string type, string[] inputs, params (string Name, object Value)[] attributes) => Nodes(type, inputs, 1, attributes)[0];

    /// <returns>The node's outputs.</returns>
    public string[] Nodes(string type, string[] inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = type, Name = $"{type}_{_graph.Node.Count}" };
        node.Input.AddRange(inputs);
        node.Output.AddRange(Enumerable.Range(0, outputs).Select(_ => $"v{_names++}"));
        node.Attribute.AddRange(attributes.Select(a => Attribute(a.Name, a.Value)));
        _graph.Node.Add(node);
        return [.. node.Output];
    }

    /// <summary>A place of a tensor, as the exporters of PyTorch write it.</summary>
    public string Scalar(long value) => Node("Constant", [], ("value", new TensorProto { DataType = (int)DataType.Int64, Int64Data = { value } }));

    public byte[] Model(params string[] outputs) => Build(outputs).ToByteArray();

    /// <param name="outputs">Of any type: the runtime infers it.</param>
    public ModelProto Build(params string[] outputs)
    {
        _graph.Output.AddRange(outputs.Select(o => new ValueInfoProto { Name = o }));
        return new() { IrVersion = 8, Graph = _graph, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = opset } } };
    }

    private static ValueInfoProto Info(string name, DataType type, object[] dimensions)
    {
        var shape = new TensorShapeProto();
        foreach (object dimension in dimensions)
            shape.Dim.Add(dimension is string text ? new TensorShapeProto.Types.Dimension { DimParam = text } : new() { DimValue = Convert.ToInt64(dimension, null) });
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case int i: (attribute.Type, attribute.I) = (AttributeType.Int, i); break;
            case float f: (attribute.Type, attribute.F) = (AttributeType.Float, f); break;
            case string s: (attribute.Type, attribute.S) = (AttributeType.String, ByteString.CopyFromUtf8(s)); break;
            case TensorProto t: (attribute.Type, attribute.T) = (AttributeType.Tensor, t); break;
            case long[] list:
                attribute.Type = AttributeType.Ints;
                attribute.Ints.AddRange(list);
                break;
            case float[] list:
                attribute.Type = AttributeType.Floats;
                attribute.Floats.AddRange(list);
                break;
            case string[] list:
                attribute.Type = AttributeType.Strings;
                attribute.Strings.AddRange(list.Select(ByteString.CopyFromUtf8));
                break;
            default: throw new ArgumentException($"No attribute of {value.GetType().Name}.", nameof(value));
        }
        return attribute;
    }
}
