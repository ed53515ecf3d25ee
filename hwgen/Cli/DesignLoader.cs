using System.Text;
using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Cli;

/// <summary>Reads a design file from disk.</summary>
public static class DesignLoader
{
    private const int MaxBytes = 1 << 20;

    /// <summary>The design, with <c>data.path</c> and <c>network.weights</c> resolved against the file's folder.</summary>
    /// <exception cref="InputException">The file is missing, unreadable, no text or no valid design.</exception>
    public static DesignFile Load(string path) => Resolve(LoadSpace(path).Base, path);

    /// <summary>The design and the space around it; its paths are as written.</summary>
    /// <exception cref="InputException">As for <see cref="Load"/>.</exception>
    public static DesignSpace LoadSpace(string path) => DesignReader.ParseSpace(ReadText(path), path);

    /// <summary>The design with <c>data.path</c> and <c>network.weights</c> resolved against the folder of its file.</summary>
    /// <exception cref="InputException">There are no such weights.</exception>
    public static DesignFile Resolve(DesignFile design, string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "";
        if (design.Data.Path is { } data) design = design with { Data = design.Data with { Path = Path.Combine(folder, data) } };
        if (design.Weights is not { } weights) return design;
        weights = weights with { Path = Path.Combine(folder, weights.Path) };
        return File.Exists(weights.Path) ? design with { Weights = weights }
            : throw new InputException(weights.Location.Error($"there is no file {weights.Path}: 'hwgen import' writes it beside the design; name where it is"));
    }

    /// <summary>Several designs, each with a name of its own.</summary>
    /// <exception cref="InputException">All mistakes in all files.</exception>
    public static List<DesignFile> LoadAll(IEnumerable<string> paths) => LoadAll(paths, Load, d => d);

    /// <summary>The spaces around several designs, each with a name of its own; paths are as written.</summary>
    /// <inheritdoc cref="LoadAll(IEnumerable{string})"/>
    public static List<DesignSpace> LoadSpaces(IEnumerable<string> paths) => LoadAll(paths, LoadSpace, s => s.Base);

    private static List<T> LoadAll<T>(IEnumerable<string> paths, Func<string, T> load, Func<T, DesignFile> designOf)
    {
        var loaded = new List<T>();
        var errors = new List<InputError>();
        foreach (string path in paths)
        {
            try
            {
                T design = load(path);
                if (loaded.Exists(d => designOf(d).Name == designOf(design).Name))
                    errors.Add(new(path, 1, 1, $"another design given is named '{designOf(design).Name}' too and would be overwritten: give each its own name"));
                loaded.Add(design);
            }
            catch (InputException e)
            {
                errors.AddRange(e.Errors);
            }
        }
        return errors.Count == 0 ? loaded : throw new InputException(errors);
    }

    private static string ReadText(string path)
    {
        if (Directory.Exists(path)) throw Error(path, "this is a folder: name the design file in it");
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            if (bytes.Length > MaxBytes) throw Error(path, $"the file has {bytes.Length} bytes, a design file at most {MaxBytes}: is it another file?");
            using var reader = new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Error(path, "there is no such file: check the path, or write a design with 'hwgen new NAME'");
        }
        catch (DecoderFallbackException)
        {
            throw Error(path, "the file is not UTF-8 text: save it as UTF-8");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or ArgumentException)
        {
            throw Error(path, $"the file can't be read ({e.Message}): check its path and its permissions");
        }
    }

    private static InputException Error(string path, string message) => new(new InputError(path, 1, 1, message));
}
