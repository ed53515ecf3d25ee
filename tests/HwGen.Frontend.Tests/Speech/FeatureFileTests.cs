using HwGen.Core;
using HwGen.Frontend.Data.Speech;

namespace HwGen.Frontend.Tests.Speech;

public sealed class FeatureFileTests : IDisposable
{
    private const int Inputs = 153;

    private static readonly byte[] Key = [.. Enumerable.Range(0, FeatureDirectory.KeyBytes).Select(i => (byte)i)];

    private readonly string _folder = Directory.CreateTempSubdirectory("hwgen-features-").FullName;

    private string FilePath => Path.Combine(_folder, "a.features");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_ManyTimesTheBudget_AllocatesLittle()
    {
        // 40 MB of features, written and read within a tenth of that.
        const int count = 200, frames = 330;
        const long budget = 4_000_000;
        var inputs = new float[frames * Inputs];
        byte[] labels = [.. Enumerable.Range(0, frames).Select(t => (byte)(t % 39))];
        long before = GC.GetAllocatedBytesForCurrentThread();
        using (var writer = new FeatureFileWriter(FilePath, Key, Inputs))
        {
            writer.BeginPart("train");
            for (int i = 0; i < count; i++)
            {
                for (int k = 0; k < inputs.Length; k++) inputs[k] = (i + k) % 7;
                writer.Add(inputs, labels, [1, 2, 3]);
            }
            writer.Finish();
        }
        using FeatureFile data = Open();
        for (int i = 0; i < count; i++)
        {
            data.Read(i, inputs);
            Assert.Equal((frames, 3), (data.Labels(i).Length, data.Symbols(i).Length));
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((long)count * frames, data.Frames);
        Assert.True(new FileInfo(FilePath).Length > 10 * budget, $"{new FileInfo(FilePath).Length} bytes are no proof.");
        Assert.True(allocated < budget, $"{allocated} bytes allocated.");
    }

    [Fact]
    public void Read_AnyOrder_GivesWhatWasWritten()
    {
        Write();
        using FeatureFile data = Open();
        ReadOnlySpan<byte> kept = data.Labels(2);
        foreach (int i in (int[])[2, 0, 1, 2])
        {
            var inputs = new float[data.Length(i) * Inputs];
            data.Read(i, inputs);
            Assert.Equal(i + 1, data.Labels(i).Length);
            Assert.All(data.Labels(i).ToArray(), label => Assert.Equal(i, label));
            Assert.Equal(new byte[i], data.Symbols(i).ToArray());
            // Six frames of 0, 1, 1, 2, 2, 2: mean 4/3, variance 14/6 − 16/9 = 5/9.
            Assert.All(inputs, v => Assert.Equal((i - 4 / 3.0) / Math.Sqrt(5 / 9.0), v, 8 * Sample.Unit));
        }
        Assert.Equal([2, 2, 2], kept.ToArray());        // a span given out stays as it is
    }

    [Fact]
    public void Read_ManyReadersAtOnce_GetWhatTheyAskFor()
    {
        Write();
        using FeatureFile data = Open();
        Parallel.For(0, 20_000, n =>
        {
            int i = n % 3;
            ReadOnlySpan<byte> labels = data.Labels(i), symbols = data.Symbols(i);
            Assert.Equal((i + 1, i), (labels.Length, symbols.Length));
            Assert.Equal(i, labels[0]);
        });
    }

    [Fact]
    public void Read_DamagedRecord_IsALocatedError()
    {
        Write();
        byte[] bytes = File.ReadAllBytes(FilePath);
        int start = FeatureDirectory.HeaderBytes, labels = start + Inputs * sizeof(float);
        bytes[start + 5] ^= 1;
        bytes[labels] ^= 1;
        File.WriteAllBytes(FilePath, bytes);
        using FeatureFile data = Open();
        Assert.StartsWith($"{FilePath}:1:{start + 1}: error: damaged:", Assert.Throws<InputException>(() => data.Read(0, new float[Inputs])).Message);
        Assert.StartsWith($"{FilePath}:1:{labels + 1}: error: damaged:", Assert.Throws<InputException>(() => data.Labels(0)).Message);
        data.Read(1, new float[2 * Inputs]);
    }

    [Fact]
    public void TryRead_DamagedDirectoryOrOtherKey_IsNull()
    {
        Write();
        byte[] bytes = File.ReadAllBytes(FilePath);
        Assert.NotNull(FeatureDirectory.TryRead(FilePath, Key));
        Assert.Null(FeatureDirectory.TryRead(FilePath, new byte[FeatureDirectory.KeyBytes]));
        foreach (int at in (int[])[0, 41, 49, 60, bytes.Length - 1])
        {
            bytes[at] ^= 1;
            File.WriteAllBytes(FilePath, bytes);
            Assert.Null(FeatureDirectory.TryRead(FilePath, Key));
            bytes[at] ^= 1;
        }
    }

    [Fact]
    public void Dispose_Unfinished_LeavesTheOldFile()
    {
        Write();
        byte[] old = File.ReadAllBytes(FilePath);
        using (var writer = new FeatureFileWriter(FilePath, Key, Inputs))
        {
            writer.BeginPart("train");
            writer.Add(new float[Inputs], [0], []);
        }
        Assert.Equal(old, File.ReadAllBytes(FilePath));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Constructor_LeftOverOfAKilledProcess_IsRemovedButNotARunningOnes()
    {
        string left = FilePath + ".0123.new";
        File.WriteAllText(left, "half");
        using var running = new FeatureFileWriter(FilePath, Key, Inputs);
        Assert.False(File.Exists(left));
        Write();
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    /// <summary>Three records of 1, 2 and 3 frames, all values and labels the record's index.</summary>
    private void Write()
    {
        using var writer = new FeatureFileWriter(FilePath, Key, Inputs);
        writer.BeginPart("train");
        for (int i = 0; i < 3; i++)
        {
            var labels = new byte[i + 1];
            Array.Fill(labels, (byte)i);
            var inputs = new float[labels.Length * Inputs];
            Array.Fill(inputs, i);
            writer.Add(inputs, labels, new byte[i]);
        }
        writer.Finish();
    }

    private FeatureFile Open()
    {
        FeatureDirectory directory = FeatureDirectory.TryRead(FilePath, Key)!;
        return new(FilePath, directory, directory.Parts[0]);
    }
}
