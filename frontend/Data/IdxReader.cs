using System.Buffers.Binary;
using System.IO.Compression;
using HwGen.Core;

namespace HwGen.Frontend.Data;

/// <summary>Reads IDX files, gzip-compressed or plain; which one is told by the first two bytes, not by the name.</summary>
/// <remarks>Format: two zero bytes, the element type (8: unsigned byte), the number of dimensions, one big-endian 32-bit
/// word a dimension, the elements. Source: LeCun, Cortes, Burges, "The MNIST database".</remarks>
public static class IdxReader
{
    private const int UnsignedByte = 8;
    private const long Largest = 1 << 30;
    private const string Again = "fetch the file again, or name another one";

    /// <summary>Reads a file of <paramref name="dimensions"/> dimensions.</summary>
    /// <returns>The file, or null when an error was added to <paramref name="errors"/>.</returns>
    /// <param name="path">An existing file.</param>
    /// <param name="dimensions">Dimensions that the header must have.</param>
    /// <param name="errors">Takes what is wrong; columns are byte offsets (of the unpacked file) from 1.</param>
    public static IdxFile? Read(string path, int dimensions, ICollection<InputError> errors)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
            if (bytes is [0x1f, 0x8b, ..]) bytes = Unpack(bytes);
        }
        catch (InvalidDataException e)
        {
            return Fail(0, $"damaged gzip data ({e.Message}); {Again}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(0, $"cannot be read ({e.Message}); make it readable.");
        }

        int header = 4 + 4 * dimensions;
        if (bytes.Length < 4) return Fail(bytes.Length, $"truncated: {bytes.Length} bytes, the magic number needs 4; {Again}.");
        int magic = BinaryPrimitives.ReadInt32BigEndian(bytes), expected = UnsignedByte << 8 | dimensions;
        if (magic != expected)
            return Fail(0, $"wrong magic number 0x{magic:x8}, expected 0x{expected:x8} (unsigned bytes, {dimensions} dimensions); {Again}.");
        if (bytes.Length < header) return Fail(bytes.Length, $"truncated in the header: {bytes.Length} bytes of {header}; {Again}.");

        var sizes = new int[dimensions];
        long count = 1;
        for (int d = 0; d < dimensions; d++)
        {
            sizes[d] = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 + 4 * d));
            if (sizes[d] < 1 || (count *= sizes[d]) > Largest)
                return Fail(4 + 4 * d, $"dimension {d + 1} is {sizes[d]}; it must be at least 1 and the file at most {Largest} bytes; {Again}.");
        }
        if (bytes.Length < header + count)
            return Fail(bytes.Length, $"truncated: {bytes.Length - header} of {count} values; {Again}.");
        if (bytes.Length > header + count)
            return Fail(header + (int)count, $"{bytes.Length - header - count} bytes after the last of {count} values; {Again}.");
        return new(path, sizes, bytes[header..]);

        IdxFile? Fail(int offset, string message)
        {
            errors.Add(new(path, 1, offset + 1, message));
            return null;
        }
    }

    /// <summary>Unpacks as far as the data reach: a truncated stream shows as truncated values.</summary>
    private static byte[] Unpack(byte[] packed)
    {
        using var source = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        var target = new MemoryStream();
        try
        {
            source.CopyTo(target);
        }
        catch (EndOfStreamException)
        {
            // What came before the end is kept; the length check of the caller names the offset.
        }
        return target.ToArray();
    }
}
