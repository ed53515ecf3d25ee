using HwGen.Core.Design;
using HwGen.Frontend.Data;

namespace HwGen.Frontend.Tests.Data;

public sealed class CifarTests : IDisposable
{
    private const int Side = 32, Plane = Side * Side, Pixels = 3 * Plane;

    private static readonly string[] Batches = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")];

    private readonly DataFolder folder = new();

    private DataSettings Ten => folder.Settings(DataSetName.Cifar10);

    public CifarTests()
    {
        for (int i = 0; i < 5; i++) File.WriteAllBytes(folder[Batches[i]], Pictures(i + 1, 2, [10]));
        File.WriteAllBytes(folder["test_batch.bin"], Pictures(6, 3, [10]));
        File.WriteAllBytes(folder["train.bin"], Pictures(7, 4, [20, 100]));
        File.WriteAllBytes(folder["test.bin"], Pictures(8, 2, [20, 100]));
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(DataSetName.Cifar10, 1, 10, 10, 3)]
    [InlineData(DataSetName.Cifar100, 2, 100, 4, 2)]
    public void Load_WholeFiles_PutsChannelsLastAndNormalisesEach(string name, int labelBytes, int classes, int train, int test)
    {
        var split = Cifar.Load(folder.Settings(name));
        Assert.Equal((train, Side, 3 * Side, classes), (split.Train.Count, split.Train.Length(0), split.Train.InputSize, split.Train.Classes));
        Assert.Equal((test, LabelKind.Sequence), (split.Test.Count, split.Test.Kind));

        string[] names = name == DataSetName.Cifar10 ? [.. Batches, "test_batch.bin"] : ["train.bin", "test.bin"];
        byte[][] records = [.. names.SelectMany(f => File.ReadAllBytes(folder[f]).Chunk(labelBytes + Pixels))];
        var moments = Enumerable.Range(0, 3).Select(channel => Moments(records[..train], labelBytes + channel * Plane)).ToArray();
        for (int i = 0; i < train + test; i++)
        {
            var (data, index) = i < train ? (split.Train, i) : (split.Test, i - train);
            Assert.Equal(records[i][labelBytes - 1], data.Labels(index)[0]);
            var values = DataFolder.Sequence(data, index);
            for (int v = 0; v < Pixels; v += 97)
            {
                var (mean, deviation) = moments[v % 3];
                double expected = (records[i][labelBytes + v % 3 * Plane + v / 3] - mean) / deviation;
                // One rounding to float of a number below 2.
                Assert.Equal(expected, values[v], 2 * Sample.Unit);
            }
        }
    }

    [Fact]
    public void Load_MissingFiles_NamesEach()
    {
        File.Delete(folder[Batches[1]]);
        File.Delete(folder["test_batch.bin"]);
        var errors = folder.Errors(() => Cifar.Load(Ten));
        Assert.Equal(2, errors.Length);
        Assert.StartsWith("design.yaml:7:3: error: data file data_batch_2.bin is missing", errors[0]);
        Assert.StartsWith("design.yaml:7:3: error: data file test_batch.bin is missing", errors[1]);
        Assert.Equal(errors, folder.Errors(() => Cifar.Digest(Ten)));
    }

    [Fact]
    public void Load_NoPath_AsksForIt()
    {
        var error = Assert.Single(folder.Errors(() => Cifar.Load(Ten with { Path = null })));
        Assert.StartsWith("design.yaml:7:3: error: nothing says where cifar-10 lies", error);
    }

    [Fact]
    public void Load_DamagedFiles_ReportsAllWithOffsets()
    {
        var bytes = File.ReadAllBytes(folder[Batches[0]]);
        File.WriteAllBytes(folder[Batches[0]], bytes[..4000]);
        bytes[1 + Pixels] = 10;
        File.WriteAllBytes(folder[Batches[1]], bytes);
        File.WriteAllBytes(folder[Batches[2]], []);
        var errors = folder.Errors(() => Cifar.Load(Ten));
        Assert.Equal(
        [
            "data_batch_1.bin:1:4001: error: truncated: 4000 bytes are 1 pictures of 3073 and 927 bytes more",
            "data_batch_2.bin:1:3074: error: label 10, expected 0..9",
            "data_batch_3.bin:1:1: error: truncated: 0 bytes are 0 pictures of 3073 and 0 bytes more",
        ], errors.Select(e => e.Split(';')[0]));
    }

    [Theory]
    [InlineData(0, 20, "label 20, expected 0..19")]
    [InlineData(1, 100, "label 100, expected 0..99")]
    public void Load_WrongLabelOfAHundred_SaysWhich(int at, byte label, string message)
    {
        var bytes = File.ReadAllBytes(folder["test.bin"]);
        bytes[at] = label;
        File.WriteAllBytes(folder["test.bin"], bytes);
        var error = Assert.Single(folder.Errors(() => Cifar.Load(folder.Settings(DataSetName.Cifar100))));
        Assert.StartsWith($"test.bin:1:{at + 1}: error: {message}", error);
    }

    [Fact]
    public void Digest_ChangedByte_Changes()
    {
        string before = Cifar.Digest(Ten);
        Assert.Equal(before, Cifar.Digest(Ten));
        var bytes = File.ReadAllBytes(folder["test_batch.bin"]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(folder["test_batch.bin"], bytes);
        Assert.NotEqual(before, Cifar.Digest(Ten));
    }

    private static byte[] Pictures(int seed, int count, int[] labelClasses)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).SelectMany(_ =>
        {
            var pixels = new byte[Pixels];
            random.NextBytes(pixels);
            return (byte[])[.. labelClasses.Select(c => (byte)random.Next(c)), .. pixels];
        })];
    }

    private static (double Mean, double Deviation) Moments(byte[][] records, int first)
    {
        var values = records.SelectMany(r => r.AsSpan(first, Plane).ToArray()).Select(v => (double)v).ToArray();
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Average(v => (v - mean) * (v - mean))));
    }
}
