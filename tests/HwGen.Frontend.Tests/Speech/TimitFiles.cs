using System.Buffers.Binary;
using System.Text;
using HwGen.Core.Design;

namespace HwGen.Frontend.Tests.Speech;

/// <summary>Writes a corpus in TIMIT's layout into a temporary folder.</summary>
internal sealed class TimitFiles : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("hwgen-timit-").FullName;

    public DataSettings Settings(string name) => new(name, Folder, new("design.yaml", 7, 3)) { Features = new(FeatureKind.LogMel, 8, 0, true, true) };

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>A sentence: h#, aa and s, each a third of the recording.</summary>
    /// <param name="stem">Path without extension, in upper or lower case as its files shall be.</param>
    /// <param name="samples">Length of the recording.</param>
    /// <param name="audio">Makes the .WAV file; SPHERE by default.</param>
    public void Sentence(string stem, int samples, Func<short[], byte[]>? audio = null)
    {
        bool isUpper = stem == stem.ToUpperInvariant();
        Write(stem + (isUpper ? ".WAV" : ".wav"), (audio ?? (s => Sphere(s)))(Sound(samples + stem.Length, samples)));
        int third = samples / 3;
        Write(stem + (isUpper ? ".PHN" : ".phn"), $"0 {third} h#\n{third} {2 * third} aa\n{2 * third} {samples} s\n");
    }

    public string Write(string path, string text) => Write(path, Encoding.ASCII.GetBytes(text));

    public string Write(string path, byte[] bytes)
    {
        string full = Path.Combine(Folder, path.Replace('/', Path.DirectorySeparatorChar));
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        return full;
    }

    /// <summary>Noise at the ends, a tone in the middle third.</summary>
    public static short[] Sound(int seed, int samples)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, samples).Select(i => (short)(random.Next(-100, 100) + (i / (samples / 3 + 1) == 1 ? 3000 * Math.Sin(0.3 * i) : 0)))];
    }

    /// <param name="samples">What it holds.</param>
    /// <param name="order">sample_byte_format.</param>
    /// <param name="fields">Further fields, or others of the same names.</param>
    public static byte[] Sphere(short[] samples, string order = "01", string fields = "")
    {
        string header = $"NIST_1A\n   1024\nchannel_count -i 1\nsample_count -i {samples.Length}\nsample_rate -i 16000\n"
            + $"sample_n_bytes -i 2\nsample_byte_format -s2 {order}\nsample_sig_bits -i 16\n{fields}end_head\n";
        return [.. Encoding.ASCII.GetBytes(header.PadRight(1024)), .. Bytes(samples, order == "10")];
    }

    public static byte[] Riff(short[] samples, int channels = 1, int rate = 16_000, int bits = 16)
    {
        byte[] format = [1, 0, (byte)channels, 0, .. BitConverter.GetBytes(rate), .. BitConverter.GetBytes(rate * channels * bits / 8), (byte)(channels * bits / 8), 0, (byte)bits, 0];
        // A chunk of odd length before the samples: readers must pass over it and its padding.
        byte[] body = [.. "WAVEfmt "u8, .. BitConverter.GetBytes(format.Length), .. format, .. "note"u8, 3, 0, 0, 0, 1, 2, 3, 0,
            .. "data"u8, .. BitConverter.GetBytes(samples.Length * 2), .. Bytes(samples, false)];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Length), .. body];
    }

    private static byte[] Bytes(short[] samples, bool bigEndian)
    {
        var bytes = new byte[samples.Length * 2];
        for (int i = 0; i < samples.Length; i++)
        {
            if (bigEndian) BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(2 * i), samples[i]);
            else BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), samples[i]);
        }
        return bytes;
    }
}
