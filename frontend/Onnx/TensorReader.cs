using System.Buffers.Binary;
using System.Globalization;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace HwGen.Frontend.Onnx;

/// <summary>Reads the constants of a model.</summary>
/// <param name="folder">Holds what the model keeps outside.</param>
internal sealed class TensorReader(string folder)
{
    private const int MaxRank = 16;

    /// <summary>How many have been read.</summary>
    public long Values { get; private set; }

    /// <exception cref="RefusalException">Damaged, or of a type that no network has.</exception>
    public Value Read(TensorProto tensor)
    {
        if (tensor.Dims.Count > MaxRank) throw Damaged(tensor, $"{tensor.Dims.Count} dimensions");
        if (tensor.Dims.FirstOrDefault(d => d is < 0 or > int.MaxValue, 0) is var wrong and not 0) throw Damaged(tensor, $"a dimension of {wrong}");
        if (tensor.Segment is not null) throw Damaged(tensor, "values in segments");
        int[] shape = [.. tensor.Dims.Select(d => (int)d)];
        var type = (DataType)tensor.DataType;
        int width = Width(type);
        if (width == 0)
            throw new RefusalException($"the constant '{tensor.Name}' has the type {type}", "use float, double, float16, bfloat16, or whole numbers");
        if (type is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16)
            return new Floats(new(shape, ReadFloats(tensor, type, width, NdArray<float>.Count(shape))));
        return new Integers(new(shape, [.. ReadNumbers(tensor, type, width, NdArray<Number>.Count(shape)).Select(n => (Number)n)]));
    }

    private float[] ReadFloats(TensorProto tensor, DataType type, int width, int count)
    {
        float[] items;
        if (Raw(tensor) is { } raw)
        {
            items = Room<float>(tensor, raw.Length, width, count);
            var bytes = raw.Span;
            for (int i = 0; i < items.Length; i++)
            {
                var item = bytes.Slice(i * width, width);
                items[i] = type switch
                {
                    DataType.Float => BinaryPrimitives.ReadSingleLittleEndian(item),
                    DataType.Double => (float)BinaryPrimitives.ReadDoubleLittleEndian(item),
                    DataType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(item),
                    _ => BrainFloat(BinaryPrimitives.ReadUInt16LittleEndian(item)),
                };
            }
            return items;
        }
        int stored = type switch { DataType.Float => tensor.FloatData.Count, DataType.Double => tensor.DoubleData.Count, _ => tensor.Int32Data.Count };
        items = Room<float>(tensor, stored, 1, count);
        for (int i = 0; i < items.Length; i++)
            items[i] = type switch
            {
                DataType.Float => tensor.FloatData[i],
                DataType.Double => (float)tensor.DoubleData[i],
                DataType.Float16 => (float)BitConverter.UInt16BitsToHalf((ushort)tensor.Int32Data[i]),
                _ => BrainFloat((ushort)tensor.Int32Data[i]),
            };
        return items;
    }

    private long[] ReadNumbers(TensorProto tensor, DataType type, int width, int count)
    {
        long[] items;
        if (Raw(tensor) is { } raw)
        {
            items = Room<long>(tensor, raw.Length, width, count);
            var bytes = raw.Span;
            for (int i = 0; i < items.Length; i++)
            {
                var item = bytes.Slice(i * width, width);
                items[i] = type switch
                {
                    DataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(item),
                    DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(item),
                    DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(item),
                    DataType.Int8 => (sbyte)item[0],
                    _ => item[0],
                };
            }
            return items;
        }
        items = Room<long>(tensor, type == DataType.Int64 ? tensor.Int64Data.Count : tensor.Int32Data.Count, 1, count);
        for (int i = 0; i < items.Length; i++) items[i] = type == DataType.Int64 ? tensor.Int64Data[i] : tensor.Int32Data[i];
        return items;
    }

    /// <returns>Null when the values are in the typed fields.</returns>
    private ReadOnlyMemory<byte>? Raw(TensorProto tensor)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External) return External(tensor);
        return tensor.HasRawData ? tensor.RawData.Memory : default(ReadOnlyMemory<byte>?);
    }

    /// <summary>Values in a file beside the model.</summary>
    private byte[] External(TensorProto tensor)
    {
        string location = "";
        long offset = 0, length = -1;
        foreach (var entry in tensor.ExternalData)
        {
            if (entry.Key == "location") location = entry.Value;
            else if (entry.Key is "offset" or "length")
            {
                if (!long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number)) throw Damaged(tensor, $"{entry.Key} '{entry.Value}'");
                if (entry.Key == "offset") offset = number;
                else length = number;
            }
        }
        if (location.Length == 0 || Path.IsPathRooted(location) || location.Split('/', '\\').Contains("..") || location.Contains('\0'))
            throw new RefusalException($"the constant '{tensor.Name}' lies in '{location}'", "keep external data below the model's folder");
        try
        {
            using var file = File.OpenRead(Path.Join(folder, location));
            if (length < 0) length = file.Length - offset;
            if (length < 0 || offset > file.Length || length > file.Length - offset || length > Array.MaxLength)
                throw Damaged(tensor, $"{length} bytes from {offset} of '{location}', which has {file.Length}");
            var bytes = new byte[length];
            file.Position = offset;
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusalException($"the constant '{tensor.Name}' lies in '{location}', which can't be read", "put that file beside the model");
        }
    }

    private static int Width(DataType type) => type switch
    {
        DataType.Double or DataType.Int64 => 8,
        DataType.Float or DataType.Int32 => 4,
        DataType.Float16 or DataType.Bfloat16 or DataType.Int16 => 2,
        DataType.Int8 or DataType.Uint8 or DataType.Bool => 1,
        _ => 0,
    };

    private static float BrainFloat(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Room for values, once as much is stored as the shape wants: a damaged shape takes no memory.</summary>
    /// <param name="stored">Values, or bytes of them.</param>
    /// <param name="width">How many of those a value has.</param>
    private T[] Room<T>(TensorProto tensor, long stored, int width, int count)
    {
        long wanted = (long)count * width;
        if (stored != wanted) throw Damaged(tensor, $"{stored} {(tensor.HasRawData || tensor.ExternalData.Count > 0 ? "bytes" : "values")}, where its shape wants {wanted}");
        Values += count;
        return new T[count];
    }

    private static RefusalException Damaged(TensorProto tensor, string what) =>
        new($"the constant '{tensor.Name}' is damaged: it has {what}", "export the model again");
}
