using HwGen.Core;
using HwGen.Frontend.Data.Speech;

namespace HwGen.Frontend.Tests.Speech;

public sealed class AudioReaderTests : IDisposable
{
    private readonly TimitFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Read_EitherFormat_GivesTheSamples()
    {
        short[] samples = [0, 1, -1, 256, short.MaxValue, short.MinValue];
        foreach (byte[] bytes in (byte[][])[TimitFiles.Sphere(samples), TimitFiles.Sphere(samples, "10"), TimitFiles.Sphere(samples, fields: "sample_coding -s3 pcm\n"), TimitFiles.Riff(samples)])
            Assert.Equal(samples, Read(bytes, out _)!.Samples);
    }

    [Fact]
    public void Read_NoSamples_IsAnEmptyRecording()
    {
        Assert.Empty(Read(TimitFiles.Sphere([]), out _)!.Samples);
        Assert.Empty(Read(TimitFiles.Riff([]), out _)!.Samples);
    }

    [Fact]
    public void Read_ShortenedSphere_NamesTheCommand()
    {
        byte[] bytes = TimitFiles.Sphere([1, 2], fields: "sample_coding -s26 pcm,embedded-shorten-v2.00\n");
        int offset = bytes.AsSpan().IndexOf("sample_coding"u8);
        Assert.Null(Read(bytes, out string error));
        Assert.StartsWith($":1:{offset + 1}: error: sample_coding is pcm,embedded-shorten-v2.00", error);
        Assert.Contains("sph2pipe -f wav", error);
    }

    [Theory]
    [InlineData("sample_rate -i 8000\n", "sample_rate is 8000, expected 16000")]
    [InlineData("channel_count -i 2\n", "channel_count is 2, expected 1")]
    [InlineData("sample_n_bytes -i 1\n", "sample_n_bytes is 1, expected 2")]
    [InlineData("sample_byte_format -s1 1\n", "sample_byte_format is 1, expected 01 or 10")]
    [InlineData("sample_coding -s4 ulaw\n", "sample_coding is ulaw, expected pcm; convert it: sox")]
    [InlineData("sample_count -i -3\n", "sample_count is -3")]
    [InlineData("sample_count -i many\n", "sample_count is 'many', no number")]
    [InlineData("nonsense\n", "the header's line 'nonsense' is not 'name -type value'")]
    public void Read_WrongSphereField_PointsAtIt(string field, string message)
    {
        byte[] bytes = TimitFiles.Sphere([1, 2], fields: field);
        Assert.Null(Read(bytes, out string error));
        Assert.StartsWith($":1:{bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes("\n" + field)) + 2}: error: {message}", error);
    }

    [Theory]
    [InlineData(2, 16_000, 16, 22, "number of channels is 2, expected 1")]
    [InlineData(1, 44_100, 16, 24, "sample rate is 44100, expected 16000")]
    [InlineData(1, 16_000, 8, 34, "number of bits is 8, expected 16")]
    public void Read_WrongRiffFormat_PointsAtIt(int channels, int rate, int bits, int offset, string message)
    {
        Assert.Null(Read(TimitFiles.Riff([1, 2], channels, rate, bits), out string error));
        Assert.StartsWith($":1:{offset + 1}: error: the {message}; convert it", error);
    }

    [Fact]
    public void Read_CutAnywhere_IsALocatedErrorNotACrash()
    {
        foreach (byte[] whole in (byte[][])[TimitFiles.Sphere([1, 2, 3]), TimitFiles.Riff([1, 2, 3])])
        {
            for (int length = 0; length < whole.Length; length += length < 64 || length > whole.Length - 10 ? 1 : 13)
            {
                Assert.Null(Read(whole[..length], out string error));
                Assert.Matches("^:1:[0-9]+: error: .*[.]$", error);
            }
        }
    }

    [Fact]
    public void Read_Truncated_CountsTheSamples()
    {
        Assert.Null(Read(TimitFiles.Sphere([1, 2, 3])[..^2], out string sphere));
        Assert.StartsWith(":1:1029: error: truncated: 2 of 3 samples", sphere);
        Assert.Null(Read(TimitFiles.Riff([1, 2, 3])[..^2], out string riff));
        Assert.Contains("truncated: 2 of 3 samples", riff);
    }

    [Fact]
    public void Read_OtherFile_SaysSo()
    {
        Assert.Null(Read("fLaC and more"u8.ToArray(), out string error));
        Assert.StartsWith(":1:1: error: neither NIST SPHERE nor RIFF WAVE", error);
    }

    private AudioFile? Read(byte[] bytes, out string error)
    {
        string path = _files.Write("a.wav", bytes);
        var errors = new List<InputError>();
        AudioFile? audio = AudioReader.Read(path, errors);
        error = errors is [var e] ? e.ToString()[path.Length..] : "";
        Assert.Equal(audio is null ? 1 : 0, errors.Count);
        return audio;
    }
}
