using HwGen.Core.Network;

namespace HwGen.Core.Design;

/// <summary>What is known of a data set before anything is read from it; what is null shows only then.</summary>
/// <param name="Name">As a design file names it.</param>
/// <param name="FeaturesPerStep">Input size of the first layer.</param>
/// <param name="Classes">Output size of the last layer.</param>
/// <param name="TrainingSequences">Sequences to train and calibrate with.</param>
/// <param name="TestSequences">Sequences to test with.</param>
public sealed record DataSetShape(string Name, int FeaturesPerStep, int? Classes, int? TrainingSequences, int? TestSequences)
{
    /// <summary>The phones that TIMIT is scored with.</summary>
    /// <remarks>Source: Lee, Hon, IEEE Trans. ASSP 37 (1989).</remarks>
    private const int Phones = 39;

    /// <summary>Shape of one sequence taken as a picture, rows and columns of channels; null when it is none.</summary>
    public ImageShape? Image { get; init; }

    /// <summary>Whether each step has a label, rather than each sequence.</summary>
    public bool? LabelsSteps { get; init; } = false;

    /// <summary>Whether there is something to train for.</summary>
    public bool HasLabels { get; init; } = true;

    /// <summary>Sequences of <see cref="DataSetName.Uniform"/> to calibrate with, and as many to test with.</summary>
    public const int UniformSequences = 16;

    /// <remarks>Sizes of Fashion-MNIST: Xiao, Rasul, Vollgraf, arXiv:1708.07747; of CIFAR: Krizhevsky, Learning Multiple Layers of
    /// Features from Tiny Images (2009).</remarks>
    /// <exception cref="ArgumentException">The name is not one of <see cref="DataSetName.All"/>, or features were not told that only the design tells.</exception>
    public static DataSetShape Of(DataSettings data) => data.Name switch
    {
        DataSetName.FashionMnist => Pictures(data.Name, new(28, 28, 1), 10, 60_000, 10_000),
        DataSetName.Cifar10 => Pictures(data.Name, new(32, 32, 3), 10, 50_000, 10_000),
        DataSetName.Cifar100 => Pictures(data.Name, new(32, 32, 3), 100, 50_000, 10_000),
        DataSetName.Speech or DataSetName.Timit => new(data.Name, data.Features.Size, Phones, null, null) { LabelsSteps = true },
        DataSetName.Npz => new(data.Name, Told(data), null, null, null)
        {
            LabelsSteps = null,
            Image = Picture(data),
        },
        DataSetName.Csv => new(data.Name, Told(data), null, null, null),
        DataSetName.Uniform => new(data.Name, Told(data), null, UniformSequences, UniformSequences) { HasLabels = false, Image = Picture(data) },
        _ => throw new ArgumentException($"'{data.Name}' is no data set.", nameof(data)),
    };

    /// <summary>The rows of a picture are the steps.</summary>
    private static DataSetShape Pictures(string name, ImageShape image, int classes, int training, int test) =>
        new(name, image.Width * image.Channels, classes, training, test) { Image = image };

    private static ImageShape? Picture(DataSettings data) => data.Rows is { } rows ? new(rows, Told(data) / data.Channels, data.Channels) : null;

    private static int Told(DataSettings data) =>
        data.Inputs ?? throw new ArgumentException($"Nothing tells the features of a step of '{data.Name}'.", nameof(data));
}
