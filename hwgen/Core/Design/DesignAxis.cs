namespace HwGen.Core.Design;

/// <summary>One key of a design and the values that it takes.</summary>
public sealed class DesignAxis
{
    internal DesignAxis(KeyPath path, IReadOnlyList<YamlScalar> scalars)
    {
        (KeyPath, Scalars) = (path, scalars);
        Values = [.. scalars.Select(s => s.Value)];
    }

    /// <summary>As the design file names it, such as <c>quantization.bits</c>.</summary>
    public string Path => KeyPath.Text;

    /// <summary>As the design file writes them.</summary>
    public IReadOnlyList<string> Values { get; }

    internal KeyPath KeyPath { get; }

    internal IReadOnlyList<YamlScalar> Scalars { get; }
}
