using System.Security.Cryptography;
using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Frontend.Data;

/// <summary>The files that a data set lies in.</summary>
internal static class DataFiles
{
    /// <summary>SHA-256 over the files as they lie on disk, in hexadecimal.</summary>
    /// <exception cref="InputException">A file can't be read.</exception>
    public static string Digest(IEnumerable<string> paths)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in paths)
        {
            try
            {
                using var file = File.OpenRead(path);
                hash.AppendData(SHA256.HashData(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InputException(Unreadable(path, e));
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Paths of the named files in the data's folder.</summary>
    /// <exception cref="InputException">There is no folder, or a file is missing; names every one.</exception>
    public static string[] Locate(DataSettings settings, params IReadOnlyList<string> names)
    {
        string folder = Place(settings);
        string[] paths = [.. names.Select(name => Path.Combine(folder, name))];
        var missing = paths.Where(path => !File.Exists(path)).Select(path =>
            settings.Location.Error($"data file {path} is missing; put it there, or name the folder of {string.Join(", ", names)} in data.path.")).ToArray();
        return missing.Length > 0 ? throw new InputException(missing) : paths;
    }

    /// <exception cref="InputException">There is none.</exception>
    public static string Place(DataSettings settings) => settings.Path
        ?? throw new InputException(settings.Location.Error($"nothing says where {settings.Name} lies; name its place in data.path."));

    public static InputError Unreadable(string path, Exception e) => new(path, 1, 1, $"cannot be read ({e.Message}); make it readable.");
}
