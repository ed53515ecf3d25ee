using Google.Protobuf;
using HwGen.Core;
using Onnx;

namespace HwGen.Frontend.Onnx;

/// <summary>An ONNX file as it was read, with the place of each node.</summary>
internal sealed class OnnxFile
{
    /// <summary>What protocol buffers can hold.</summary>
    private const long MaxBytes = int.MaxValue;

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
        using var input = new CodedInputStream(bytes);
        try
        {
            var model = ModelProto.Parser.ParseFrom(input);
            var file = new OnnxFile(path, model, Locate(bytes));
            return model.Graph is { Node.Count: > 0 } ? file
                : throw Error(path, 1, "the file holds no graph with a node: is it an ONNX model?");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Error(path, (int)Math.Clamp(input.Position, 0, bytes.Length - 1) + 1, $"this is no ONNX, or a damaged file ({e.Message.TrimEnd('.')}): export it again");
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
        for (uint tag; (tag = input.ReadTag()) != 0;)
        {
            if (tag != WireFormat.MakeTag(ModelProto.GraphFieldNumber, WireFormat.WireType.LengthDelimited))
            {
                input.SkipLastField();
                continue;
            }
            for (long end = input.ReadLength() + input.Position; input.Position < end;)
            {
                int start = (int)input.Position;
                if (input.ReadTag() == WireFormat.MakeTag(GraphProto.NodeFieldNumber, WireFormat.WireType.LengthDelimited)) columns.Add(start + 1);
                input.SkipLastField();
            }
        }
        return columns;
    }
}
