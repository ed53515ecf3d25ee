using System.Security.Cryptography;
using System.Text;

namespace HwGen.Core.Design;

/// <summary>A design and every combination of the values that its section <c>explore</c> gives to some of its keys. The last axis
/// turns fastest.</summary>
public sealed class DesignSpace
{
    private const int HashDigits = 8, MaxNameLength = 64;

    private readonly YamlMap _root;

    internal DesignSpace(YamlMap root, DesignFile design, IReadOnlyList<DesignAxis> axes, IReadOnlyList<string> front, InputLocation location) =>
        (_root, Base, Axes, Front, Location) = (root, design, axes, front, location);

    /// <summary>The design as the file has it.</summary>
    public DesignFile Base { get; }

    public IReadOnlyList<DesignAxis> Axes { get; }

    /// <summary>Figures, of <see cref="FigureName.All"/>, that the Pareto front weighs.</summary>
    public IReadOnlyList<string> Front { get; }

    /// <summary>What the points are attacked by; null: they are not.</summary>
    public AttackSettings? Attack { get; init; }

    /// <summary>Of the section; of the file without one.</summary>
    public InputLocation Location { get; }

    /// <summary>Points; 1 without an axis.</summary>
    public long Count => Axes.Aggregate(1L, (count, axis) => checked(count * axis.Values.Count));

    /// <summary>One point as a design file.</summary>
    public DesignPoint Point(long index)
    {
        YamlMap root = At(index);
        string unnamed = YamlText.Write(root);
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(unnamed)))[..HashDigits];
        string name = $"{Base.Name[..Math.Min(Base.Name.Length, MaxNameLength - HashDigits - 1)].TrimEnd('-')}-{hash}";
        return new(index, name, [.. Choices(index).Select((c, a) => Axes[a].Values[c])],
            YamlText.Write(root.With("name", root.Location, new YamlScalar(root.Location, name, IsPlain: true))));
    }

    /// <summary>A design file with another <c>data.path</c>.</summary>
    /// <param name="text">From <see cref="Point"/>.</param>
    /// <param name="path">Null leaves it as it is.</param>
    public static string WithDataPath(string text, string? path)
    {
        if (path is null) return text;
        var root = (YamlMap)YamlTree.Read(text, "", [])!;
        return YamlText.Write(new KeyPath("data.path", root.Location).Set(root, new(root.Location, path, IsPlain: false)).Design!);
    }

    /// <summary>One point, read and checked.</summary>
    /// <exception cref="InputException">Its values don't go together.</exception>
    public DesignFile Design(long index)
    {
        var errors = new List<InputError>();
        return DesignReader.Read(At(index), errors) is { } design && errors.Count == 0
            ? design : throw new InputException(errors.OrderBy(e => e.Line).ThenBy(e => e.Column));
    }

    /// <summary>Which value each axis has at a point.</summary>
    public int[] Choices(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var choices = new int[Axes.Count];
        for (int a = choices.Length - 1; a >= 0; a--) (index, choices[a]) = (index / Axes[a].Values.Count, (int)(index % Axes[a].Values.Count));
        return choices;
    }

    /// <summary>The point at which each axis has a certain value.</summary>
    public long Index(IReadOnlyList<int> choices) => Axes.Index().Aggregate(0L, (index, axis) => index * axis.Item.Values.Count + choices[axis.Index]);

    private YamlMap At(long index)
    {
        YamlMap root = _root;
        foreach (var (axis, choice) in Choices(index).Index())
            root = Axes[axis].KeyPath.Set(root, Axes[axis].Scalars[choice]).Design!;      // the paths were tried when the file was read
        return root;
    }
}
