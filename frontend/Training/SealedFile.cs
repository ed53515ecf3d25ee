using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using HwGen.Core;

namespace HwGen.Frontend.Training;

/// <summary>A binary file with magic, version, key and checksum, written so that a reader sees the old file or the new one.</summary>
/// <remarks>Layout, little-endian: 8 bytes magic; version (int32); length of the rest before the checksum (int64); key
/// (length-prefixed UTF-8); payload; SHA-256 of all before it.</remarks>
internal static class SealedFile
{
    private const int Version = 2, MagicBytes = 8, HeaderBytes = MagicBytes + 4 + 8, ChecksumBytes = 32;
    private const string Remedy = "delete it and train again";

    /// <param name="magic">Eight ASCII characters.</param>
    public static void Write(string path, string magic, string key, Action<BinaryWriter> payload)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(Encoding.ASCII.GetBytes(magic));
        writer.Write(Version);
        writer.Write(0L);
        writer.Write(key);
        payload(writer);
        writer.Seek(MagicBytes + 4, SeekOrigin.Begin);
        writer.Write(memory.Length - HeaderBytes);
        var bytes = memory.ToArray();

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            file.Write(bytes);
            file.Write(SHA256.HashData(bytes));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <exception cref="InputException">Missing, truncated, changed, or not such a file.</exception>
    public static (string Key, T Value) Read<T>(string path, string magic, Func<BinaryReader, T> payload)
    {
        var bytes = ReadChecked(path, magic);
        using var reader = new BinaryReader(new MemoryStream(bytes, HeaderBytes, bytes.Length - HeaderBytes - ChecksumBytes));
        return (reader.ReadString(), payload(reader));
    }

    /// <summary>The key of a file that is whole.</summary>
    /// <exception cref="InputException">As <see cref="Read"/>.</exception>
    public static string ReadKey(string path, string magic) => Read(path, magic, _ => 0).Key;

    private static byte[] ReadChecked(string path, string magic)
    {
        if (!File.Exists(path)) throw Wrong(0, "does not exist; run training first.");
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < HeaderBytes) throw Wrong(bytes.Length, $"truncated: {bytes.Length} bytes, the header has {HeaderBytes}; {Remedy}.");
        if (Encoding.ASCII.GetString(bytes, 0, MagicBytes) != magic) throw Wrong(0, $"wrong magic number, expected {magic}; name another file, or {Remedy}.");
        int version = BitConverter.ToInt32(bytes, MagicBytes);
        if (version != Version) throw Wrong(MagicBytes, $"format version {version}, this program reads {Version}; {Remedy}.");
        long expected = BitConverter.ToInt64(bytes, MagicBytes + 4) + HeaderBytes + ChecksumBytes;
        if (bytes.Length != expected) throw Wrong(bytes.Length, $"{bytes.Length} bytes instead of {expected}: cut off or overwritten; {Remedy}.");
        int sealedBytes = bytes.Length - ChecksumBytes;
        if (!SHA256.HashData(bytes.AsSpan(0, sealedBytes)).AsSpan().SequenceEqual(bytes.AsSpan(sealedBytes)))
            throw Wrong(sealedBytes, $"checksum does not match, the file was changed after it was written; {Remedy}.");
        return bytes;

        InputException Wrong(int offset, string message) => new(new InputError(path, 1, offset + 1, message));
    }

    public static void WriteFloats(this BinaryWriter writer, float[] values)
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    public static float[] ReadFloats(this BinaryReader reader)
    {
        var values = new float[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
