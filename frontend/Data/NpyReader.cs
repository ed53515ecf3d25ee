using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using HwGen.Core;

namespace HwGen.Frontend.Data;

/// <summary>Reads an array out of the bytes of a .npy file.</summary>
/// <remarks>Format: the bytes 93 'NUMPY', a major and a minor version, the header's length in 2 bytes (version 1) or 4 (2 and 3), the
/// header, a Python dictionary with the keys descr, fortran_order and shape, then the elements. Source: NumPy, numpy.lib.format.</remarks>
internal static partial class NpyReader
{
    private const string Again = "save the file again with numpy.savez";

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <returns>The array, or null when an error was added to <paramref name="errors"/>.</returns>
    /// <param name="path">The .npz file, for messages.</param>
    /// <param name="entry">Its entry, for messages.</param>
    /// <param name="bytes">The entry, unpacked.</param>
    /// <param name="errors">Takes what is wrong; columns are byte offsets in the entry from 1.</param>
    public static NpyArray? Read(string path, string entry, byte[] bytes, ICollection<InputError> errors)
    {
        if (!bytes.AsSpan().StartsWith(Magic)) return Fail(0, $"is no array: it doesn't begin with the bytes 93 'NUMPY'; {Again}.");
        if (bytes.Length < 12) return Fail(bytes.Length, $"is truncated in the header; {Again}.");
        int version = bytes[6];
        if (version is < 1 or > 3) return Fail(6, $"is of version {version} of the format, expected 1 to 3; {Again}.");
        int start = version == 1 ? 10 : 12;
        long end = start + (version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)) : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)));
        if (end > bytes.Length) return Fail(bytes.Length, $"is truncated in the header, which ends at byte {end}; {Again}.");

        string header = Encoding.UTF8.GetString(bytes.AsSpan(start, (int)end - start));
        if (Parse(header) is not var (type, order, dimensions))
            return Fail(start, $"has the header {header.Trim()}, which is no plain array's; {Again}, one array of numbers a name.");
        if (order == "True") return Fail(start, "is in Fortran's order (fortran_order is True); save numpy.ascontiguousarray of it.");
        if (type[0] == '>') return Fail(start, $"is big-endian ({type}); save it with the type {type.Replace('>', '<')}.");
        if (!NpyArray.Types.Contains(type[1..]) || type[0] != (type[2] == '1' ? '|' : '<'))
            return Fail(start, $"is of type {type}; save it as float32, float64 or an integer type.");

        var shape = new List<int>();
        long size = type[2] - '0';
        foreach (string dimension in dimensions)
        {
            if (!int.TryParse(dimension, NumberStyles.None, CultureInfo.InvariantCulture, out int n) || n < 1 || (size *= n) > Array.MaxLength)
                return Fail(start, $"has the shape ({string.Join(", ", dimensions)}); each dimension must be at least 1 and all together at most {Array.MaxLength} bytes.");
            shape.Add(n);
        }
        if (bytes.Length - end != size)
            return Fail(Math.Min(bytes.Length, end + size), $"has {bytes.Length - end} bytes of elements, its header says {size}; {Again}.");
        return new(entry, type[1..], shape, bytes, (int)end);

        NpyArray? Fail(long offset, string message)
        {
            errors.Add(new(path, 1, (int)offset + 1, $"{entry} {message}"));
            return null;
        }
    }

    /// <summary>The dictionary's three values; null when it is not made of exactly these.</summary>
    private static (string Type, string FortranOrder, string[] Shape)? Parse(string header)
    {
        var whole = Dictionary().Match(header);
        if (!whole.Success) return null;
        var values = new Dictionary<string, string>();
        for (int i = 0; i < whole.Groups["key"].Captures.Count; i++)
            if (!values.TryAdd(whole.Groups["key"].Captures[i].Value, whole.Groups["value"].Captures[i].Value)) return null;
        return values.Count == 3 && values.TryGetValue("descr", out string? type) && type.Length >= 5 && type[0] == '\''
            && values.TryGetValue("fortran_order", out string? order) && order is "True" or "False"
            && values.TryGetValue("shape", out string? shape) && shape[0] == '('
            ? (type[1..^1], order, shape[1..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) : null;
    }

    [GeneratedRegex("""\A\s*\{(\s*'(?<key>\w+)'\s*:\s*(?<value>'[^']*'|True|False|\([0-9,\s]*\))\s*(,|(?=\})))+\s*\}\s*\z""")]
    private static partial Regex Dictionary();
}
