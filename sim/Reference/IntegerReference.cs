using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;

namespace HwGen.Sim.Reference;

/// <summary>The accelerator in integers: what every word at every tap has to be. It follows the plan's formats, not its
/// schedule, whose rows it only passes on to their tap.</summary>
/// <remarks>Not thread-safe; one instance a stream.</remarks>
public sealed class IntegerReference
{
    private enum Tap { Fft, Accumulator, Ifft, Update, Reset, Candidate, State, Output, Schedule }

    /// <summary>The places where the design saturates on purpose.</summary>
    private enum Site { Fft, StateToFft, SumSpectrum, Sum, UpdateInput, ResetInput, CandidateInput, Output }

    private static readonly string[] SiteNames =
        ["spectrum of a vector", "state to FFT", "accumulator to IFFT", "sum", "update gate input", "reset gate input", "candidate input", "output"];

    private readonly AcceleratorPlan _plan;
    private readonly long[][] _state;        // of each layer, padded; empty for a dense layer
    private readonly long[] _scratch;
    private readonly long[] _block;
    private readonly long[] _lanes;
    private readonly FixedFormat _word;
    private readonly FixedFormat _sumSpectrum;
    private readonly long[][] _rows;         // of the schedule, as its tap shows them
    private readonly long[] _changed = new long[SiteNames.Length];
    private readonly long[] _counted = new long[SiteNames.Length];
    private readonly long[][] _spectra;      // current of each vector, packed blocks
    private readonly long[][] _previous;     // the step before's

    public IntegerReference(AcceleratorPlan plan)
    {
        _plan = plan;
        _rows = [.. Enumerable.Range(0, plan.Schedule.IntervalCycles).Select(plan.Control.RowWords)];
        _word = new(plan.WordBits, plan.WordBits - 1);
        _sumSpectrum = plan.Formats.Layers[0].SumSpectrum;
        _state = [.. plan.Layers.Select(l => l is GruLayer ? new long[l.OutputBlocks * plan.BlockSize] : [])];
        _spectra = [.. plan.Vectors.Select(v => new long[v.Blocks * plan.BlockSize])];
        _previous = [.. plan.Vectors.Select(v => new long[v.Blocks * plan.BlockSize])];
        _scratch = new long[Math.Max(plan.Formats.Fft.Nodes.Count, plan.Formats.Ifft.Nodes.Count)];
        (_block, _lanes) = (new long[plan.BlockSize], new long[plan.BlockSize]);
    }

    /// <summary>Raw state of a layer, padded to whole blocks.</summary>
    public ReadOnlySpan<long> State(int layer) => _state[layer];

    /// <summary>Words met and changed by each saturation so far.</summary>
    public SaturationCounts Saturations()
    {
        var counts = new SaturationCounts();
        for (int s = 0; s < SiteNames.Length; s++) counts.Count(SiteNames[s], _changed[s], _counted[s]);
        return counts;
    }

    /// <summary>Runs one step.</summary>
    /// <param name="input">Raw input words, shape (input size).</param>
    /// <param name="first">Whether the step starts a sequence: the state counts as zero.</param>
    /// <param name="taps">Takes every tap's words.</param>
    public void Step(ReadOnlySpan<long> input, bool first, StepTaps taps)
    {
        int k = _plan.BlockSize;
        for (int v = 0; v < _spectra.Length; v++) (_spectra[v], _previous[v]) = (_previous[v], _spectra[v]);
        for (int row = 0; row < _rows.Length; row++) _rows[row].CopyTo(taps[(int)Tap.Schedule, row]);
        if (first)
        {
            foreach (long[] state in _state) Array.Clear(state);
            foreach (long[] spectrum in _previous) Array.Clear(spectrum);
        }
        for (int b = 0; b < _plan.InputBlocks; b++)
        {
            _block.AsSpan().Clear();
            input[(b * k)..Math.Min(input.Length, (b + 1) * k)].CopyTo(_block);
            TransformBlock(0, b, taps);
        }
        for (int l = 0; l < _plan.Layers.Count; l++)
        {
            if (_plan.Layers[l] is GruLayer) StepGru(l, taps);
            else StepOutput(l, taps);
        }
    }

    private void StepGru(int layer, StepTaps taps)
    {
        LayerDescription shape = _plan.Layers[layer];
        for (int b = 0; b < shape.OutputBlocks; b++)
        {
            for (SumKind kind = SumKind.Update; kind <= SumKind.CandidateRecurrent; kind++)
                Sum(new(layer, kind, b), taps);
        }
        for (int b = 0; b < shape.OutputBlocks; b++)
        {
            UpdateCell(layer, b, taps);
        }
        for (int b = 0; b < shape.OutputBlocks; b++)
        {
            int guard = _plan.Formats.State.Width - _plan.WordBits;
            for (int i = 0; i < _block.Length; i++)
                _block[i] = Saturate(Site.StateToFft, FixedFormat.RoundHalfUp(_state[layer][b * _plan.BlockSize + i], guard), _word);
            TransformBlock(layer + 1, b, taps);
        }
    }

    private void UpdateCell(int layer, int block, StepTaps taps)
    {
        int k = _plan.BlockSize, b = _plan.WordBits, index = _plan.Vectors[layer + 1].StateBase + block;
        int guard = _plan.Formats.State.Width - b, used = Math.Min(k, _plan.Layers[layer].OutputSize - block * k);
        IReadOnlyList<long[]> bias = _plan.Parameters[layer].Biases;
        Span<long> zSum = Sums(SumKind.Update), rSum = Sums(SumKind.Reset);
        Span<long> wn = Sums(SumKind.CandidateInput), rn = Sums(SumKind.CandidateRecurrent);
        Span<long> update = taps[(int)Tap.Update, index], reset = taps[(int)Tap.Reset, index];
        Span<long> candidates = taps[(int)Tap.Candidate, index], states = taps[(int)Tap.State, index];
        for (int i = 0; i < k; i++)
        {
            int row = block * k + i;
            long z = _plan.Sigmoid.Evaluate(Saturate(Site.UpdateInput, zSum[i] + bias[0][row], _word));
            long r = _plan.Sigmoid.Evaluate(Saturate(Site.ResetInput, rSum[i] + bias[1][row], _word));
            long candidate = ((wn[i] + bias[2][row]) << (b - 1)) + r * (rn[i] + bias[3][row]);
            long n = _plan.Tanh.Evaluate(Saturate(Site.CandidateInput, FixedFormat.RoundHalfUp(candidate, b - 1), _word));
            long wide = n << guard;
            long next = wide + FixedFormat.RoundHalfUp(z * (_state[layer][row] - wide), b - 1);
            (update[i], reset[i], candidates[i]) = (z, r, n);
            states[i] = _state[layer][row] = i < used ? next : 0;
        }

        Span<long> Sums(SumKind kind) => taps[(int)Tap.Ifft, _plan.SumIndex(new(layer, kind, block))];
    }

    private void StepOutput(int layer, StepTaps taps)
    {
        int k = _plan.BlockSize;
        for (int b = 0; b < _plan.OutputBlocks; b++)
        {
            var row = new RowBlock(layer, SumKind.Output, b);
            Sum(row, taps);
            Span<long> sum = taps[(int)Tap.Ifft, _plan.SumIndex(row)], output = taps[(int)Tap.Output, b];
            for (int i = 0; i < k; i++)
                output[i] = Saturate(Site.Output, sum[i] + _plan.Parameters[layer].Biases[0][b * k + i], _word);
        }
    }

    /// <summary>FFT of <see cref="_block"/> into the vector's current spectrum.</summary>
    private void TransformBlock(int vector, int block, StepTaps taps)
    {
        TransformPlan fft = _plan.Formats.Fft;
        int shift = _plan.Formats.FftShift(vector), index = _plan.SpectrumAddress(new(vector, block, false));
        fft.Evaluate(_block, _lanes, _scratch);
        Span<long> tap = taps[(int)Tap.Fft, index];
        for (int i = 0; i < _lanes.Length; i++)
            tap[i] = _spectra[vector][block * _lanes.Length + i] = Saturate(Site.Fft, FixedFormat.RoundHalfUp(_lanes[i], shift), _word);
    }

    /// <summary>Accumulates a row block over its columns in the frequency domain, rounds once and transforms back.</summary>
    private void Sum(RowBlock row, StepTaps taps)
    {
        int k = _plan.BlockSize, index = _plan.SumIndex(row);
        Span<long> accumulator = taps[(int)Tap.Accumulator, index];
        accumulator.Clear();
        QuantizedLayer parameters = _plan.Parameters[row.Layer];
        if (row.Kind == SumKind.Output) Accumulate(parameters.Input[0], row.Block, _spectra[row.Layer], accumulator);
        else
        {
            int gate = row.Kind switch { SumKind.Update => 0, SumKind.Reset => 1, _ => 2 };
            if (row.Kind != SumKind.CandidateRecurrent) Accumulate(parameters.Input[gate], row.Block, _spectra[row.Layer], accumulator);
            if (row.Kind != SumKind.CandidateInput) Accumulate(parameters.Recurrent[gate], row.Block, _previous[row.Layer + 1], accumulator);
        }
        int shift = _plan.Formats.Layers[row.Layer].DrainShift;
        for (int i = 0; i < k; i++)
            _block[i] = Saturate(Site.SumSpectrum, FixedFormat.RoundHalfUp(accumulator[i], shift), _sumSpectrum);
        _plan.Formats.Ifft.Evaluate(_block, _lanes, _scratch);
        Span<long> sum = taps[(int)Tap.Ifft, index];
        for (int i = 0; i < k; i++)
            sum[i] = Saturate(Site.Sum, FixedFormat.RoundHalfUp(_lanes[i], _plan.Formats.IfftShift), _word);
    }

    private static void Accumulate(QuantizedMatrix matrix, int row, long[] spectra, Span<long> sum)
    {
        int k = sum.Length;
        for (int j = 0; j < matrix.ColumnBlocks; j++)
        {
            ReadOnlySpan<int> w = matrix.Block(row, j);
            ReadOnlySpan<long> x = spectra.AsSpan(j * k, k);
            sum[0] += w[0] * x[0];
            if (k > 1) sum[1] += w[1] * x[1];
            for (int i = 2; i < k; i += 2)
            {
                sum[i] += w[i] * x[i] - w[i + 1] * x[i + 1];
                sum[i + 1] += w[i] * x[i + 1] + w[i + 1] * x[i];
            }
        }
    }

    private long Saturate(Site site, long value, FixedFormat format)
    {
        long saturated = format.Saturate(value);
        _counted[(int)site]++;
        if (saturated != value) _changed[(int)site]++;
        return saturated;
    }
}
