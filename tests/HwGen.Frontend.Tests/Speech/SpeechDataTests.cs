using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Frontend.Data;
using HwGen.Frontend.Data.Speech;

namespace HwGen.Frontend.Tests.Speech;

/// <summary>A small corpus in TIMIT's format, from files to batches.</summary>
public sealed class SpeechDataTests : IDisposable
{
    private readonly TimitFiles _files = new();

    private string Cache => Path.Combine(_files.Folder, "cache");

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("TIMIT/TRAIN/DR1/FCJF0/SI1027", "TIMIT/TEST", false)]
    [InlineData("timit/train/dr1/fcjf0/si1027", "timit/test", true)]
    public void Load_TinyTimit_TakesTheStandardSplit(string train, string test, bool isLower)
    {
        Sentence(train, 3200);
        Sentence(train.Replace("1027", "1028", StringComparison.Ordinal), 399);                 // shorter than a window
        Sentence(train.Replace("si1027", "sa1", StringComparison.OrdinalIgnoreCase), 3200);     // read by all speakers
        WriteCore(test, isLower);
        Sentence($"{test}/dr1/mxxx0/sx1", 3200);                                                // not of the core

        DataSplit data = Load("timit");

        Assert.Equal((2, 24, 39, 27), (data.Train.Count, data.Test.Count, data.Train.Classes, data.Train.InputSize));
        Assert.Equal((TimitCorpus.CoreTestName, LabelKind.Frame), (data.Tests.Single().Name, data.Train.Kind));
        Assert.Equal((18, 0), (data.Train.Length(0), data.Train.Length(1)));
        data.Train.Read(1, []);
        Assert.True(data.Train.Labels(1).IsEmpty);
        Assert.Equal(["sil", "aa", "s"], Names(data.Train.Symbols(1)));
        Assert.Equal(["sil", "aa", "s"], Names(data.Train.Symbols(0)));
        // The phones change at samples 1066 and 2132; frame t is centred at 160·t + 200.
        Assert.Equal([.. Enumerable.Repeat("sil", 6), .. Enumerable.Repeat("aa", 7), .. Enumerable.Repeat("s", 5)], Names(data.Train.Labels(0)));

        void Sentence(string stem, int samples) => _files.Sentence(isLower ? stem.ToLowerInvariant() : stem.ToUpperInvariant(), samples);
    }

    [Fact]
    public void Load_EachFeature_HasMeanZeroAndVarianceOneInTraining()
    {
        WriteVoices();
        LabelledData train = Load("speech").Train;
        var all = new List<float[]>();
        for (int i = 0; i < train.Count; i++) all.AddRange(Read(train, i).Chunk(train.InputSize));
        // float32 features below 32 with deviations not below 1/64: rounding is 2^-24·32·64 at most, in each of the moments' terms.
        const double off = 4 * 32 * 64 * Sample.Unit;
        for (int f = 0; f < train.InputSize; f++)
        {
            Assert.Equal(0, all.Average(v => (double)v[f]), off);
            Assert.Equal(1, all.Average(v => (double)v[f] * v[f]), off);
        }
    }

    [Fact]
    public void Load_SphereAndRiff_GiveTheSameInputs()
    {
        WriteVoices();
        float[] sphere = Read(Load("speech").Train, 0);
        string path = Path.Combine(_files.Folder, "TRAIN", "DR1", "MKAL0", "SI1.WAV");
        var errors = new List<InputError>();
        File.WriteAllBytes(path, TimitFiles.Riff(AudioReader.Read(path, errors)!.Samples));
        Assert.Equal(sphere, Read(Load("speech").Train, 0));
    }

    [Fact]
    public void Load_Voices_AreScoredApart()
    {
        WriteVoices();
        DataSplit data = Load("speech");
        Assert.Equal([(TimitCorpus.SeenName, 1), (TimitCorpus.UnseenName, 2)], data.Tests.Select(t => (t.Name, t.Data.Count)));
        // The same recording with the training part's moments is the same wherever it stands.
        Assert.Equal(Read(data.Train, 1), Read(data.Tests[0].Data, 0));
    }

    [Fact]
    public void Load_Again_TakesTheCacheUntilSomethingChanges()
    {
        WriteVoices();
        Assert.Equal(5, Computed("speech"));
        Assert.Equal(0, Computed("speech"));
        string phones = Path.Combine(_files.Folder, "TRAIN", "DR1", "MKAL0", "SI1.PHN");
        File.WriteAllText(phones, File.ReadAllText(phones).Replace("aa", "iy", StringComparison.Ordinal));
        Assert.Equal(5, Computed("speech"));
        Assert.Equal(0, Computed("speech"));
    }

    [Fact]
    public void Load_CacheTruncated_IsComputedAgain()
    {
        WriteVoices();
        Load("speech");
        string path = Directory.GetFiles(Cache).Single();
        byte[] whole = File.ReadAllBytes(path);
        foreach (int length in (int[])[0, 20, FeatureDirectory.HeaderBytes, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Equal(5, Computed("speech"));
            Assert.Equal(whole, File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void Load_Cancelled_LeavesNothing()
    {
        WriteVoices();
        Assert.ThrowsAny<OperationCanceledException>(() => SpeechData.Load(_files.Settings("speech"), Cache, null, new(true)));
        Assert.Empty(Directory.GetFiles(Cache));
    }

    [Fact]
    public void Digest_FilesOrFeaturesChange_IsAnother()
    {
        WriteVoices();
        DataSettings settings = _files.Settings("speech");
        string before = SpeechData.Digest(settings);
        Assert.Equal(before, SpeechData.Digest(settings));
        Assert.NotEqual(before, SpeechData.Digest(settings with { Features = FeatureSettings.Default }));
        _files.Sentence("TRAIN/DR1/MKAL0/SI1", 3300);
        Assert.NotEqual(before, SpeechData.Digest(settings));
    }

    [Fact]
    public void Load_DamagedFiles_ReportsAllOfThem()
    {
        WriteVoices();
        string audio = Path.Combine(_files.Folder, "TRAIN", "DR1", "MKAL0", "SI1.WAV"), phones = Path.Combine(_files.Folder, "TEST", "DR1", "MKAL0", "SI3.PHN");
        File.WriteAllBytes(audio, File.ReadAllBytes(audio)[..2000]);
        File.WriteAllText(phones, "0 10 h#\n10 99999 aa\n");
        foreach (Action act in (Action[])[() => Load("speech"), () => SpeechData.Check(_files.Settings("speech"), null, default)])
        {
            var e = Assert.Throws<InputException>(act);
            Assert.Equal([$"{audio}:1:2001: error: truncated: 488 of 3200 samples", $"{phones}:2:4: error: the phone ends at 99999, beyond the recording's 3200 samples"],
                e.Errors.Select(x => x.ToString().Split(';')[0]));
        }
        Assert.False(Directory.Exists(Cache) && Directory.EnumerateFiles(Cache).Any());
    }

    [Fact]
    public void Load_FileWithoutItsOther_SaysWhich()
    {
        WriteVoices();
        File.Delete(Path.Combine(_files.Folder, "TRAIN", "DR1", "MKAL0", "SI1.PHN"));
        var e = Assert.Throws<InputException>(() => Load("speech"));
        Assert.EndsWith("SI1.WAV:1:1: error: has no .PHN file beside it; copy the corpus again.", e.Errors.Single().ToString());
    }

    [Fact]
    public void Load_NoCorpus_PointsAtTheDesign()
    {
        foreach (string name in (string[])["speech", "timit"])
        {
            var e = Assert.Throws<InputException>(() => Load(name));
            Assert.StartsWith($"design.yaml:7:3: error: {_files.Folder} holds no TRAIN", e.Errors.Single().ToString());
        }
        var nameless = Assert.Throws<InputException>(() => SpeechData.Digest(_files.Settings("timit") with { Path = null }));
        Assert.Contains("name its folder in data.path or by --path", nameless.Message);
    }

    [Fact]
    public void Load_CoreSpeakerMissing_NamesIt()
    {
        _files.Sentence("TRAIN/DR1/FCJF0/SI1", 3200);
        WriteCore("TEST", isLower: false);
        Directory.Delete(Path.Combine(_files.Folder, "TEST", "DR1", "FELC0"), true);
        var e = Assert.Throws<InputException>(() => Load("timit"));
        Assert.Contains("lacks core test speakers: FELC0;", e.Message);
    }

    [Fact]
    public void Load_OnlyShortTraining_IsAnError()
    {
        _files.Sentence("TRAIN/DR1/MKAL0/SI1", 100);
        _files.Sentence("TEST/DR1/MKAL0/SI2", 3200);
        var e = Assert.Throws<InputException>(() => Load("speech"));
        Assert.Contains("no training recording is as long as one window", e.Message);
    }

    [Fact]
    public void Check_Voices_CountsHours()
    {
        WriteVoices();
        double hour = 3200.0 / 16_000 / 3600;
        Assert.Equal([("train", 2, 2 * hour), (TimitCorpus.SeenName, 1, hour), (TimitCorpus.UnseenName, 2, 2 * hour)], SpeechData.Check(_files.Settings("speech"), null, default));
    }

    [Fact]
    public void CoreTestSpeakers_AreTwoMenAndAWomanOfEachRegion()
    {
        Assert.Equal(24, TimitCorpus.CoreTestSpeakers.Distinct().Count());
        Assert.All(TimitCorpus.CoreTestSpeakers.Chunk(3), region => Assert.Equal("FMM", string.Concat(region.Select(s => s[0]).Order())));
    }

    /// <summary>Two training sentences, the second of which a seen voice says again; two of another voice.</summary>
    private void WriteVoices()
    {
        _files.Sentence("TRAIN/DR1/MKAL0/SI1", 3200);
        _files.Sentence("TRAIN/DR2/MAWB0/SI22", 3200);
        _files.Sentence("TEST/DR1/MKAL0/SI3", 3200);
        File.Copy(Path.Combine(_files.Folder, "TRAIN", "DR2", "MAWB0", "SI22.WAV"), Path.Combine(_files.Folder, "TEST", "DR1", "MKAL0", "SI3.WAV"), true);
        _files.Sentence("TEST/DR4/FSLT0/SI4", 3200);
        _files.Sentence("TEST/DR4/FSLT0/SI5", 3200);
    }

    private void WriteCore(string test, bool isLower)
    {
        foreach (var (i, speaker) in TimitCorpus.CoreTestSpeakers.Index())
        {
            string stem = $"{test}/DR{i / 3 + 1}/{speaker}/SX9";
            _files.Sentence(isLower ? stem.ToLowerInvariant() : stem, 1600);
        }
    }

    private DataSplit Load(string name) => SpeechData.Load(_files.Settings(name), Cache, null, default);

    /// <summary>How many recordings were read to load.</summary>
    private int Computed(string name)
    {
        var progress = new Last();
        SpeechData.Load(_files.Settings(name), Cache, progress, default);
        return progress.Value.Done;
    }

    private static float[] Read(LabelledData data, int index)
    {
        var inputs = new float[data.Length(index) * data.InputSize];
        data.Read(index, inputs);
        return inputs;
    }

    private static string[] Names(ReadOnlySpan<byte> classes) => [.. classes.ToArray().Select(c => PhoneTable.Classes[c])];

    private sealed class Last : IProgress<(int Done, int Total)>
    {
        public (int Done, int Total) Value { get; private set; }

        public void Report((int Done, int Total) value) => Value = value;
    }
}
