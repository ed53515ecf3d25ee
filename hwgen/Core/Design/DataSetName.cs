namespace HwGen.Core.Design;

/// <summary>The data sets that a design can name.</summary>
public static class DataSetName
{
    /// <summary>Clothes, 28 × 28, grey.</summary>
    public const string FashionMnist = "fashion-mnist";

    /// <summary>Photographs, 32 × 32, in colour, of 10 kinds.</summary>
    public const string Cifar10 = "cifar-10";

    /// <summary>As <see cref="Cifar10"/>, of 100 kinds.</summary>
    public const string Cifar100 = "cifar-100";

    /// <summary>Speech that stands in for <see cref="Timit"/>.</summary>
    public const string Speech = "speech";

    /// <summary>The licensed speech corpus.</summary>
    public const string Timit = "timit";

    /// <summary>The user's own, as NumPy arrays.</summary>
    public const string Npz = "npz";

    /// <summary>The user's own, as text.</summary>
    public const string Csv = "csv";

    /// <summary>Random numbers between −1 and 1 without labels: a stimulus for networks with random weights.</summary>
    public const string Uniform = "uniform";

    /// <summary>In the order that messages list them.</summary>
    public static IReadOnlyList<string> All { get; } = [FashionMnist, Cifar10, Cifar100, Speech, Timit, Npz, Csv, Uniform];
}
