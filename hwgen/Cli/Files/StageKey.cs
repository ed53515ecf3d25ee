using System.Buffers.Binary;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace HwGen.Cli.Files;

/// <summary>A digest of everything that a stage's result depends on. Inputs are added in a fixed order.</summary>
public sealed class StageKey : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public StageKey Add(string name, string value) => Add(name, Encoding.UTF8.GetBytes(value));

    public StageKey Add(string name, double value) => Add(name, value.ToString("R", CultureInfo.InvariantCulture));

    public StageKey Add(string name, ReadOnlySpan<byte> value)
    {
        AppendWithLength(Encoding.UTF8.GetBytes(name));
        AppendWithLength(value);
        return this;
    }

    /// <summary>The content of a file; its name and time do not count.</summary>
    public StageKey AddFile(string name, string path) => Add(name, HashOf(path));

    /// <summary>A value whose JSON says everything about it, such as a settings record.</summary>
    public StageKey AddValue(string name, object value) => Add(name, JsonText.Line(value));

    /// <summary>The code that does the work: another build of other source is another input.</summary>
    public StageKey AddCode(params Assembly[] assemblies)
    {
        foreach (var assembly in assemblies)
            Add(assembly.GetName().Name!, assembly.ManifestModule.ModuleVersionId.ToString("N"));
        return this;
    }

    /// <summary>64 hexadecimal digits.</summary>
    public string Finish() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public void Dispose() => hash.Dispose();

    internal static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    // Lengths keep ("ab", "c") and ("a", "bc") apart.
    private void AppendWithLength(ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
