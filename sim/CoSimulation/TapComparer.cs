using System.Buffers.Binary;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Sim.Reference;

namespace HwGen.Sim.CoSimulation;

/// <summary>Reads the records of one simulation run and compares every word with the reference, which runs alongside.</summary>
/// <remarks>A tap index comes as often a step as it has entries, c times, so the n-th record of an index belongs to step n / c whatever the
/// order in which overlapping steps interleave; stalls change the order, not the words.</remarks>
public sealed class TapComparer
{
    private readonly AcceleratorPlan _plan;
    private readonly Stimulus _stimulus;
    private readonly string _run;
    private readonly IntegerReference _reference;
    private readonly StepTaps[] _window;
    private readonly int[][] _seen;             // records of each tap and index
    private readonly int[][][] _entries;        // of each tap and index, in the order of time
    private readonly long[] _expectedBeatCycles;
    private readonly List<long> _firstInputs = [];
    private readonly List<long> _stepEnds = [];
    private readonly int _output;
    private int _computed;
    private int _beats;
    private bool _unstable;

    /// <param name="plan">The accelerator.</param>
    /// <param name="stimulus">What the run was driven with.</param>
    /// <param name="run">Name of the run, for messages.</param>
    /// <param name="checkCycles">Whether nothing stalls, so that every output beat has its predicted cycle.</param>
    public TapComparer(AcceleratorPlan plan, Stimulus stimulus, string run, bool checkCycles)
    {
        (_plan, _stimulus, _run, _reference) = (plan, stimulus, run, new(plan));
        // Reference steps kept: the output buffer's credits let no more start before the oldest one's beats are taken.
        _window = [.. Enumerable.Range(0, plan.OutputBufferBeats / plan.OutputBlocks + 2).Select(_ => new StepTaps(plan))];
        _seen = [.. plan.Taps.Select(t => new int[1 << t.IndexBits])];
        _expectedBeatCycles = checkCycles ? [.. plan.OutputCycles(stimulus.Streams)] : [];
        Predictions = [.. stimulus.Sequences.Select(s => Enumerable.Repeat(-1, s.Length).ToArray())];
        ReferencePredictions = [.. stimulus.Sequences.Select(s => new int[s.Length])];
        _output = plan.Taps.ToList().FindIndex(t => t.Name == "output");
        _entries = [.. plan.Taps.Select(t =>
        {
            ILookup<int, int> byIndex = Enumerable.Range(0, t.Entries.Count).ToLookup(e => t.Entries[e].Index);
            return Enumerable.Range(0, 1 << t.IndexBits).Select(i => byIndex[i].ToArray()).ToArray();
        })];
    }

    /// <summary>Words compared so far.</summary>
    public long Words { get; private set; }

    /// <summary>Words that differ, and records that are missing, extra or late.</summary>
    public long Mismatches { get; private set; }

    public Divergence? First { get; private set; }

    /// <summary>Cycles from the first input beat to the last output beat, both counted.</summary>
    public long Cycles { get; private set; }

    /// <summary>Cycles of each step where steps were sent one at a time.</summary>
    public IReadOnlyList<long> StepCycles => [.. _stepEnds.Zip(_firstInputs, (end, start) => end - start + 1)];

    /// <summary>Index of the largest output word of each step of each sequence, from the simulated beats; −1 if it never came.</summary>
    public int[][] Predictions { get; }

    /// <summary>The same from the reference.</summary>
    public int[][] ReferencePredictions { get; }

    /// <summary>Saturations that the reference met.</summary>
    public SaturationCounts Saturations => _reference.Saturations();

    /// <summary>Reads records up to the end record.</summary>
    /// <param name="stream">Standard output of the harness.</param>
    /// <param name="stopAtFirst">Whether to stop reading at the first divergence.</param>
    /// <param name="progress">Told the number of finished steps now and then.</param>
    /// <param name="cancel">Stops the reading.</param>
    public async Task ReadAsync(Stream stream, bool stopAtFirst, IProgress<int>? progress, CancellationToken cancel)
    {
        var buffer = new byte[1 << 20];
        int have = 0;
        bool ended = false;
        while (!ended)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(have), cancel).ConfigureAwait(false);
            if (read == 0) break;
            have += read;
            int used = 0;
            while (!ended && Consume(buffer.AsSpan(used, have - used), out int length, out ended))
            {
                used += length;
                if (stopAtFirst && First is not null) return;
            }
            buffer.AsSpan(used, have - used).CopyTo(buffer);
            have -= used;
            progress?.Report(_stepEnds.Count);
        }
        Finish(ended);
    }

    /// <summary>What the design's own checks of its proven ranges said.</summary>
    /// <param name="log">Standard error of the harness.</param>
    public void CheckRanges(string log)
    {
        foreach (string line in log.Split('\n').Where(l => l.StartsWith("range: ", StringComparison.Ordinal)))
        {
            Mismatches++;
            First ??= new(_run, -1, "range", Name(-2), -1, -1, "no row of the step", "proven range", line["range: ".Length..].Trim(), "a word within it", "one beyond");
        }
    }

    private bool Consume(ReadOnlySpan<byte> bytes, out int length, out bool ended)
    {
        (length, ended) = (0, false);
        if (bytes.Length < 16) return false;
        int tap = BinaryPrimitives.ReadInt32LittleEndian(bytes), index = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        long cycle = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        int lanes = tap < _plan.Taps.Count ? _plan.Taps[tap].Lanes : tap == _plan.Taps.Count ? _plan.BlockSize : 0;
        int wordBytes = tap < _plan.Taps.Count && _plan.Taps[tap].WordBits > 32 ? 8 : 4;
        length = 16 + lanes * wordBytes;
        if (bytes.Length < length) return false;
        ReadOnlySpan<byte> data = bytes[16..length];
        if (tap < _plan.Taps.Count) CompareTap(tap, index, cycle, data, wordBytes);
        else
            switch (tap - _plan.Taps.Count)
            {
                case 0: CompareBeat(index, cycle, data); break;
                case 1: _firstInputs.Add(cycle); break;
                case 2: Unstable(index, cycle); break;
                default: ended = true; break;
            }
        return true;
    }

    private void CompareTap(int tap, int index, long cycle, ReadOnlySpan<byte> data, int wordBytes)
    {
        TapPlan plan = _plan.Taps[tap];
        int[] entries = index < _entries[tap].Length ? _entries[tap][index] : [];
        int record = entries.Length > 0 ? _seen[tap][index]++ : 0, step = entries.Length > 0 ? record / entries.Length : int.MaxValue;
        if (step >= _stimulus.Steps.Count || Expected(step) is not { } taps)
        {
            Miss(tap, entries.Length > 0 ? entries[record % entries.Length] : -1, Math.Min(step, _stimulus.Steps.Count - 1), cycle, "every lane", "no such word", $"a word that the schedule does not have, at index {index}");
            return;
        }
        int entry = entries[record % entries.Length];
        Span<long> expected = taps[tap, entry];
        for (int i = 0; i < plan.Lanes; i++)
        {
            long actual = wordBytes == 8 ? BinaryPrimitives.ReadInt64LittleEndian(data[(8 * i)..]) : BinaryPrimitives.ReadInt32LittleEndian(data[(4 * i)..]);
            Words++;
            if (actual != expected[i]) Miss(tap, entry, step, cycle, Lane(plan, i), $"{expected[i]}", $"{actual}");
        }
    }

    /// <param name="mark">TLAST, and TID above it.</param>
    private void CompareBeat(int mark, long cycle, ReadOnlySpan<byte> data)
    {
        int step = _beats / _plan.OutputBlocks, block = _beats % _plan.OutputBlocks, output = _output;
        if (step >= _stimulus.Steps.Count || Expected(step) is not { } taps)
        {
            Miss(output, block, _stimulus.Steps.Count - 1, cycle, "beat", "the end of the stream", "another beat");
            return;
        }
        Span<long> expected = taps[output, block];
        (int sequence, int t, int stream) = _stimulus.Steps[step];
        bool final = block == _plan.OutputBlocks - 1, end = t == _stimulus.Sequences[sequence].Length - 1;
        for (int i = 0; i < expected.Length; i++)
        {
            long actual = BinaryPrimitives.ReadInt32LittleEndian(data[(4 * i)..]);
            Words++;
            if (actual != expected[i]) Miss(output, block, step, cycle, $"stream lane {i}", $"{expected[i]}", $"{actual}");
            Classify(sequence, t, block, i, actual, expected[i]);
        }
        if ((mark & 1) != (final && end ? 1 : 0)) Miss(output, block, step, cycle, "TLAST", final && end ? "1" : "0", $"{mark & 1}");
        if (mark >> 1 != stream) Miss(output, block, step, cycle, "TID", $"{stream}", $"{mark >> 1}");
        if (_expectedBeatCycles.Length > 0 && _firstInputs.Count > 0)
        {
            long relative = cycle - _firstInputs[0];
            if (relative != _expectedBeatCycles[_beats])
                Miss(output, block, step, cycle, "cycle of the beat after the first input beat", $"{_expectedBeatCycles[_beats]}", $"{relative}");
        }
        if (_firstInputs.Count > 0) Cycles = cycle - _firstInputs[0] + 1;
        if (final) _stepEnds.Add(cycle);
        _beats++;
    }

    private long _best, _bestReference;

    private void Classify(int sequence, int step, int block, int lane, long actual, long expected)
    {
        int output = block * _plan.BlockSize + lane;
        if (lane >= _plan.Output.Used(block)) return;
        if (output == 0 || actual > _best) (_best, Predictions[sequence][step]) = (actual, output);
        if (output == 0 || expected > _bestReference) (_bestReference, ReferencePredictions[sequence][step]) = (expected, output);
    }

    /// <summary>The reference's words of a step, or null if the step is too far ahead or behind to be in flight.</summary>
    private StepTaps? Expected(int step)
    {
        if (step < _computed - _window.Length || step >= _computed + _window.Length) return null;
        while (_computed <= step)
        {
            (int sequence, int t, int stream) = _stimulus.Steps[_computed];
            _reference.Step(_stimulus.Sequences[sequence][t], t == 0, _window[_computed % _window.Length], stream);
            _computed++;
        }
        return _window[step % _window.Length];
    }

    private void Unstable(int kind, long cycle)
    {
        if (_unstable) return;
        _unstable = true;
        (string what, string expected, string actual) = kind switch
        {
            0 => ("beat held back by tready", "valid and unchanged until it is taken", "withdrawn or changed"),
            1 => ("tvalid in reset", "low", "high"),
            _ => ("register STEPS", "the steps whose output was taken", "another number"),
        };
        Miss(_output, 0, Math.Min(_beats / _plan.OutputBlocks, _stimulus.Steps.Count - 1), cycle, what, expected, actual);
    }

    private void Finish(bool ended)
    {
        for (int tap = 0; tap < _plan.Taps.Count; tap++)
            for (int index = 0; index < _entries[tap].Length; index++)
                if (_entries[tap][index] is { Length: > 0 } entries && _seen[tap][index] < _stimulus.Steps.Count * entries.Length)
                    Miss(tap, entries[_seen[tap][index] % entries.Length], _seen[tap][index] / entries.Length, -1, "every lane", "a word", ended ? "none until the run gave up" : "none until the simulation broke off");
        if (_beats < _stimulus.Steps.Count * _plan.OutputBlocks)
            Miss(_output, _beats % _plan.OutputBlocks, _beats / _plan.OutputBlocks, -1, "beat", "a beat", "none until the run gave up");
    }

    private void Miss(int tap, int entry, int step, long cycle, string bin, string expected, string actual)
    {
        Mismatches++;
        if (First is not null && (First.Cycle >= 0 || cycle < 0)) return;
        TapPlan plan = _plan.Taps[tap];
        (int sequence, int t, _) = step >= 0 && step < _stimulus.Steps.Count ? _stimulus.Steps[step] : (-1, -1, 0);
        TapEntry? where = entry >= 0 && entry < plan.Entries.Count ? plan.Entries[entry] : null;
        First = new(_run, cycle, plan.Name, Name(where?.Layer ?? -2), sequence, t, where?.What ?? "no row of the step", plan.Stage, bin, expected, actual);
    }

    private string Name(int layer) => layer switch
    {
        -2 => "all layers",
        -1 => "input",
        _ => $"layer {layer} ({_plan.Layers[layer] switch { GruLayer => "gru", LstmLayer => "lstm", ConvLayer => "conv", PoolLayer => "pool", _ => "dense" }})",
    };

    private string Lane(TapPlan tap, int lane) => tap.Name == "schedule" ? $"bits {lane * tap.WordBits} and up"
        : tap.Stage is not ("FFT" or "accumulator") ? $"element {lane}"
        : _plan.IsMixed ? $"word {lane}"
        : lane switch
        {
            0 => "bin DC",
            1 => "bin Nyquist",
            _ => $"bin {lane / 2} {(lane % 2 == 0 ? "real" : "imaginary")}",
        };
}
