using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;

namespace HwGen.Frontend.Onnx;

/// <summary>A node with what is known of its inputs; remembers which attributes somebody asked for.</summary>
/// <param name="proto">As it stands in the file.</param>
/// <param name="opset">The version of ONNX's operators.</param>
/// <param name="inputs">Null where an optional one is left out.</param>
internal sealed class OnnxNode(NodeProto proto, long opset, IReadOnlyList<Value?> inputs)
{
    private readonly HashSet<string> _asked = [];
    private readonly List<RefusalException> _refusals = [];

    public string Operator => proto.OpType;

    public long Opset => opset;

    public string Domain => proto.Domain;

    public int InputCount => inputs.Count;

    public int OutputCount => proto.Output.Count;

    /// <summary>For messages.</summary>
    public string Title => Describe(proto);

    public static string Describe(NodeProto proto) => proto.Name.Length > 0 ? $"node '{proto.Name}' ({proto.OpType})"
        : $"node of '{proto.Output.FirstOrDefault("")}' ({proto.OpType})";

    /// <summary>Why it can't be part of a network.</summary>
    public IReadOnlyList<RefusalException> Refusals => _refusals;

    /// <summary>Refuses the node, but goes on looking for more reasons.</summary>
    public void Refuse(string reason, string nearest) => _refusals.Add(new(reason, nearest));

    public void Refuse(RefusalException refusal) => _refusals.Add(refusal);

    /// <summary>Null when it is left out.</summary>
    /// <exception cref="BrokenInputException">It comes from a node that was refused.</exception>
    public Value? Optional(int input) => input >= inputs.Count ? null : inputs[input] is Broken ? throw new BrokenInputException() : inputs[input];

    /// <exception cref="RefusalException">It is left out.</exception>
    public Value Input(int input) => Optional(input) ?? throw new RefusalException($"input {input} is missing", "export the model again");

    /// <summary>A constant of real numbers that a layer keeps.</summary>
    /// <exception cref="RefusalException">It is none, or not finite.</exception>
    public NdArray<float> Weights(int input, string what)
    {
        if (Input(input) is not Floats { Array: var array })
            throw new RefusalException($"{what} is {Input(input).What}", "weights are constants: export in evaluation mode, with the parameters in the model");
        return array.Items.All(float.IsFinite) ? array : throw new RefusalException($"{what} has a value that is not finite", "train it again");
    }

    /// <summary>Known whole numbers.</summary>
    /// <exception cref="RefusalException">They are not known.</exception>
    public long[] Numbers(int input, string what) =>
        Input(input) is Integers { Array.Items: var items } && items.All(n => n.Value is not null) ? [.. items.Select(n => n.Value!.Value)]
            : throw new RefusalException($"{what} is {Input(input).What}", "only constants are supported here");

    /// <summary>What is given as an attribute up to an opset, and as an input from there on.</summary>
    /// <returns>Null when it is left out.</returns>
    public long[]? NumbersOrInput(string attribute, int input) =>
        Ints(attribute) ?? (Optional(input) is null ? null : Numbers(input, $"'{attribute}'"));

    public long Int(string name, long ifMissing) => Find(name, AttributeType.Int) is { } a ? a.I : ifMissing;

    public bool Flag(string name, bool ifMissing = false) => Int(name, ifMissing ? 1 : 0) != 0;

    public float Float(string name, float ifMissing) => Find(name, AttributeType.Float) is { } a ? a.F : ifMissing;

    public string? Text(string name) => Find(name, AttributeType.String)?.S.ToStringUtf8();

    /// <summary>Null when it is left out.</summary>
    public long[]? Ints(string name) => Find(name, AttributeType.Ints) is { } a ? [.. a.Ints] : null;

    /// <summary>Null when it is left out.</summary>
    public float[]? FloatList(string name) => Find(name, AttributeType.Floats) is { } a ? [.. a.Floats] : null;

    /// <summary>Null when it is left out.</summary>
    public string[]? Texts(string name) => Find(name, AttributeType.Strings) is { } a ? [.. a.Strings.Select(s => s.ToStringUtf8())] : null;

    /// <summary>Null when it is left out.</summary>
    public TensorProto? Tensor(string name) => Find(name, AttributeType.Tensor)?.T;

    /// <summary>Attributes that change nothing here.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (string name in names) _asked.Add(name);
    }

    /// <summary>An axis from 0, counted from the end when it is negative.</summary>
    /// <exception cref="RefusalException">There is no such axis.</exception>
    public static int Axis(long axis, int rank) => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis)
        : throw new RefusalException($"axis {axis} of a tensor of {rank} dimensions", "export the model again");

    /// <exception cref="RefusalException">Nobody asked for an attribute: it may change the result.</exception>
    public void Finish()
    {
        if (proto.Attribute.FirstOrDefault(a => !_asked.Contains(a.Name)) is { } unknown)
            throw new RefusalException($"the attribute '{unknown.Name}' is unknown", "leave it out");
    }

    private AttributeProto? Find(string name, AttributeType type)
    {
        _asked.Add(name);
        var attribute = proto.Attribute.FirstOrDefault(a => a.Name == name);
        // Files of the first IR versions don't tell the type.
        if (attribute is null || attribute.Type == type || attribute.Type == AttributeType.Undefined) return attribute;
        throw new RefusalException($"the attribute '{name}' is of the type {attribute.Type}, not {type}", "export the model again");
    }
}
