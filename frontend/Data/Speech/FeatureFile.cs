using System.Runtime.InteropServices;
using HwGen.Core;
using Microsoft.Win32.SafeHandles;

namespace HwGen.Frontend.Data.Speech;

/// <summary>One part of a feature file. A recording's features are read when asked for; in memory are some 40 bytes a recording.</summary>
/// <remarks>What was read last is checked against its checksum: a damaged file gives an <see cref="InputException"/> with the
/// offset. Dispose closes the file; without it the finalizer of the handle does.</remarks>
public sealed class FeatureFile : LabelledData, IDisposable
{
    private readonly string _path;
    private readonly FeatureDirectory _directory;
    private readonly IReadOnlyList<FeatureDirectory.Record> _records;
    private readonly SafeFileHandle _file;
    private Recording _last = new(-1, [], []);

    internal FeatureFile(string path, FeatureDirectory directory, FeatureDirectory.Part part)
    {
        (_path, _directory, _records) = (path, directory, part.Records);
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
    }

    public override int Count => _records.Count;

    public override int InputSize => _directory.InputSize;

    public override int Classes => PhoneTable.Classes.Count;

    public override LabelKind Kind => LabelKind.Frame;

    /// <summary>Steps of all recordings.</summary>
    public long Frames => _records.Sum(r => (long)r.Frames);

    public override int Length(int index) => _records[index].Frames;

    public override void Read(int index, Span<float> inputs)
    {
        FeatureDirectory.Record record = _records[index];
        int size = record.Frames * InputSize;
        if (inputs.Length < size) throw new ArgumentException($"{inputs.Length} places for {size} inputs.", nameof(inputs));
        inputs = inputs[..size];
        Fill(MemoryMarshal.AsBytes(inputs), record.Offset, record.InputCheck);
        var (mean, scale) = (_directory.Mean, _directory.Scale);
        for (; !inputs.IsEmpty; inputs = inputs[mean.Length..])
            for (int i = 0; i < mean.Length; i++) inputs[i] = (inputs[i] - mean[i]) * scale[i];
    }

    public override ReadOnlySpan<byte> Labels(int index) => Last(index).Labels;

    public override ReadOnlySpan<byte> Symbols(int index) => Last(index).Symbols;

    public void Dispose() => _file.Dispose();

    /// <summary>New arrays for another recording: spans that were given out stay as they are, and readers at once take nothing from each other.</summary>
    private Recording Last(int index)
    {
        var last = _last;
        if (last.Index == index) return last;
        FeatureDirectory.Record record = _records[index];
        var bytes = new byte[record.Frames + record.Symbols];
        Fill(bytes, record.Offset + (long)record.Frames * InputSize * sizeof(float), record.LabelCheck);
        return _last = new(index, bytes[..record.Frames], bytes[record.Frames..]);
    }

    private void Fill(Span<byte> bytes, long offset, ulong check)
    {
        int read = 0;
        while (read < bytes.Length && RandomAccess.Read(_file, bytes[read..], offset + read) is > 0 and var n) read += n;
        if (read < bytes.Length || FeatureDirectory.Check(bytes) != check)
            throw new InputException(new InputError(_path, 1, (int)Math.Min(offset + 1, int.MaxValue), $"damaged: {bytes.Length} bytes from here on differ from what was written; delete the file, and it is computed again."));
    }

    /// <summary>Replaced as a whole, which a reference can be in one step.</summary>
    private sealed record Recording(int Index, byte[] Labels, byte[] Symbols);
}
