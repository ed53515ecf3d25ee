using System.Runtime.InteropServices;

namespace HwGen.Frontend.Data.Speech;

/// <summary>Writes a feature file aside and gives it its name when it is complete. Holds no more than its directory.</summary>
internal sealed class FeatureFileWriter : IDisposable
{
    private const string Aside = ".new";

    /// <summary>Below this a feature is constant, and is shifted but not blown up.</summary>
    private const double LeastVariance = 1e-10;

    private readonly string _path, _staging;
    private readonly FileStream _stream;
    private readonly byte[] _key;
    private readonly int _inputSize;
    private readonly double[] _sums, _squares;
    private readonly List<(string Name, List<FeatureDirectory.Record> Records)> _parts = [];
    private long _trainingFrames;

    /// <param name="path">The file to be; its folder is made if missing.</param>
    /// <param name="key">32 bytes that say what it was made of.</param>
    /// <param name="inputSize">Features of each step.</param>
    public FeatureFileWriter(string path, byte[] key, int inputSize)
    {
        (_path, _key, _inputSize) = (Path.GetFullPath(path), key, inputSize);
        (_sums, _squares) = (new double[inputSize], new double[inputSize]);
        string folder = Path.GetDirectoryName(_path)!;
        Directory.CreateDirectory(folder);
        foreach (string left in Directory.EnumerateFiles(folder, $"{Path.GetFileName(_path)}.*{Aside}")) DeleteUnlessInUse(left);
        _staging = $"{_path}.{Guid.NewGuid():N}{Aside}";
        _stream = new FileStream(_staging, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
        _stream.Write(new byte[FeatureDirectory.HeaderBytes]);
    }

    /// <summary>Frames of the first part.</summary>
    public long TrainingFrames => _trainingFrames;

    /// <summary>What is added from here on belongs to this part. The first one is the training part.</summary>
    public void BeginPart(string name) => _parts.Add((name, []));

    /// <param name="inputs">Shape (frames, input), not normalised.</param>
    /// <param name="labels">Shape (frames).</param>
    /// <param name="symbols">The transcription.</param>
    public void Add(ReadOnlySpan<float> inputs, byte[] labels, byte[] symbols)
    {
        if (inputs.Length != labels.Length * _inputSize)
            throw new ArgumentException($"{inputs.Length} inputs for {labels.Length} frames of {_inputSize}.", nameof(inputs));
        if (_parts.Count == 1) Accumulate(inputs);
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(inputs);
        byte[] tail = [.. labels, .. symbols];
        _parts[^1].Records.Add(new(_stream.Position, labels.Length, symbols.Length, FeatureDirectory.Check(bytes), FeatureDirectory.Check(tail)));
        _stream.Write(bytes);
        _stream.Write(tail);
    }

    /// <summary>Completes the file.</summary>
    /// <exception cref="InvalidOperationException">The training part has no frames.</exception>
    public void Finish()
    {
        if (_trainingFrames == 0) throw new InvalidOperationException("The training part has no frames.");
        double[] mean = [.. _sums.Select(s => s / _trainingFrames)];
        var scale = _squares.Select((s, i) => s / _trainingFrames - mean[i] * mean[i]).Select(v => (float)(v < LeastVariance ? 1 : 1 / Math.Sqrt(v)));
        new FeatureDirectory(_inputSize, [.. mean.Select(m => (float)m)], [.. scale], [.. _parts.Select(p => new FeatureDirectory.Part(p.Name, p.Records))]).Write(_stream, _key);
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_staging, _path, true);
    }

    public void Dispose()
    {
        _stream.Dispose();
        File.Delete(_staging);      // already gone when it was completed
    }

    private void Accumulate(ReadOnlySpan<float> inputs)
    {
        for (; !inputs.IsEmpty; inputs = inputs[_inputSize..], _trainingFrames++)
        {
            for (int i = 0; i < _inputSize; i++)
            {
                _sums[i] += inputs[i];
                _squares[i] += (double)inputs[i] * inputs[i];
            }
        }
    }

    /// <summary>A killed process leaves its file; a running one holds it.</summary>
    private static void DeleteUnlessInUse(string path)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            File.Delete(path);
        }
        catch (IOException)
        {
            // Another process writes it.
        }
    }
}
