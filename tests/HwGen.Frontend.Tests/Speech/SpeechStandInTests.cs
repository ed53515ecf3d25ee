using HwGen.Core;
using HwGen.Frontend.Data.Speech;

namespace HwGen.Frontend.Tests.Speech;

public sealed class SpeechStandInTests : IDisposable
{
    private readonly TimitFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Utterances_OfAHundred_AreSplitByVoice()
    {
        var utterances = Enumerable.Range(0, 300).Select(i => new StandInUtterance(1, i, "A test")).ToList();
        Assert.Equal(["kal16", "awb", "rms"], utterances.Where(u => u.Part == "TRAIN").Select(u => u.Voice.Name).Distinct());
        Assert.Equal(3 * 87, utterances.Count(u => u.Part == "TRAIN"));
        Assert.Equal(3 * 6, utterances.Count(u => u.Voice.Name == "slt"));
        Assert.Equal(4, utterances.Where(u => u.Part == "TEST").Select(u => u.Voice.Name).Distinct().Count());
        Assert.Equal(300, utterances.Select(u => u.Stem).Distinct().Count());
        Assert.All(utterances, u => Assert.InRange(u.SnrDb, 15, 30));
        Assert.Equal(utterances[7], new StandInUtterance(1, 7, "A test"));
        Assert.NotEqual(utterances[7].SnrDb, new StandInUtterance(2, 7, "A test").SnrDb);
    }

    [Fact]
    public void Segments_OfFlite_AreTimits()
    {
        Assert.Equal([new(0, 3520, "h#"), new(3520, 4064, "dh"), new(4064, 5000, "pau"), new(5000, 5600, "ax"), new(5600, 6000, "h#")],
            SpeechStandIn.Segments("pau:0.220 dh:0.254 pau:0.3125 ax:0.350 pau:0.400 \n", 6000));
        // A voice that ends before its last pause does, or whose recording is longer than it says.
        Assert.Equal(new(3520, 5000, "h#"), SpeechStandIn.Segments("ax:0.220 pau:0.400", 5000)[^1]);
        Assert.Equal(new(3520, 7000, "h#"), SpeechStandIn.Segments("ax:0.220 pau:0.400", 7000)[^1]);
        Assert.Throws<ToolException>(() => SpeechStandIn.Segments("ax:0.220 xx:0.400", 7000));
    }

    [Fact]
    public async Task WriteAsync_NoText_NamesThePackage()
    {
        var e = await Assert.ThrowsAsync<ToolException>(() => SpeechStandIn.WriteAsync(_files.Folder, new(0.01) { TextFolder = Path.Combine(_files.Folder, "absent") }, null, default));
        Assert.Contains("apt-get install fortunes", e.Hint);
    }

    [Fact]
    public async Task WriteAsync_FolderOfSomethingElse_IsRefused()
    {
        _files.Write("speech/mine.txt", "keep");
        var e = await Assert.ThrowsAsync<InputException>(() => SpeechStandIn.WriteAsync(Path.Combine(_files.Folder, "speech"), new(0.01), null, default));
        Assert.Contains("name another folder", e.Message);
    }

    /// <summary>The real tools on the first batch.</summary>
    [Fact]
    public async Task WriteAsync_Twice_KeepsWhatIsThereAndMakesAgainWhatIsNot()
    {
        string folder = Path.Combine(_files.Folder, "speech");
        var settings = new SpeechStandInSettings(0.01, 3);
        double hours = await SpeechStandIn.WriteAsync(folder, settings, null, default);
        string[] files = Directory.GetFiles(folder, "*.WAV", SearchOption.AllDirectories);
        var parts = SpeechData.Check(new("speech", folder, new("data", 1, 1)), null, default);
        Assert.Equal((32, hours), (files.Length, parts.Sum(p => p.Hours)), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-9);
        Assert.True(hours >= 0.01);
        Assert.Equal(["train", TimitCorpus.SeenName, TimitCorpus.UnseenName], parts.Select(p => p.Name));
        Assert.Equal(32, files.Select(f => File.ReadAllText(Path.ChangeExtension(f, ".TXT")).Split(' ', 3)[2]).Distinct().Count());

        byte[] first = File.ReadAllBytes(files[0]);
        File.Delete(files[0]);
        File.WriteAllBytes(files[1], TimitFiles.Riff([]));      // would be made again if what is there weren't kept
        await SpeechStandIn.WriteAsync(folder, settings, null, default);
        Assert.Equal(first, File.ReadAllBytes(files[0]));
        Assert.Equal(TimitFiles.Riff([]), File.ReadAllBytes(files[1]));
        Assert.Equal(["STANDIN.TXT"], Directory.GetFiles(folder).Select(Path.GetFileName));

        var other = await Assert.ThrowsAsync<InputException>(() => SpeechStandIn.WriteAsync(folder, settings with { Seed = 4 }, null, default));
        Assert.Contains("STANDIN.TXT:1:1: error: the folder holds other files than those of seed 4", other.Message);
        AssertAligned(files[2..]);
    }

    /// <summary>Room and noise move nothing: what flite calls a pause is quieter than what it calls a vowel, in every recording.</summary>
    private static void AssertAligned(IEnumerable<string> files)
    {
        string[] vowels = ["aa", "ae", "ah", "ao", "aw", "ay", "eh", "er", "ey", "iy", "ow", "oy", "uw"];
        foreach (string file in files)
        {
            var errors = new List<InputError>();
            AudioFile audio = AudioReader.Read(file, errors)!;
            var segments = PhoneFile.Read(Path.ChangeExtension(file, ".PHN"), audio.Samples.Length, errors)!;
            Assert.Equal(audio.Samples.Length, segments[^1].End);
            Assert.Equal(("h#", "h#"), (segments[0].Phone, segments[^1].Phone));
            double Power(IEnumerable<PhoneSegment> s) => s.SelectMany(x => audio.Samples[x.Start..x.End]).Average(v => (double)v * v);
            // The lowest signal-to-noise ratio is 15 dB.
            Assert.True(Power(segments.Where(s => vowels.Contains(s.Phone))) > 10 * Power(segments.Take(1)), file);
        }
    }
}
