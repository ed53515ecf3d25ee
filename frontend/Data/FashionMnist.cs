using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Frontend.Data;

/// <summary>Fashion-MNIST as sequences: the 28 rows of an image are 28 steps of 28 pixels.</summary>
/// <remarks>Source: Xiao, Rasul, Vollgraf, arXiv:1708.07747; Debian package dataset-fashion-mnist (MIT).</remarks>
public static class FashionMnist
{
    /// <summary>The data set's name in a design file.</summary>
    public const string Name = DataSetName.FashionMnist;

    /// <summary>Where the Debian package puts the files.</summary>
    public const string DefaultFolder = "/usr/share/datasets/fashion-mnist";

    private const int Side = 28, Classes = 10;

    private static readonly string[] Files =
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    /// <summary>Reads both parts; pixels are shifted and scaled by the training part's mean and standard deviation.</summary>
    /// <exception cref="InputException">A file is missing or damaged; all mistakes at once.</exception>
    public static (SequenceDataset Train, SequenceDataset Test) Load(DataSettings settings)
    {
        var paths = Locate(settings);
        var errors = new List<InputError>();
        var parts = paths.Select((path, i) => IdxReader.Read(path, i % 2 == 0 ? 3 : 1, errors)).ToArray();
        for (int i = 0; i < parts.Length; i += 2) Check(parts[i], parts[i + 1], errors);
        if (errors.Count > 0) throw new InputException(errors);

        var (mean, deviation) = Moments(parts[0]!.Values);
        return (Build(parts[0]!, parts[1]!, mean, deviation), Build(parts[2]!, parts[3]!, mean, deviation));
    }

    /// <summary>SHA-256 over the four files as they lie on disk, in hexadecimal: changes when the data change.</summary>
    /// <exception cref="InputException">A file is missing.</exception>
    public static string Digest(DataSettings settings) => DataFiles.Digest(Locate(settings));

    private static string[] Locate(DataSettings settings)
    {
        string folder = settings.Path ?? DefaultFolder;
        var errors = new List<InputError>();
        var paths = Files.Select(name =>
        {
            string plain = Path.Combine(folder, name), packed = plain + ".gz";
            if (File.Exists(packed)) return packed;
            if (!File.Exists(plain))
                errors.Add(settings.Location.Error($"data file {packed} is missing (without .gz too); install the Debian package "
                    + "dataset-fashion-mnist, or name the folder of the four IDX files in data.path."));
            return plain;
        }).ToArray();
        return errors.Count > 0 ? throw new InputException(errors) : paths;
    }

    private static void Check(IdxFile? images, IdxFile? labels, List<InputError> errors)
    {
        if (images is not null && (images.Dimensions[1] != Side || images.Dimensions[2] != Side))
            errors.Add(new(images.Path, 1, 9, $"images are {images.Dimensions[1]}×{images.Dimensions[2]}, expected {Side}×{Side}; use the Fashion-MNIST files."));
        if (images is not null && labels is not null && images.Dimensions[0] != labels.Dimensions[0])
            errors.Add(new(labels.Path, 1, 5, $"{labels.Dimensions[0]} labels, but {images.Dimensions[0]} images in {images.Path}; use files that belong together."));
        int wrong = labels is null ? -1 : Array.FindIndex(labels.Values, v => v >= Classes);
        if (wrong >= 0)
            errors.Add(new(labels!.Path, 1, labels.HeaderBytes + wrong + 1, $"label {labels.Values[wrong]}, expected 0..{Classes - 1}; use the Fashion-MNIST files."));
    }

    private static (double Mean, double Deviation) Moments(byte[] pixels)
    {
        long sum = 0, squares = 0;
        foreach (byte p in pixels)
        {
            sum += p;
            squares += p * p;
        }
        double mean = (double)sum / pixels.Length;
        double variance = (double)squares / pixels.Length - mean * mean;
        return (mean, Math.Sqrt(Math.Max(variance, 1)));     // a blank set is shifted, not blown up
    }

    private static SequenceDataset Build(IdxFile images, IdxFile labels, double mean, double deviation)
    {
        var table = Enumerable.Range(0, 256).Select(p => (float)((p - mean) / deviation)).ToArray();
        var inputs = new float[images.Values.Length];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = table[images.Values[i]];
        return new(labels.Values.Length, Side, Side, Classes, inputs, labels.Values)
        {
            Ends = new([.. Enumerable.Repeat(table[0], Side)], [.. Enumerable.Repeat(table[^1], Side)]),
        };
    }
}
