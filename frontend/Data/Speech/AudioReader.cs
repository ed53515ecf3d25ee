using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using HwGen.Core;

namespace HwGen.Frontend.Data.Speech;

/// <summary>Reads NIST SPHERE and RIFF WAVE files; which one is told by the first bytes: TIMIT names both .WAV.</summary>
/// <remarks>SPHERE: "NIST_1A", the header's size, lines "name -type value" up to "end_head", then the samples.
/// Source: NIST, "SPeech HEader REsources", and TIMIT's readme.doc. RIFF: Microsoft and IBM, "Multimedia Programming
/// Interface and Data Specifications 1.0" (1991).</remarks>
public static class AudioReader
{
    private const int SphereStart = 16, RiffStart = 12, ChunkStart = 8, FormatBytes = 16;
    private const int Pcm = 1, Extensible = 0xfffe;
    private const string Again = "copy the file again";
    private const string Convert = "convert it: sox FILE -r 16000 -c 1 -b 16 -e signed-integer NEW.wav";

    /// <returns>The recording, or null when an error was added to <paramref name="errors"/>.</returns>
    /// <param name="path">An existing file.</param>
    /// <param name="errors">Takes what is wrong; columns are byte offsets from 1.</param>
    public static AudioFile? Read(string path, ICollection<InputError> errors)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new(path, 1, 1, $"cannot be read ({e.Message}); make it readable."));
            return null;
        }
        try
        {
            short[] samples = bytes.AsSpan().StartsWith("NIST_1A"u8) ? Sphere(bytes)
                : bytes.Length >= RiffStart && bytes.AsSpan().StartsWith("RIFF"u8) && bytes.AsSpan(8).StartsWith("WAVE"u8) ? Riff(bytes)
                : throw new Damage(0, $"neither NIST SPHERE nor RIFF WAVE; {Convert}.");
            return new(path, samples);
        }
        catch (Damage e)
        {
            errors.Add(new(path, 1, e.Offset + 1, e.Message));
            return null;
        }
    }

    private static short[] Sphere(byte[] bytes)
    {
        if (bytes.Length < SphereStart || !int.TryParse(Encoding.ASCII.GetString(bytes, 8, 8), NumberStyles.Integer, CultureInfo.InvariantCulture, out int header) || header < SphereStart)
            throw new Damage(8, $"the header's size is no number of at least {SphereStart}; {Again}.");
        if (bytes.Length < header) throw new Damage(bytes.Length, $"truncated in the header: {bytes.Length} bytes of {header}; {Again}.");
        var fields = SphereFields(bytes.AsSpan(0, header));

        if (fields.TryGetValue("sample_coding", out var coding) && coding.Value != "pcm")
        {
            throw new Damage(coding.Offset, $"sample_coding is {coding.Value}, expected pcm; "
                + (coding.Value.Contains("shorten", StringComparison.Ordinal) ? "unpack it: sph2pipe -f wav FILE NEW.wav." : $"{Convert}."));
        }
        Expect("channel_count", 1, 1);
        Expect("sample_rate", AudioFile.SampleRate, AudioFile.SampleRate);
        Expect("sample_n_bytes", sizeof(short), sizeof(short));
        // TIMIT's discs say 01; a file that says nothing is taken for that too.
        bool bigEndian = fields.TryGetValue("sample_byte_format", out var order) && order.Value switch
        {
            "01" => false,
            "10" => true,
            _ => throw new Damage(order.Offset, $"sample_byte_format is {order.Value}, expected 01 or 10; {Convert}."),
        };
        int present = (bytes.Length - header) / sizeof(short);
        int count = fields.ContainsKey("sample_count") ? Number("sample_count", present) : present;
        if (count < 0) throw new Damage(fields["sample_count"].Offset, $"sample_count is {count}; {Again}.");
        if (count > present) throw new Damage(bytes.Length, $"truncated: {present} of {count} samples; {Again}.");
        return Samples(bytes.AsSpan(header, count * sizeof(short)), bigEndian);

        void Expect(string name, int expected, int ifMissing)
        {
            int value = Number(name, ifMissing);
            if (value != expected) throw new Damage(fields[name].Offset, $"{name} is {value}, expected {expected}; {Convert}.");
        }

        int Number(string name, int ifMissing) => !fields.TryGetValue(name, out var field) ? ifMissing
            : int.TryParse(field.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value
            : throw new Damage(field.Offset, $"{name} is '{field.Value}', no number; {Again}.");
    }

    private static Dictionary<string, (string Value, int Offset)> SphereFields(ReadOnlySpan<byte> header)
    {
        var fields = new Dictionary<string, (string, int)>(StringComparer.Ordinal);
        for (int at = SphereStart; at < header.Length;)
        {
            int length = header[at..].IndexOf((byte)'\n');
            string line = Encoding.ASCII.GetString(header.Slice(at, length < 0 ? header.Length - at : length)).Trim();
            if (line == "end_head") return fields;
            if (line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries) is [var name, _, var value]) fields[name] = (value.Trim(), at);
            else if (line.Length > 0 && line[0] != ';') throw new Damage(at, $"the header's line '{Shown(line)}' is not 'name -type value'; {Again}.");
            at += length < 0 ? header.Length : length + 1;
        }
        throw new Damage(header.Length, $"the header has no end_head; {Again}.");
    }

    private static short[] Riff(byte[] bytes)
    {
        bool known = false;
        for (long at = RiffStart; at + ChunkStart <= bytes.Length;)
        {
            int start = (int)at + ChunkStart;
            var chunk = bytes.AsSpan((int)at, 4);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan((int)at + 4));
            bool whole = start + size <= bytes.Length;
            if (chunk.SequenceEqual("fmt "u8))
            {
                if (!whole || size < FormatBytes) throw new Damage((int)at, $"the format chunk has {Math.Min(size, bytes.Length - start)} bytes, expected {FormatBytes} at least; {Again}.");
                CheckFormat(bytes.AsSpan(start), start);
                known = true;
            }
            else if (chunk.SequenceEqual("data"u8))
            {
                if (!known) throw new Damage((int)at, $"samples before their format; {Again}.");
                if (!whole) throw new Damage(bytes.Length, $"truncated: {(bytes.Length - start) / sizeof(short)} of {size / sizeof(short)} samples; {Again}.");
                return Samples(bytes.AsSpan(start, (int)size / sizeof(short) * sizeof(short)), false);
            }
            at = start + size + size % 2;      // chunks begin at even offsets
        }
        throw new Damage(bytes.Length, $"no chunk of samples; {Again}.");
    }

    private static void CheckFormat(ReadOnlySpan<byte> format, int offset)
    {
        Expect(format, 0, "coding", Pcm);
        Expect(format, 2, "number of channels", 1);
        Expect(format, 4, "sample rate", AudioFile.SampleRate);
        Expect(format, 14, "number of bits", 16);

        void Expect(ReadOnlySpan<byte> format, int at, string what, int expected)
        {
            int value = at == 4 ? BinaryPrimitives.ReadInt32LittleEndian(format[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(format[at..]);
            if (value != expected && !(at == 0 && value == Extensible))
                throw new Damage(offset + at, $"the {what} is {value}, expected {expected}; {Convert}.");
        }
    }

    private static short[] Samples(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var samples = new short[bytes.Length / sizeof(short)];
        for (int i = 0; i < samples.Length; i++)
        {
            var sample = bytes[(i * sizeof(short))..];
            samples[i] = bigEndian ? BinaryPrimitives.ReadInt16BigEndian(sample) : BinaryPrimitives.ReadInt16LittleEndian(sample);
        }
        return samples;
    }

    private static string Shown(string line) => new([.. line.Take(40).Select(c => char.IsControl(c) ? '?' : c)]);

    private sealed class Damage(int offset, string message) : Exception(message)
    {
        public int Offset => offset;
    }
}
