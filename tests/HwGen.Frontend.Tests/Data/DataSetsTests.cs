using HwGen.Core.Design;
using HwGen.Frontend.Data;

namespace HwGen.Frontend.Tests.Data;

public sealed class DataSetsTests : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_EveryName_AsksForItsOwnFiles()
    {
        foreach (string name in DataSetName.All.Except([DataSetName.Speech, DataSetName.Timit, DataSetName.Uniform]))
        {
            string expected = name switch
            {
                DataSetName.FashionMnist => "train-images-idx3-ubyte.gz is missing",
                DataSetName.Cifar10 => "data_batch_1.bin is missing",
                DataSetName.Cifar100 => "train.bin is missing",
                DataSetName.Npz => "data.npz is missing",
                _ => "train.csv is missing",
            };
            var settings = folder.Settings(name, name == DataSetName.Npz ? "data.npz" : "");
            string[] errors = folder.Errors(() => DataSets.Load(settings, folder["cache"]));
            Assert.Contains(expected, errors[0]);
            Assert.Equal(errors, folder.Errors(() => DataSets.Digest(settings)));
        }
    }

    [Fact]
    public void Load_Csv_GivesBothParts()
    {
        File.WriteAllText(folder["train.csv"], "0,1\n1,2\n");
        File.WriteAllText(folder["test.csv"], "1,3\n");
        var settings = folder.Settings(DataSetName.Csv);
        var split = DataSets.Load(settings, folder["cache"]);
        Assert.Equal((2, 1), (split.Train.Count, split.Test.Count));
        Assert.Equal(CsvData.Digest(settings), DataSets.Digest(settings));
    }
}
