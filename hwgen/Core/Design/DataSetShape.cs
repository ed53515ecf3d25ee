namespace HwGen.Core.Design;

/// <summary>What a design must know about a data set before anything is read from it.</summary>
/// <param name="Name">As a design file names it.</param>
/// <param name="FeaturesPerStep">Input size of the first layer.</param>
/// <param name="Classes">Output size of the last layer.</param>
/// <param name="TrainingSequences">Sequences to train and calibrate with.</param>
/// <param name="TestSequences">Sequences to test with.</param>
public sealed record DataSetShape(string Name, int FeaturesPerStep, int Classes, int TrainingSequences, int TestSequences)
{
    /// <summary>All data sets that a design can name.</summary>
    /// <remarks>Fashion-MNIST's sizes: Xiao, Rasul, Vollgraf, arXiv:1708.07747.</remarks>
    public static IReadOnlyList<DataSetShape> All { get; } = [new("fashion-mnist", 28, 10, 60_000, 10_000)];

    public static DataSetShape? Find(string name) => All.FirstOrDefault(d => d.Name == name);
}
