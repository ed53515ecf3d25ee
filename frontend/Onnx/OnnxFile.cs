using Google.Protobuf;
using HwGen.Core;
using Onnx;

namespace HwGen.Frontend.Onnx;

/// <summary>An ONNX file as it was read, with the place of each node.</summary>
internal sealed class OnnxFile
{
    /// <summary>What protocol buffers can hold.</summary>
    private const long MaxBytes = int.MaxValue;

    private static readonly uint GraphTag = Tag(ModelProto.GraphFieldNumber), NodeTag = Tag(GraphProto.NodeFieldNumber), InitializerTag = Tag(GraphProto.InitializerFieldNumber);

    private OnnxFile(string path, ModelProto model, IReadOnlyList<int> columns) => (Path, Model, Columns) = (path, model, columns);

    public string Path { get; }

    public ModelProto Model { get; }

    /// <summary>Where each node of the graph begins: the byte's offset, from 1.</summary>
    public IReadOnlyList<int> Columns { get; }

    public GraphProto Graph => Model.Graph;

    /// <exception cref="InputException">Missing, unreadable or no ONNX.</exception>
    public static OnnxFile Read(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            return length <= MaxBytes ? Parse(path, File.ReadAllBytes(path))
                : throw Error(path, 1, $"the file has {length} bytes, a protocol buffer at most {MaxBytes}: keep the weights in a file of their own (external data)");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Error(path, 1, "there is no such file: check the path");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or ArgumentException)
        {
            throw Error(path, 1, $"the file can't be read ({e.Message}): check its path and its permissions");
        }
    }

    /// <param name="path">For messages, and the folder of external data.</param>
    /// <exception cref="InputException">No ONNX.</exception>
    public static OnnxFile Parse(string path, byte[] bytes)
    {
        try
        {
            var model = ModelProto.Parser.ParseFrom(bytes);
            var file = new OnnxFile(path, model, Locate(bytes));
            return model.Graph is { Node.Count: > 0 } ? file
                : throw Error(path, 1, "the file holds no graph with a node: is it an ONNX model?");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Error(path, FindDamage(bytes) + 1, $"this is no ONNX, or a damaged file ({e.Message.TrimEnd('.')}): export it again");
        }
    }

    /// <param name="node">Of the graph.</param>
    public InputError Error(int node, string message) => new(Path, 1, Columns[node], message);

    private static InputException Error(string path, int column, string message) => new(new InputError(path, 1, column, message));

    /// <summary>Where each node's record begins.</summary>
    private static List<int> Locate(byte[] bytes)
    {
        var columns = new List<int>();
        using var input = new CodedInputStream(bytes);
        Walk(input, (start, tag) =>
        {
            if (tag == NodeTag) columns.Add(start + 1);
            input.SkipLastField();
        });
        return columns;
    }

    /// <summary>Where the first record begins that can't be read: the parser doesn't tell.</summary>
    private static int FindDamage(byte[] bytes)
    {
        int at = 0;
        using var input = new CodedInputStream(bytes);
        try
        {
            Walk(input, (start, tag) =>
            {
                at = start;
                if (tag == NodeTag) NodeProto.Parser.ParseFrom(input.ReadBytes());
                else if (tag == InitializerTag) TensorProto.Parser.ParseFrom(input.ReadBytes());
                else input.SkipLastField();
            });
        }
        catch (InvalidProtocolBufferException) { }
        return at;
    }

    /// <summary>Visits the records of the model and, instead of the graph, those of the graph.</summary>
    /// <param name="visit">Told where a record begins, and its tag; must read it to its end.</param>
    private static void Walk(CodedInputStream input, Action<int, uint> visit)
    {
        while (true)
        {
            int start = (int)input.Position;
            uint tag = input.ReadTag();
            if (tag == 0) return;
            if (tag != GraphTag)
            {
                visit(start, tag);
                continue;
            }
            for (long end = input.ReadLength() + input.Position; input.Position < end;)
            {
                start = (int)input.Position;
                tag = input.ReadTag();
                if (tag == 0) return;
                visit(start, tag);
            }
        }
    }

    private static uint Tag(int field) => WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited);
}
