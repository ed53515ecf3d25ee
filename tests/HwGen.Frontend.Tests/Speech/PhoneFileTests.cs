using HwGen.Core;
using HwGen.Frontend.Data.Speech;

namespace HwGen.Frontend.Tests.Speech;

public sealed class PhoneFileTests : IDisposable
{
    private readonly TimitFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Read_SoundFile_GivesThePhones()
    {
        Assert.Equal([new(0, 10, "h#"), new(10, 30, "ax-h"), new(40, 50, "q")], Read("0 10 h#\r\n10 30 ax-h\n\n 40\t50 q \n", 50, out _));
    }

    [Fact]
    public void Read_SeveralMistakes_ReportsAllWithLineAndColumn()
    {
        Assert.Null(Read("0 10 h#\n10 20 xx\n15 30 aa\n30 30 s\n30 x s\n40 90 s\n", 50, out string[] errors));
        Assert.Equal(
        [
            ":2:7: error: unknown phone 'xx'",
            ":3:1: error: the phone starts at 15, before the one above ends at 20",
            ":4:4: error: the phone ends at 30 and starts at 30",
            ":5:1: error: '30 x s' is not 'start end phone'",
            ":6:4: error: the phone ends at 90, beyond the recording's 50 samples",
        ], errors.Select(e => e.Split(';')[0]));
    }

    [Fact]
    public void Read_NothingInIt_IsAnError()
    {
        Assert.Null(Read("\n", 50, out string[] errors));
        Assert.Equal([":1:1: error: no phones; copy the file again."], errors);
    }

    [Fact]
    public void OfFrames_Boundaries_CountAtTheFramesCentre()
    {
        // Centres are at 200, 360, 520, 680: one sample decides.
        Assert.Equal(Classes("sil aa aa s"), PhoneLabels.OfFrames([new(0, 201, "h#"), new(201, 521, "aa"), new(521, 900, "s")], 4));
        Assert.Equal(Classes("aa aa s s"), PhoneLabels.OfFrames([new(0, 361, "aa"), new(361, 900, "s")], 4));
    }

    [Fact]
    public void OfFrames_OutsideAllPhones_IsSilence() =>
        Assert.Equal(Classes("sil aa sil sil"), PhoneLabels.OfFrames([new(300, 400, "aa"), new(600, 650, "s")], 4));

    [Fact]
    public void OfFrames_GlottalStop_CountsAsThePhoneBefore()
    {
        Assert.Equal(Classes("aa aa s"), PhoneLabels.OfFrames([new(0, 300, "aa"), new(300, 400, "q"), new(400, 900, "s")], 3));
        Assert.Equal(Classes("s s s"), PhoneLabels.OfFrames([new(0, 300, "q"), new(300, 900, "s")], 3));
        Assert.Equal(Classes("sil"), PhoneLabels.OfFrames([new(0, 300, "q")], 1));
    }

    [Fact]
    public void Transcription_EqualNeighboursAfterFolding_AreOne()
    {
        // Also across a glottal stop, which is no part of a transcription.
        string[] phones = ["h#", "pau", "aa", "ao", "q", "aa", "tcl", "t", "q", "ix", "h#"];
        Assert.Equal(Classes("sil aa sil t ih sil"), PhoneLabels.Transcription([.. phones.Select((p, i) => new PhoneSegment(i, i + 1, p))]));
    }

    private static byte[] Classes(string names) => [.. names.Split(' ').Select(n => (byte)PhoneTable.Classes.Index().Single(c => c.Item == n).Index)];

    private IReadOnlyList<PhoneSegment>? Read(string text, int samples, out string[] errors)
    {
        string path = _files.Write("a.phn", text);
        var found = new List<InputError>();
        var segments = PhoneFile.Read(path, samples, found);
        errors = [.. found.Select(e => e.ToString()[path.Length..])];
        return segments;
    }
}
