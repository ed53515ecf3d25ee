using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HwGen.Core.Plan;

/// <summary>The reloadable memories of an accelerator, and the words that fill them through AXI4-Lite: every row of every memory in order, each
/// row's words from the least significant on; what is above a row's last bit is zero.</summary>
public sealed class WeightLoad
{
    public const int WordBits = 32;

    /// <summary>The words' file in the design's folder: one a line, in hexadecimal, behind the two of the digest.</summary>
    public const string FileName = "load.hex";

    /// <summary>Words before the first row's: the digest, low half first.</summary>
    public const int HeaderWords = 2;

    public WeightLoad(AcceleratorPlan plan)
    {
        var memories = new List<LoadedMemory>();
        int first = 0;
        // An element's memory has the element's number.
        foreach (MemoryImage image in plan.Images.Where(i => i.Reloadable).OrderBy(i => i.Name is "cell" or "linear"))
        {
            memories.Add(new(image, memories.Count, first));
            first += memories[^1].Words;
        }
        (Memories, Words, Digest) = (memories, [.. memories.SelectMany(m => m.Content())], DigestOf(plan));
    }

    /// <summary>In the order of their numbers.</summary>
    public IReadOnlyList<LoadedMemory> Memories { get; }

    /// <summary>Content of all memories.</summary>
    public IReadOnlyList<uint> Words { get; }

    /// <summary>Tells designs apart that weights can't be exchanged between: layers, formats, layout and schedule, not the weights themselves.</summary>
    public ulong Digest { get; }

    public int Rows => Memories.Sum(m => m.Rows);

    /// <summary>Bits of the widest row.</summary>
    public int RowBits => Memories.Max(m => m.Image.Width);

    /// <summary>The file.</summary>
    public string ToHex()
    {
        var text = new StringBuilder();
        foreach (uint word in Words.Prepend((uint)(Digest >> WordBits)).Prepend((uint)Digest)) text.Append(CultureInfo.InvariantCulture, $"{word:x8}\n");
        return text.ToString();
    }

    private static ulong DigestOf(AcceleratorPlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{plan.WordBits} {plan.BlockSize} {plan.Shape} {plan.InputFormat} {plan.OutputFormat} {plan.AccumulatorBits}\n");
        for (int l = 0; l < plan.Layers.Count; l++)
        {
            LayerFormats formats = plan.Formats.Layers[l];
            text.Append(CultureInfo.InvariantCulture, $"{plan.Layers[l].GetType().Name} {plan.Layers[l].InputSize} {plan.Layers[l].OutputSize}: ")
                .AppendJoin(' ', plan.Layers[l].Matrices).Append("; ").AppendJoin(' ', formats.Weights)
                .Append(CultureInfo.InvariantCulture, $" {formats.Bias} {formats.CandidateBias} {formats.Peephole}\n");
        }
        foreach (MemoryImage image in plan.Images)
            text.Append(CultureInfo.InvariantCulture, $"{image.Name} {image.Width} {image.Depth}\n").Append(image.Reloadable ? "" : image.ToHex());
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
