using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using HwGen.Core.Design;
using HwGen.Frontend.Data;

namespace HwGen.Frontend.Tests.Data;

public sealed class NpzDataTests : IDisposable
{
    private const string File = "data.npz";

    private readonly DataFolder folder = new();

    private readonly Dictionary<string, byte[]> entries = new()
    {
        ["x_train"] = Npy("<f4", "(3, 2, 2)", Range<float>(12)),
        ["y_train"] = Npy("<i8", "(3,)", new long[] { 0, 2, 1 }),
        ["x_test"] = Npy("<f4", "(1, 2, 2)", new float[] { -1, 0.5f, 3, 4 }),
        ["y_test"] = Npy("<i8", "(1,)", new long[] { 2 }),
    };

    private DataSettings Settings => folder.Settings(DataSetName.Npz, File);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_SavedByNumpy_ReadsPicturesLabelsAndLengths()
    {
        var split = NpzData.Load(Settings with { Path = Path.Combine(Sample.Root(), "tests", "fixtures", "arrays.npz"), Inputs = 6 });

        Assert.Equal((3, 6, 3, LabelKind.Frame), (split.Train.Count, split.Train.InputSize, split.Train.Classes, split.Train.Kind));
        Assert.Equal([2, 1, 2], Enumerable.Range(0, 3).Select(split.Train.Length));
        Assert.Equal(Enumerable.Range(12, 6).Select(v => v / 255f), DataFolder.Sequence(split.Train, 1));
        Assert.Equal([2], split.Train.Labels(1).ToArray());
        Assert.Equal([1, 0], split.Train.Labels(2).ToArray());
        Assert.Equal(2, split.Test.Count);
        Assert.Equal(Enumerable.Range(112, 12).Select(v => v / 255f), DataFolder.Sequence(split.Test, 1));
        Assert.Equal([0, 1], split.Test.Labels(1).ToArray());
    }

    [Fact]
    public void Load_LabelEachSequence_IsAPlainDataset()
    {
        var split = Load();
        var train = Assert.IsType<SequenceDataset>(split.Train);
        Assert.Equal((3, 2, 2, 3), (train.Count, train.Steps, train.InputSize, train.Classes));
        Assert.Equal(Range<float>(12), train.Inputs);
        Assert.Equal([0, 2, 1], train.AllLabels);
        Assert.Equal([-1, 0.5f, 3, 4], DataFolder.Sequence(split.Test, 0));
    }

    [Theory]
    [InlineData("<f8", 1)]
    [InlineData("|i1", 1)]
    [InlineData("<i2", 1)]
    [InlineData("<u2", 1)]
    [InlineData("<i4", 1)]
    [InlineData("<u4", 1)]
    [InlineData("<i8", 1)]
    [InlineData("<u8", 1)]
    [InlineData("|u1", 255)]
    public void Load_EveryType_HasTheSameValues(string type, int divisor)
    {
        entries["x_train"] = Npy(type, "(3, 4)", type switch
        {
            "<f8" => Bytes(Range<double>(12)),
            "|i1" => Bytes(Range<sbyte>(12)),
            "<i2" => Bytes(Range<short>(12)),
            "<u2" => Bytes(Range<ushort>(12)),
            "<i4" => Bytes(Range<int>(12)),
            "<u4" => Bytes(Range<uint>(12)),
            "<i8" => Bytes(Range<long>(12)),
            "<u8" => Bytes(Range<ulong>(12)),
            _ => Bytes(Range<byte>(12)),
        });
        entries["x_test"] = Npy("<f4", "(1, 4)", new float[4]);
        var train = (SequenceDataset)Load().Train;
        Assert.Equal((1, 4), (train.Steps, train.InputSize));
        Assert.Equal(Range<float>(12).Select(v => v / divisor), train.Inputs);
    }

    [Theory]
    [InlineData("x_train", "<f4", "(2, 2, 3)", 12, "y_train.npy has the shape (3,); with x_train.npy of shape (2, 2, 3) give it (2,) or (2, 2).")]
    [InlineData("y_train", "<f4", "(3,)", 3, "y_train.npy is of type f4; save it as an integer type.")]
    [InlineData("y_train", "<i4", "(4,)", 4, "y_train.npy has the shape (4,); with x_train.npy of shape (3, 2, 2) give it (3,) or (3, 2).")]
    [InlineData("length_train", "<i4", "(2,)", 2, "length_train.npy has the shape (2,); with x_train.npy of shape (3, 2, 2) give it (3,).")]
    [InlineData("x_test", "<f4", "(4,)", 4, "x_test.npy has the shape (4,); give it (n, steps, inputs), (n, inputs) or (n, height, width, channels).")]
    [InlineData("x_test", "<f4", "(1, 2, 3)", 6, "x_test.npy has 3 features a step, x_train 2; make them equal.")]
    [InlineData("y_test", "<i4", "(1, 2)", 2, "y_test.npy labels each step, y_train each sequence; label both in the same way.")]
    public void Load_ArrayThatDoesNotFit_SaysWhatAndWhere(string name, string type, string shape, int count, string expected)
    {
        entries[name] = Npy(type, shape, new int[count]);
        Assert.Equal([$"{File}:1:1: error: {expected}"], Errors());
    }

    [Theory]
    [InlineData("y_train", new long[] { 0, -1, 1 }, 1, "y_train.npy holds the label -1; labels are 0 to 255.")]
    [InlineData("y_train", new long[] { 0, 1, 256 }, 2, "y_train.npy holds the label 256; labels are 0 to 255.")]
    [InlineData("y_test", new long[] { 3 }, 0, "y_test.npy holds the label 3, but the largest in y_train is 2; train with every class.")]
    [InlineData("length_train", new long[] { 0, 2, 3 }, 2, "length_train.npy holds 3; a sequence has 0 to 2 steps here.")]
    public void Load_WrongNumber_IsFoundByItsOffset(string name, long[] values, int wrong, string expected)
    {
        entries[name] = Npy("<i8", $"({values.Length},)", values);
        Assert.Equal([$"{File}:1:{DataOffset(name) + 8 * wrong + 1}: error: {expected}"], Errors());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(1e300)]
    public void Load_NoFiniteFloat_IsFoundByItsOffset(double value)
    {
        entries["x_test"] = Npy("<f8", "(1, 2, 2)", [0, 0, value, 0]);
        Assert.Equal([$"{File}:1:{DataOffset("x_test") + 17}: error: x_test.npy holds a value that is no finite float32; replace it."], Errors());
    }

    [Fact]
    public void Load_OtherInputsThanTheDesign_PointsAtTheDesign()
    {
        Write();
        var error = Assert.Single(folder.Errors(() => NpzData.Load(Settings with { Inputs = 5 })));
        Assert.Equal("design.yaml:7:3: error: a step of x_train has 2 features, but data.inputs is 5; make them equal.", error);
    }

    [Fact]
    public void Load_MissingArrays_NamesEach()
    {
        entries.Remove("x_train");
        entries.Remove("y_test");
        Assert.Equal(["x_train.npy is missing", "y_test.npy is missing"], Errors().Select(e => e.Split("error: ")[1].Split(';')[0]));
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2, 2), }", "is in Fortran's order (fortran_order is True); save numpy.ascontiguousarray of it.")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (3, 2, 2), }", "is big-endian (>f4); save it with the type <f4.")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (3, 2, 2), }", "is of type <c8; save it as float32, float64 or an integer type.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0, 2), }", "has the shape (3, 0, 2); each dimension must be at least 1 and all together at most 2147483591 bytes.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536), }", "has the shape (65536, 65536); each dimension must be at least 1 and all together at most 2147483591 bytes.")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }", null)]
    [InlineData("{'descr': '<f4', 'shape': (3, 2, 2), }", null)]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 2), }", null)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': 12, }", null)]
    [InlineData("__import__('os')", null)]
    public void Load_HeaderOfAnotherKind_IsRefused(string header, string? expected)
    {
        entries["x_train"] = Npy(header, new byte[48]);
        Assert.Equal([$"{File}:1:11: error: x_train.npy {expected ?? $"has the header {header}, which is no plain array's; save the file again with numpy.savez, one array of numbers a name."}"], Errors());
    }

    [Fact]
    public void Load_HeaderInOtherOrderAndVersion_IsRead()
    {
        byte[] header = Encoding.UTF8.GetBytes("{\"shape\": (3,2,2), 'descr':'<f4','fortran_order':False}\n".Replace('"', '\''));
        entries["x_train"] = [0x93, .. "NUMPY"u8, 3, 0, .. BitConverter.GetBytes(header.Length), .. header, .. Bytes(Range<float>(12))];
        Assert.Equal(Range<float>(12), ((SequenceDataset)Load().Train).Inputs);
    }

    [Fact]
    public void Load_CutAnywhere_IsAnErrorAtTheEnd()
    {
        byte[] whole = entries["x_train"];
        for (int length = 0; length < whole.Length; length++)
        {
            entries["x_train"] = whole[..length];
            string error = Assert.Single(Errors());
            Assert.StartsWith($"{File}:1:{(length < 6 ? 1 : length + 1)}: error: x_train.npy ", error);
        }
        entries["x_train"] = [.. whole, 0];
        Assert.StartsWith($"{File}:1:{whole.Length + 1}: error: x_train.npy has 49 bytes of elements, its header says 48", Assert.Single(Errors()));
    }

    [Fact]
    public void Load_AnyChangedByte_IsRefusedOrReadButNeverCrashes()
    {
        Write();
        byte[] whole = System.IO.File.ReadAllBytes(folder[File]);
        int refused = 0;
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] changed = [.. whole];
            changed[i] ^= 0x10;
            System.IO.File.WriteAllBytes(folder[File], changed);
            var thrown = Record.Exception(() => NpzData.Load(Settings));
            if (thrown is not null) Assert.IsType<HwGen.Core.InputException>(thrown);
            refused += thrown is null ? 0 : 1;
        }
        // What the checksums cover is more than half of the file; times, attributes and the like are not looked at.
        Assert.InRange(refused, whole.Length / 2, whole.Length);
    }

    [Fact]
    public void Load_NoFile_PointsAtTheDesign() =>
        Assert.StartsWith($"design.yaml:7:3: error: data file {File} is missing", Assert.Single(folder.Errors(() => NpzData.Load(Settings))));

    [Fact]
    public void Digest_ChangedValue_Changes()
    {
        Write();
        string before = NpzData.Digest(Settings);
        entries["x_test"][^1] ^= 1;
        Write();
        Assert.NotEqual(before, NpzData.Digest(Settings));
    }

    private DataSplit Load()
    {
        Write();
        return NpzData.Load(Settings);
    }

    private string[] Errors()
    {
        Write();
        return folder.Errors(() => NpzData.Load(Settings));
    }

    private void Write()
    {
        using var archive = new ZipArchive(System.IO.File.Create(folder[File]), ZipArchiveMode.Create);
        foreach (var (name, bytes) in entries)
        {
            using var stream = archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression).Open();
            stream.Write(bytes);
        }
    }

    private int DataOffset(string name) => 10 + BitConverter.ToUInt16(entries[name], 8);

    private static byte[] Npy<T>(string type, string shape, T[] values) where T : struct =>
        Npy($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}", Bytes(values));

    /// <summary>Version 1.0, the header padded so that the elements begin at a multiple of 64, as NumPy does.</summary>
    private static byte[] Npy(string header, byte[] values)
    {
        string padded = header.PadRight((header.Length + 10 + 64) / 64 * 64 - 11) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)padded.Length), .. Encoding.ASCII.GetBytes(padded), .. values];
    }

    private static byte[] Bytes<T>(T[] values) where T : struct => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static T[] Range<T>(int count) where T : System.Numerics.INumberBase<T> => [.. Enumerable.Range(0, count).Select(T.CreateChecked)];
}
