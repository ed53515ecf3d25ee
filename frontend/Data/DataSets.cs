using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Frontend.Data.Speech;

namespace HwGen.Frontend.Data;

/// <summary>Every data set by its name.</summary>
public static class DataSets
{
    /// <param name="settings">Names the data set.</param>
    /// <param name="cacheFolder">Takes what is computed once, such as features of speech; made when it is needed.</param>
    /// <param name="progress">Told how much is read, where that takes long.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="InputException">A file is missing or wrong; all mistakes at once.</exception>
    public static DataSplit Load(
        DataSettings settings, string cacheFolder, IProgress<(int Done, int Total)>? progress = null, CancellationToken cancel = default) => settings.Name switch
        {
            DataSetName.FashionMnist => Split(FashionMnist.Load(settings)),
            DataSetName.Cifar10 or DataSetName.Cifar100 => Cifar.Load(settings),
            DataSetName.Npz => NpzData.Load(settings),
            DataSetName.Csv => CsvData.Load(settings),
            DataSetName.Uniform => UniformData.Create(settings),
            _ => SpeechData.Load(settings, cacheFolder, progress, cancel),
        };

    /// <summary>Stands for what <see cref="Load"/> returns: changes when the data change.</summary>
    /// <exception cref="InputException">A file is missing.</exception>
    public static string Digest(DataSettings settings) => settings.Name switch
    {
        DataSetName.FashionMnist => FashionMnist.Digest(settings),
        DataSetName.Cifar10 or DataSetName.Cifar100 => Cifar.Digest(settings),
        DataSetName.Npz => NpzData.Digest(settings),
        DataSetName.Csv => CsvData.Digest(settings),
        DataSetName.Uniform => $"uniform {settings.Inputs} {settings.Steps}",
        _ => SpeechData.Digest(settings),
    };

    private static DataSplit Split((SequenceDataset Train, SequenceDataset Test) parts) => new(parts.Train, [new("test", parts.Test)]);
}
