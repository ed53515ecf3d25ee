using System.Buffers.Binary;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Sim.Reference;

namespace HwGen.Sim.CoSimulation;

/// <summary>Reads the records of one simulation run and compares every word with the reference, which runs alongside.</summary>
/// <remarks>Each tap index comes once a step, so the n-th record of an index belongs to step n whatever the order in which
/// overlapping steps interleave; stalls change the order, not the words.</remarks>
public sealed class TapComparer
{
    private readonly AcceleratorPlan _plan;
    private readonly Stimulus _stimulus;
    private readonly string _run;
    private readonly IntegerReference _reference;
    private readonly StepTaps[] _window;
    private readonly int[][] _seen;
    private readonly bool[][] _scheduled;
    private readonly long[] _expectedBeatCycles;
    private readonly List<long> _firstInputs = [];
    private readonly List<long> _stepEnds = [];
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
        _expectedBeatCycles = checkCycles ? [.. plan.OutputCycles(stimulus.Steps.Count).Order()] : [];
        (Predictions, ReferencePredictions) = (new int[stimulus.Sequences.Count], new int[stimulus.Sequences.Count]);
        _scheduled = [.. plan.Taps.Select(t => Enumerable.Range(0, 1 << t.IndexBits).Select(i => t.Indices.Contains(i)).ToArray())];
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

    /// <summary>Index of the largest output word of each sequence's last step, from the simulated beats; −1 if it never came.</summary>
    public int[] Predictions { get; }

    /// <summary>The same from the reference.</summary>
    public int[] ReferencePredictions { get; }

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
        Array.Fill(Predictions, -1);
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
        int step = index < _seen[tap].Length ? _seen[tap][index]++ : int.MaxValue;
        if (index >= _scheduled[tap].Length || !_scheduled[tap][index] || step >= _stimulus.Steps.Count || Expected(step) is not { } taps)
        {
            Miss(tap, index, Math.Min(step, _stimulus.Steps.Count - 1), cycle, "every lane", "no such word", "a word that the schedule does not have");
            return;
        }
        Span<long> expected = taps[tap, index];
        for (int i = 0; i < plan.Lanes; i++)
        {
            long actual = wordBytes == 8 ? BinaryPrimitives.ReadInt64LittleEndian(data[(8 * i)..]) : BinaryPrimitives.ReadInt32LittleEndian(data[(4 * i)..]);
            Words++;
            if (actual != expected[i]) Miss(tap, index, step, cycle, Lane(plan, i), $"{expected[i]}", $"{actual}");
        }
    }

    private void CompareBeat(int last, long cycle, ReadOnlySpan<byte> data)
    {
        int step = _beats / _plan.OutputBlocks, block = _beats % _plan.OutputBlocks, output = _plan.OutputTap;
        if (step >= _stimulus.Steps.Count || Expected(step) is not { } taps)
        {
            Miss(output, block, _stimulus.Steps.Count - 1, cycle, "beat", "the end of the stream", "another beat");
            return;
        }
        Span<long> expected = taps[output, block];
        (int sequence, int t) = _stimulus.Steps[step];
        bool final = block == _plan.OutputBlocks - 1, end = t == _stimulus.Sequences[sequence].Length - 1;
        for (int i = 0; i < expected.Length; i++)
        {
            long actual = BinaryPrimitives.ReadInt32LittleEndian(data[(4 * i)..]);
            // Padding lanes are zero on the stream; the tap shows them as computed.
            long wanted = block * _plan.BlockSize + i < _plan.Layers[^1].OutputSize ? expected[i] : 0;
            Words++;
            if (actual != wanted) Miss(output, block, step, cycle, $"stream lane {i}", $"{wanted}", $"{actual}");
            if (end) Classify(sequence, block, i, actual, wanted);
        }
        if ((last != 0) != (final && end)) Miss(output, block, step, cycle, "TLAST", final && end ? "1" : "0", $"{last}");
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

    private void Classify(int sequence, int block, int lane, long actual, long expected)
    {
        int output = block * _plan.BlockSize + lane;
        if (output >= _plan.Layers[^1].OutputSize) return;
        if (output == 0 || actual > _best) (_best, Predictions[sequence]) = (actual, output);
        if (output == 0 || expected > _bestReference) (_bestReference, ReferencePredictions[sequence]) = (expected, output);
    }

    /// <summary>The reference's words of a step, or null if the step is too far ahead or behind to be in flight.</summary>
    private StepTaps? Expected(int step)
    {
        if (step < _computed - _window.Length || step >= _computed + _window.Length) return null;
        while (_computed <= step)
        {
            (int sequence, int t) = _stimulus.Steps[_computed];
            _reference.Step(_stimulus.Sequences[sequence][t], t == 0, _window[_computed % _window.Length]);
            _computed++;
        }
        return _window[step % _window.Length];
    }

    private void Unstable(int kind, long cycle)
    {
        if (_unstable) return;
        _unstable = true;
        Miss(_plan.OutputTap, 0, Math.Min(_beats / _plan.OutputBlocks, _stimulus.Steps.Count - 1), cycle,
            kind == 0 ? "beat held back by tready" : "tvalid in reset",
            kind == 0 ? "valid and unchanged until it is taken" : "low", kind == 0 ? "withdrawn or changed" : "high");
    }

    private void Finish(bool ended)
    {
        for (int tap = 0; tap < _plan.Taps.Count; tap++)
            foreach (int index in _plan.Taps[tap].Indices)
                if (_seen[tap][index] < _stimulus.Steps.Count)
                    Miss(tap, index, _seen[tap][index], -1, "every lane", "a word", ended ? "none until the run gave up" : "none until the simulation broke off");
        if (_beats < _stimulus.Steps.Count * _plan.OutputBlocks)
            Miss(_plan.OutputTap, _beats % _plan.OutputBlocks, _beats / _plan.OutputBlocks, -1, "beat", "a beat", "none until the run gave up");
    }

    private void Miss(int tap, int index, int step, long cycle, string bin, string expected, string actual)
    {
        Mismatches++;
        if (First is not null && (First.Cycle >= 0 || cycle < 0)) return;
        TapPlan plan = _plan.Taps[tap];
        (int sequence, int t) = step >= 0 && step < _stimulus.Steps.Count ? _stimulus.Steps[step] : (-1, -1);
        (string layer, string block) = Locate(plan, index);
        First = new(_run, cycle, plan.Name, layer, sequence, t, block, plan.Stage, bin, expected, actual);
    }

    private (string Layer, string Block) Locate(TapPlan tap, int index)
    {
        switch (tap.Name)
        {
            case "schedule":
                return ("all layers", $"row {index} of the schedule");
            case "fft":
                VectorPlan vector = _plan.Vectors.Last(v => v.SpectrumBase <= index);
                return (vector.StateBase < 0 ? "input" : Name(int.Parse(vector.Name[1..], System.Globalization.CultureInfo.InvariantCulture)),
                    $"block {index - vector.SpectrumBase} of {vector.Name}");
            case "accumulator" or "ifft":
                foreach ((RowBlock row, _) in _plan.Schedule.Drains)
                    if (_plan.SumIndex(row) == index) return (Name(row.Layer), $"row block {row.Block} of {Product(row.Kind)}");
                return ("no layer", $"index {index}");
            case "output":
                return (Name(_plan.Layers.Count - 1), $"block {index} of y");
            default:
                VectorPlan state = _plan.Vectors.Last(v => v.StateBase >= 0 && v.StateBase <= index);
                int layer = _plan.Vectors.ToList().IndexOf(state) - 1;
                return (Name(layer), $"block {index - state.StateBase} of {state.Name}");
        }
    }

    private string Name(int layer) => $"layer {layer} ({(_plan.Layers[layer] is GruLayer ? "gru" : "dense")})";

    private static string Product(SumKind kind) => kind switch
    {
        SumKind.Update => "W_z x + R_z h",
        SumKind.Reset => "W_r x + R_r h",
        SumKind.CandidateInput => "W_n x",
        SumKind.CandidateRecurrent => "R_n h",
        _ => "W x",
    };

    private static string Lane(TapPlan tap, int lane) => tap.Name == "schedule" ? $"bits {lane * tap.WordBits} and up" : tap.Name is not ("fft" or "accumulator") ? $"element {lane}"
        : lane switch
        {
            0 => "bin DC",
            1 => "bin Nyquist",
            _ => $"bin {lane / 2} {(lane % 2 == 0 ? "real" : "imaginary")}",
        };
}
