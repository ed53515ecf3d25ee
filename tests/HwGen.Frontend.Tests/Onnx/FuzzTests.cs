using Google.Protobuf;
using HwGen.Core;
using Onnx;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests.Onnx;

/// <summary>Damaged models are refused with their place or read, in bounded time and memory; nothing else may happen.</summary>
/// <remarks>HWGEN_FUZZ=N, as <c>build.sh fuzz</c> sets it, tries N / 4 of each kind here instead of the few of a test run.</remarks>
public sealed class FuzzTests(ITestOutputHelper log)
{
    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("HWGEN_FUZZ"), out int count) ? count / 4 : 2_000;

    /// <summary>Bytes that reading a model of a few kB may allocate; they took 0.2 MB at most, of 50,000.</summary>
    private const long MaxBytes = 1 << 26;

    private static readonly byte[][] Models =
        [.. Directory.GetFiles(Path.Join(Sample.Root(), "tests", "HwGen.Frontend.Tests", "Onnx", "models"), "*.onnx").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    [Fact]
    public void Read_MutatedBytes_AreReadOrRefused() => Run(seed: 1, random =>
    {
        var bytes = Models[random.Next(Models.Length)].ToList();
        for (int m = random.Next(1, 5); m > 0 && bytes.Count > 0; m--)
        {
            int at = random.Next(bytes.Count), run = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, run); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - run + 1), run)); break;
                case 4: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes[at] = (byte)(random.Next(2) * 255); break;
            }
        }
        return [.. bytes];
    });

    /// <summary>Well-formed files that say something else: what bytes alone seldom hit.</summary>
    [Fact]
    public void Read_MutatedGraph_IsReadOrRefused() => Run(seed: 2, random =>
    {
        var model = ModelProto.Parser.ParseFrom(Models[random.Next(Models.Length)]);
        for (int m = random.Next(1, 4); m > 0; m--) Mutate(model, random);
        return model.ToByteArray();
    });

    private static void Mutate(ModelProto model, Random random)
    {
        var graph = model.Graph;
        long Number() => random.Next(8) switch { 0 => 0, 1 => -1, 2 => 1, 3 => long.MaxValue, 4 => long.MinValue, 5 => int.MaxValue, 6 => random.Next(70), _ => -random.Next(10) };
        var node = graph.Node[random.Next(graph.Node.Count)];
        switch (random.Next(9))
        {
            case 0 when node.Input.Count > 0:
                var other = graph.Node[random.Next(graph.Node.Count)];
                node.Input[random.Next(node.Input.Count)] = random.Next(4) == 0 ? "" : other.Output[random.Next(other.Output.Count)];
                break;
            case 1:
                node.OpType = graph.Node[random.Next(graph.Node.Count)].OpType;
                break;
            case 2 when node.Attribute.Count > 0:
                var attribute = node.Attribute[random.Next(node.Attribute.Count)];
                attribute.I = Number();
                if (attribute.Ints.Count > 0) attribute.Ints[random.Next(attribute.Ints.Count)] = Number();
                if (attribute.T is { } value) Change(value);
                break;
            case 3:
                graph.Node.RemoveAt(random.Next(graph.Node.Count));
                if (graph.Node.Count == 0) graph.Node.Add(node);
                break;
            case 4 when graph.Initializer.Count > 0:
                Change(graph.Initializer[random.Next(graph.Initializer.Count)]);
                break;
            case 5:
                var dimensions = graph.Input[0].Type.TensorType.Shape.Dim;
                if (dimensions.Count > 0) dimensions[random.Next(dimensions.Count)].DimValue = Number();
                break;
            case 6:
                graph.Node.Insert(random.Next(graph.Node.Count), node.Clone());
                break;
            case 7 when node.Input.Count > 0:
                if (random.Next(2) == 0) node.Input.RemoveAt(random.Next(node.Input.Count));
                else node.Input.Add(node.Input[0]);
                break;
            default:
                model.OpsetImport[0].Version = random.Next(9, 24);
                break;
        }

        void Change(TensorProto tensor)
        {
            if (tensor.Dims.Count > 0 && random.Next(2) == 0) tensor.Dims[random.Next(tensor.Dims.Count)] = Number();
            else if (random.Next(3) == 0) tensor.DataType = random.Next(20);
            else if (tensor.RawData.Length == 8) tensor.RawData = ByteString.CopyFrom(BitConverter.GetBytes(Number()));
            else if (tensor.Dims.Count > 0) tensor.Dims.Add(1);
        }
    }

    private void Run(int seed, Func<Random, byte[]> make)
    {
        int read = 0;
        long most = 0;
        var failures = new List<string>();
        for (int i = 0; i < Count; i++)
        {
            byte[] bytes = make(new Random(seed * 1_000_003 + i));
            InputException? refusal = null;
            try
            {
                most = Math.Max(most, Bounded.Run(() => refusal = Record(bytes)));
                if (refusal is null) read++;
                else Assert.All(refusal.Errors, error => Assert.InRange(error.Column, 1, Math.Max(bytes.Length, 1)));
            }
            catch (Exception e)
            {
                failures.Add($"seed {seed}, case {i}: {e}");
                if (failures.Count == 5) break;
            }
        }
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        log.WriteLine($"seed {seed}: {read} of {Count} were read, {Count - read} refused; the most that one took is {most / 1e6:F1} MB");
        Assert.InRange(most, 1, MaxBytes);
        Assert.InRange(read, 1, Count - 1);
    }

    /// <returns>Why a model was refused; null if it was read.</returns>
    private static InputException? Record(byte[] model)
    {
        try
        {
            Oracle.Import(model);
            return null;
        }
        catch (InputException e)
        {
            return e;
        }
    }
}
