using System.Buffers.Binary;
using System.IO.Compression;
using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Frontend.Data;

namespace HwGen.Frontend.Tests;

public sealed class DataTests : IDisposable
{
    private const int TrainCount = 6, TestCount = 4, Pixels = 28 * 28;

    private static readonly string[] Names =
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    private readonly string _folder = Directory.CreateTempSubdirectory("hwgen-data-").FullName;

    private DataSettings Settings => new("fashion-mnist", _folder, new("design.yaml", 7, 3));

    public DataTests()
    {
        Write(0, Idx([TrainCount, 28, 28], Bytes(TrainCount * Pixels, 251)));
        Write(1, Idx([TrainCount], Bytes(TrainCount, 10)));
        Write(2, Idx([TestCount, 28, 28], Bytes(TestCount * Pixels, 251)));
        Write(3, Idx([TestCount], Bytes(TestCount, 10)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_WholeFiles_NormalisesByTrainingSet(bool packed)
    {
        if (packed)
            foreach (string name in Names) Pack(name);
        var (train, test) = FashionMnist.Load(Settings);
        Assert.Equal((TrainCount, 28, 28, 10, TestCount), (train.Count, train.Steps, train.InputSize, train.Classes, test.Count));
        Assert.Equal(Bytes(TrainCount, 10), train.AllLabels);
        double mean = train.Inputs.Average(v => (double)v), square = train.Inputs.Average(v => (double)v * v);
        // Each value carries one rounding to float of a number below 2.
        Assert.InRange(mean, -2 * Sample.Unit, 2 * Sample.Unit);
        Assert.InRange(square, 1 - 8 * Sample.Unit, 1 + 8 * Sample.Unit);
        // The same pixel has the same value in both parts.
        Assert.Equal(train.Inputs[..(TestCount * Pixels)], test.Inputs);
    }

    [Fact]
    public void Load_NothingThere_NamesEveryFileAndThePackage()
    {
        var settings = Settings with { Path = Path.Combine(_folder, "absent") };
        var e = Assert.Throws<InputException>(() => FashionMnist.Load(settings));
        Assert.Equal(4, e.Errors.Count);
        Assert.All(e.Errors, error => Assert.StartsWith("design.yaml:7:3: error: data file ", error.ToString()));
        Assert.All(e.Errors, error => Assert.Contains("dataset-fashion-mnist", error.Message));
        Assert.Throws<InputException>(() => FashionMnist.Digest(settings));
    }

    [Fact]
    public void Load_SeveralMistakes_ReportsAllWithOffsets()
    {
        Write(0, Idx([TrainCount, 28, 28], Bytes(TrainCount * Pixels, 251))[..1000]);       // cut off
        var labels = Idx([TrainCount], Bytes(TrainCount, 10));
        labels[8 + 3] = 10;
        Write(1, labels);
        var images = Idx([TestCount, 28, 28], Bytes(TestCount * Pixels, 251));
        images[3] = 1;
        Write(2, images);
        var e = Assert.Throws<InputException>(() => FashionMnist.Load(Settings));
        Assert.Equal(
        [
            $"{At(0)}:1:1001: error: truncated: 984 of {TrainCount * Pixels} values",
            $"{At(2)}:1:1: error: wrong magic number 0x00000801, expected 0x00000803",
            $"{At(1)}:1:12: error: label 10, expected 0..9",
        ], e.Errors.Select(error => error.ToString().Split(';', '(')[0].TrimEnd()));
    }

    [Fact]
    public void Load_CountsDiffer_PointsAtTheLabelCount()
    {
        Write(3, Idx([TestCount - 1], Bytes(TestCount - 1, 10)));
        var error = Assert.Single(Assert.Throws<InputException>(() => FashionMnist.Load(Settings)).Errors);
        Assert.StartsWith($"{At(3)}:1:5: error: 3 labels, but 4 images", error.ToString());
    }

    [Fact]
    public void Load_OtherImageSize_PointsAtTheSize()
    {
        Write(2, Idx([TestCount, 14, 56], Bytes(TestCount * Pixels, 251)));
        var error = Assert.Single(Assert.Throws<InputException>(() => FashionMnist.Load(Settings)).Errors);
        Assert.StartsWith($"{At(2)}:1:9: error: images are 14×56, expected 28×28", error.ToString());
    }

    [Theory]
    [InlineData(0, "truncated: 0 bytes")]
    [InlineData(3, "truncated: 3 bytes")]
    [InlineData(9, "truncated in the header")]
    public void Load_CutHeader_SaysWhere(int length, string message)
    {
        Write(0, Idx([TrainCount, 28, 28], Bytes(TrainCount * Pixels, 251))[..length]);
        var error = Assert.Single(Assert.Throws<InputException>(() => FashionMnist.Load(Settings)).Errors);
        Assert.Equal((1, length + 1), (error.Line, error.Column));
        Assert.StartsWith(message, error.Message);
    }

    [Fact]
    public void Load_DamagedGzip_IsAnErrorOfThatFile()
    {
        Pack(Names[0]);
        string path = At(0) + ".gz";
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        var error = Assert.Single(Assert.Throws<InputException>(() => FashionMnist.Load(Settings)).Errors);
        Assert.Equal(path, error.File);
        Assert.Contains("truncated", error.Message);
        bytes[bytes.Length / 2] ^= 0xff;
        bytes[bytes.Length / 2 + 1] ^= 0xff;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(path, Assert.Throws<InputException>(() => FashionMnist.Load(Settings)).Errors[0].File);
    }

    [Fact]
    public void Load_ExtraBytes_IsAnError()
    {
        Write(1, [.. Idx([TrainCount], Bytes(TrainCount, 10)), 0]);
        var error = Assert.Single(Assert.Throws<InputException>(() => FashionMnist.Load(Settings)).Errors);
        Assert.Equal(8 + TrainCount + 1, error.Column);
    }

    private static byte[] Bytes(int count, int modulus) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 7 % modulus))];

    private static byte[] Idx(int[] dimensions, byte[] values)
    {
        var bytes = new byte[4 + 4 * dimensions.Length + values.Length];
        bytes[2] = 8;
        bytes[3] = (byte)dimensions.Length;
        for (int d = 0; d < dimensions.Length; d++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * d), dimensions[d]);
        values.CopyTo(bytes, 4 + 4 * dimensions.Length);
        return bytes;
    }

    private string At(int file) => Path.Combine(_folder, Names[file]);

    private void Write(int file, byte[] bytes) => File.WriteAllBytes(At(file), bytes);

    private void Pack(string name)
    {
        string plain = Path.Combine(_folder, name);
        using (var target = new GZipStream(File.Create(plain + ".gz"), CompressionLevel.Fastest)) target.Write(File.ReadAllBytes(plain));
        File.Delete(plain);
    }
}
