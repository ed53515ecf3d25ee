using System.Buffers.Binary;

namespace HwGen.Cli.Tests.EndToEnd;

/// <summary>A data set in Fashion-MNIST's files, small enough to train on in a second: class c is a bright band in row 2·c, in noise.</summary>
internal static class TinyData
{
    private const int Seed = 20, Side = 28;

    public static void Write(string folder, int training, int tests)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(Seed);
        Part(folder, "train", training, random);
        Part(folder, "t10k", tests, random);
    }

    private static void Part(string folder, string name, int count, Random random)
    {
        byte[] images = Header(0x803, count, Side, Side), labels = Header(0x801, count);
        var pixels = new byte[count * Side * Side];
        random.NextBytes(pixels);
        var classes = new byte[count];
        for (int i = 0; i < count; i++)
        {
            classes[i] = (byte)random.Next(10);
            for (int p = 0; p < Side * Side; p++)
            {
                bool bright = p / Side / 2 == classes[i];
                pixels[i * Side * Side + p] = (byte)(pixels[i * Side * Side + p] / 3 + (bright ? 160 : 0));
            }
        }
        File.WriteAllBytes(Path.Join(folder, $"{name}-images-idx3-ubyte"), [.. images, .. pixels]);
        File.WriteAllBytes(Path.Join(folder, $"{name}-labels-idx1-ubyte"), [.. labels, .. classes]);
    }

    private static byte[] Header(int magic, params int[] dimensions)
    {
        var bytes = new byte[4 + 4 * dimensions.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, magic);
        for (int d = 0; d < dimensions.Length; d++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * d), dimensions[d]);
        return bytes;
    }
}
