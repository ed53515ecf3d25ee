using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Frontend.Data;

/// <summary>CIFAR-10 and CIFAR-100 as sequences: the 32 rows of a picture are 32 steps of 32 pixels, red, green and blue of a pixel together.</summary>
/// <remarks>The binary version: a picture is 1 byte of label (100: coarse, then fine; the fine one counts), then 1024 bytes of each
/// colour, row by row. Source: Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009).</remarks>
public static class Cifar
{
    private const int Side = 32, Channels = 3, Plane = Side * Side, Pixels = Plane * Channels;

    private const string Again = "fetch the file again";

    /// <summary>Reads both parts; each colour is shifted and scaled by its mean and standard deviation in the training part.</summary>
    /// <exception cref="InputException">A file is missing or damaged; all mistakes at once.</exception>
    public static DataSplit Load(DataSettings settings)
    {
        string[] paths = Locate(settings);
        var format = Format.Of(settings);
        var errors = new List<InputError>();
        var files = paths.Select(path => Read(path, format, errors)).ToArray();
        if (errors.Count > 0) throw new InputException(errors);

        var training = files[..^1];
        float[][] tables = [.. Enumerable.Range(0, Channels).Select(channel => Table(training, format, channel))];
        return new(Build(training, format, tables), [new("test", Build(files[^1..], format, tables))]);
    }

    /// <summary>SHA-256 over the files as they lie on disk, in hexadecimal: changes when the data change.</summary>
    /// <exception cref="InputException">A file is missing.</exception>
    public static string Digest(DataSettings settings) => DataFiles.Digest(Locate(settings));

    private static string[] Locate(DataSettings settings) => DataFiles.Locate(settings, Format.Of(settings).Files);

    private static byte[] Read(string path, Format format, List<InputError> errors)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(DataFiles.Unreadable(path, e));
            return [];
        }
        if (bytes.Length == 0 || bytes.Length % format.Record != 0)
            errors.Add(new(path, 1, bytes.Length + 1, $"truncated: {bytes.Length} bytes are {bytes.Length / format.Record} pictures of {format.Record} and "
                + $"{bytes.Length % format.Record} bytes more; {Again}, as the binary version of {format.Name}."));
        for (int i = 0; i + format.Record <= bytes.Length; i += format.Record)
            for (int label = 0; label < format.LabelClasses.Length; label++)
                if (bytes[i + label] >= format.LabelClasses[label])
                {
                    // A wrong record length shifts all labels: the first wrong one tells.
                    errors.Add(new(path, 1, i + label + 1, $"label {bytes[i + label]}, expected 0..{format.LabelClasses[label] - 1}; use files of {format.Name}."));
                    return bytes;
                }
        return bytes;
    }

    /// <summary>The normalised value of each byte of one channel.</summary>
    private static float[] Table(byte[][] files, Format format, int channel)
    {
        var counts = new long[256];
        foreach (byte[] file in files)
            for (int i = format.LabelBytes + channel * Plane; i < file.Length; i += format.Record)
                foreach (byte value in file.AsSpan(i, Plane)) counts[value]++;
        double all = counts.Sum();
        double mean = counts.Select((n, value) => n / all * value).Sum();
        double variance = counts.Select((n, value) => n / all * (value - mean) * (value - mean)).Sum();
        double deviation = Math.Sqrt(Math.Max(variance, 1));     // a blank set is shifted, not blown up
        return [.. Enumerable.Range(0, 256).Select(value => (float)((value - mean) / deviation))];
    }

    private static SequenceDataset Build(byte[][] files, Format format, float[][] tables)
    {
        int count = files.Sum(f => f.Length) / format.Record, index = 0;
        var inputs = new float[count * Pixels];
        var labels = new byte[count];
        foreach (byte[] file in files)
            for (int first = 0; first < file.Length; first += format.Record, index++)
            {
                labels[index] = file[first + format.LabelBytes - 1];
                var picture = file.AsSpan(first + format.LabelBytes, Pixels);
                var target = inputs.AsSpan(index * Pixels, Pixels);
                for (int channel = 0; channel < Channels; channel++)
                    for (int i = 0; i < Plane; i++) target[i * Channels + channel] = tables[channel][picture[channel * Plane + i]];
            }
        float[] Ends(int value) => [.. Enumerable.Range(0, Side * Channels).Select(f => tables[f % Channels][value])];
        return new(count, Side, Side * Channels, format.LabelClasses[^1], inputs, labels) { Ends = new(Ends(0), Ends(255)) };
    }

    /// <param name="Name">The data set.</param>
    /// <param name="Files">For training, and the last one for test.</param>
    /// <param name="LabelClasses">Classes of each label of a picture; the last label counts.</param>
    private sealed record Format(string Name, string[] Files, int[] LabelClasses)
    {
        public int LabelBytes => LabelClasses.Length;

        public int Record => LabelBytes + Pixels;

        public static Format Of(DataSettings settings) => settings.Name switch
        {
            DataSetName.Cifar10 => new(settings.Name, [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin"), "test_batch.bin"], [10]),
            DataSetName.Cifar100 => new(settings.Name, ["train.bin", "test.bin"], [20, 100]),
            _ => throw new ArgumentException($"'{settings.Name}' is no CIFAR.", nameof(settings)),
        };
    }
}
