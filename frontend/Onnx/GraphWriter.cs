using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;

namespace HwGen.Frontend.Onnx;

/// <summary>Writes a graph node by node; same calls, same bytes.</summary>
internal sealed class GraphWriter
{
    public const string InputName = "input";

    private const string OutputName = "output";

    private readonly GraphProto _graph = new() { Name = "network" };

    /// <param name="dimensions">A number, or a name where only the data tell.</param>
    public void Input(object[] dimensions) => _graph.Input.Add(Info(InputName, dimensions));

    /// <inheritdoc cref="Input"/>
    public void Output(object[] dimensions) => _graph.Output.Add(Info(OutputName, dimensions));

    public string Constant(float[] values, params ReadOnlySpan<int> shape) => Constant(DataType.Float, MemoryMarshal.AsBytes(values.AsSpan()), shape);

    public string Numbers(params ReadOnlySpan<long> values) => Constant(DataType.Int64, MemoryMarshal.AsBytes(values), [values.Length]);

    /// <summary>Without dimensions.</summary>
    public string Number(long value) => Constant(DataType.Int64, MemoryMarshal.AsBytes((ReadOnlySpan<long>)[value]), []);

    /// <param name="inputs">Empty where one is left out.</param>
    /// <returns>The node's first output.</returns>
    public string Node(string type, string[] inputs, params ReadOnlySpan<(string Name, Attribute Value)> attributes)
    {
        var node = new NodeProto { OpType = type, Name = $"{type}_{_graph.Node.Count}" };
        node.Input.AddRange(inputs);
        node.Output.Add($"{node.Name}_out");
        foreach (var (name, value) in attributes)
        {
            var attribute = new AttributeProto { Name = name, Type = value.IsList ? AttributeType.Ints : AttributeType.Int };
            if (value.IsList) attribute.Ints.AddRange(value.Items.Select(i => (long)i));
            else attribute.I = value.Items[0];
            node.Attribute.Add(attribute);
        }
        _graph.Node.Add(node);
        return node.Output[0];
    }

    /// <param name="output">The value that becomes the graph's output.</param>
    public GraphProto Finish(string output)
    {
        foreach (var node in _graph.Node)
            for (int i = 0; i < node.Output.Count; i++)
                if (node.Output[i] == output) node.Output[i] = OutputName;
        return _graph;
    }

    private string Constant(DataType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> shape)
    {
        var tensor = new TensorProto { Name = $"constant_{_graph.Initializer.Count}", DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        foreach (int size in shape) tensor.Dims.Add(size);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static ValueInfoProto Info(string name, object[] dimensions)
    {
        var shape = new TensorShapeProto();
        foreach (object dimension in dimensions)
            shape.Dim.Add(dimension is int size ? new TensorShapeProto.Types.Dimension { DimValue = size } : new() { DimParam = (string)dimension });
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)DataType.Float, Shape = shape } } };
    }

    /// <summary>A whole number or a list of them.</summary>
    internal readonly record struct Attribute(int[] Items, bool IsList)
    {
        public static implicit operator Attribute(int value) => new([value], false);

        public static implicit operator Attribute(int[] values) => new(values, true);
    }
}
