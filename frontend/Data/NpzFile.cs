using System.IO.Compression;
using System.IO.Hashing;
using HwGen.Core;

namespace HwGen.Frontend.Data;

/// <summary>Named NumPy arrays in one zip file, stored or deflated.</summary>
internal static class NpzFile
{
    private const string Again = "save the file again with numpy.savez";

    /// <summary>Reads the arrays of some names, those that are there and sound.</summary>
    /// <param name="path">An existing file.</param>
    /// <param name="names">Names without ".npy".</param>
    /// <param name="errors">Takes what is wrong; columns are byte offsets in the entry that the message names, from 1.</param>
    public static IReadOnlyDictionary<string, NpyArray> Read(string path, IEnumerable<string> names, ICollection<InputError> errors)
    {
        var arrays = new Dictionary<string, NpyArray>();
        try
        {
            using var archive = ZipFile.OpenRead(path);
            foreach (string name in names)
                if (archive.GetEntry(name + ".npy") is { } entry && Unpack(path, entry, errors) is { } bytes
                    && NpyReader.Read(path, entry.FullName, bytes, errors) is { } array)
                    arrays.Add(name, array);
        }
        catch (InvalidDataException e)
        {
            errors.Add(new(path, 1, 1, $"is no sound zip file ({e.Message}); {Again}."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(DataFiles.Unreadable(path, e));
        }
        return arrays;
    }

    private static byte[]? Unpack(string path, ZipArchiveEntry entry, ICollection<InputError> errors)
    {
        if (entry.Length > Array.MaxLength) return Fail(0, $"has {entry.Length} bytes; save it in at most {Array.MaxLength}.");
        var bytes = new byte[entry.Length];
        int read = 0;
        try
        {
            using var stream = entry.Open();
            read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (read < bytes.Length || stream.ReadByte() >= 0) return Fail(read, $"has not the {bytes.Length} bytes that the zip file names; {Again}.");
        }
        catch (InvalidDataException e)
        {
            return Fail(read, $"can't be unpacked ({e.Message}); {Again}.");
        }
        return Crc32.HashToUInt32(bytes) == entry.Crc32 ? bytes : Fail(0, $"is damaged: its checksum differs; {Again}.");

        byte[]? Fail(int offset, string message)
        {
            errors.Add(new(path, 1, offset + 1, $"{entry.FullName} {message}"));
            return null;
        }
    }
}
