using System.Security.Cryptography;

namespace HwGen.Frontend.Data.Speech;

/// <summary>What stands at the end of a feature file: where everything is, and the training part's moments.</summary>
/// <remarks>File: magic number, key (32 bytes), offset (8), length (4) and SHA-256 of the directory; then records, one a
/// recording: inputs as float32, labels, symbols; then the directory. All little-endian.</remarks>
/// <param name="InputSize">Features of each step.</param>
/// <param name="Mean">Shape (input).</param>
/// <param name="Scale">Shape (input): one over the standard deviation.</param>
/// <param name="Parts">The training part first.</param>
internal sealed record FeatureDirectory(int InputSize, float[] Mean, float[] Scale, IReadOnlyList<FeatureDirectory.Part> Parts)
{
    public const int HeaderBytes = 8 + KeyBytes + 8 + 4 + SHA256.HashSizeInBytes, KeyBytes = 32;

    private static ReadOnlySpan<byte> Magic => "HWGFEAT1"u8;

    /// <param name="Name">Train, or the test set's name.</param>
    /// <param name="Records">In order.</param>
    internal sealed record Part(string Name, IReadOnlyList<Record> Records);

    /// <param name="Offset">Of the inputs; labels and symbols follow them.</param>
    /// <param name="Frames">Steps; as many labels.</param>
    /// <param name="Symbols">Length of the transcription.</param>
    /// <param name="InputCheck">Of the inputs' bytes.</param>
    /// <param name="LabelCheck">Of the labels' and symbols' bytes.</param>
    internal readonly record struct Record(long Offset, int Frames, int Symbols, ulong InputCheck, ulong LabelCheck);

    /// <summary>The first eight bytes of SHA-256.</summary>
    public static ulong Check(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BitConverter.ToUInt64(hash);
    }

    /// <returns>Null when the file is missing, damaged, truncated or of another key.</returns>
    public static FeatureDirectory? TryRead(string path, ReadOnlySpan<byte> key)
    {
        if (!File.Exists(path)) return null;
        using var reader = new BinaryReader(File.OpenRead(path));
        if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic) || !reader.ReadBytes(KeyBytes).AsSpan().SequenceEqual(key)) return null;
        byte[] header = reader.ReadBytes(8 + 4 + SHA256.HashSizeInBytes);
        if (header.Length < HeaderBytes - Magic.Length - KeyBytes) return null;
        long offset = BitConverter.ToInt64(header);
        int length = BitConverter.ToInt32(header, 8);
        if (offset < HeaderBytes || length < 0 || offset + length != reader.BaseStream.Length) return null;
        reader.BaseStream.Position = offset;
        byte[] bytes = reader.ReadBytes(length);
        return SHA256.HashData(bytes).AsSpan().SequenceEqual(header.AsSpan(12)) ? Parse(bytes) : null;
    }

    /// <summary>Writes the directory at the stream's position and the header that points to it.</summary>
    public void Write(Stream stream, ReadOnlySpan<byte> key)
    {
        var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        writer.Write(InputSize);
        foreach (float value in Mean.Concat(Scale)) writer.Write(value);
        writer.Write(Parts.Count);
        foreach (Part part in Parts)
        {
            writer.Write(part.Name);
            writer.Write(part.Records.Count);
            foreach (Record r in part.Records)
            {
                writer.Write(r.Offset);
                writer.Write(r.Frames);
                writer.Write(r.Symbols);
                writer.Write(r.InputCheck);
                writer.Write(r.LabelCheck);
            }
        }
        byte[] bytes = buffer.ToArray();
        long offset = stream.Position;
        stream.Write(bytes);
        stream.Position = 0;
        stream.Write([.. Magic, .. key, .. BitConverter.GetBytes(offset), .. BitConverter.GetBytes(bytes.Length), .. SHA256.HashData(bytes)]);
    }

    private static FeatureDirectory Parse(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        int size = reader.ReadInt32();
        float[] mean = Floats(), scale = Floats();
        var parts = new Part[reader.ReadInt32()];
        for (int p = 0; p < parts.Length; p++)
        {
            string name = reader.ReadString();
            var records = new Record[reader.ReadInt32()];
            for (int i = 0; i < records.Length; i++) records[i] = new(reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadUInt64(), reader.ReadUInt64());
            parts[p] = new(name, records);
        }
        return new(size, mean, scale, parts);

        float[] Floats() => [.. Enumerable.Range(0, size).Select(_ => reader.ReadSingle())];
    }
}
