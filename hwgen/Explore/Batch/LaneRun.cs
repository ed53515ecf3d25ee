using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;

namespace HwGen.Explore.Batch;

/// <summary>For LSTMs, GRUs and dense layers.</summary>
/// <remarks>Blocks of k words lie one behind the other in those of the largest size, so each spectrum and sum is walked in its own size.</remarks>
internal sealed class LaneRun : LaneEngine
{
    private readonly LaneNetwork _network;
    private readonly AcceleratorPlan _plan;
    private readonly StepProgram _program;
    private readonly FixedFormat _word;
    private readonly double[][] _spectra;    // of each spectrum; a state's is the last step's until its layer has run
    private readonly double[][] _state;      // of each GRU and LSTM layer
    private readonly double[][] _sums;       // of each sum, in the frequency domain and then not
    private readonly double[] _scratch;
    private readonly double[] _block;
    private readonly double[] _lanes;

    public LaneRun(LaneNetwork network) : base(network.Plan)
    {
        (_network, _plan, _program) = (network, network.Plan, network.Plan.Program);
        int length = _plan.BlockSize * Lanes.Count;
        _word = new(_plan.WordBits, _plan.WordBits - 1);
        _spectra = [.. _program.Spectra.Select(s => new double[_program.Vectors[s.Vector].Blocks * length])];
        _state = [.. network.Layers.Select(l => new double[(l.Cell?.Blocks ?? 0) * length])];
        _sums = [.. network.Terms.Select((t, s) => new double[Math.Max(t.Max(m => m.Rows) * _program.Sums[s].BlockSize * Lanes.Count, _program.Sums[s].Blocks * length)])];
        _scratch = new double[network.Ffts.Concat(network.Iffts).Max(t => t.ScratchLength)];
        (_block, _lanes) = (new double[length], new double[length]);
    }

    /// <summary>Of a GRU or LSTM layer, shape (cells padded to blocks, lanes).</summary>
    public ReadOnlySpan<double> State(int layer) => _state[layer];

    /// <inheritdoc/>
    public override void Begin()
    {
        base.Begin();
        foreach (double[] state in _state) Array.Clear(state);
        foreach (double[] spectrum in _spectra) Array.Clear(spectrum);
    }

    /// <inheritdoc/>
    public override void Step(bool output)
    {
        Transform(0);
        for (int l = 0; l < (output ? _network.Layers.Length : _network.Recurrent); l++)
        {
            if (_network.Layers[l].Cell is { } cell)
            {
                if (cell.Kind == CellKind.Lstm) UpdateLstm(cell);
                else UpdateGru(cell);
            }
            if (_network.Layers[l].Linear is { } linear) UpdateLinear(linear);
        }
    }

    private void UpdateGru(CellPlan cell)
    {
        double[] state = _state[cell.Layer];
        int b = _plan.WordBits, finer = _plan.Formats.CandidateShift, guardBits = _plan.Formats.GruState.Width - b;
        Span<double> z = GateSum(cell, 0), r = GateSum(cell, 1), n = Sum(cell.Sums[2], 2), rn = Sum(cell.Sums[3], 3);
        Lanes.RoundSaturate(z, 0, _word, z);
        Lanes.RoundSaturate(r, 0, _word, r);
        _network.Sigmoid!.Apply(z);
        _network.Sigmoid.Apply(r);
        double one = Math.ScaleB(1, b - 1 + finer), half = Lanes.Half(b - 1), scale = Lanes.Scale(b - 1), guard = Math.ScaleB(1, guardBits);
        for (int i = 0; i < n.Length; i++) n[i] = n[i] * one + r[i] * rn[i];
        Lanes.RoundSaturate(n, b - 1 + finer, _word, n);
        _network.Tanh!.Apply(n);
        for (int i = 0; i < n.Length; i++)
        {
            double wide = n[i] * guard;
            state[i] = wide + Math.Floor((z[i] * (state[i] - wide) + half) * scale);
        }
        state.AsSpan(_program.Vectors[cell.Vector].Size * Lanes.Count).Clear();
        Lanes.RoundSaturate(state, guardBits, _word, Words(cell.Vector));
        Transform(cell.Vector);
    }

    private void UpdateLstm(CellPlan cell)
    {
        NetworkFormats formats = _plan.Formats;
        double[] state = _state[cell.Layer], words = Words(cell.Vector);
        int b = _plan.WordBits, padding = _program.Vectors[cell.Vector].Size * Lanes.Count;
        Span<double> input = Gate(cell, 0, state), forget = Gate(cell, 2, state), g = GateSum(cell, 3);
        Lanes.RoundSaturate(g, 0, _word, g);
        _network.Tanh!.Apply(g);
        double finer = Math.ScaleB(1, formats.LstmState.FracBits - formats.Gate.FracBits);
        for (int i = 0; i < g.Length; i++) state[i] = forget[i] * state[i] + input[i] * g[i] * finer;
        Lanes.RoundSaturate(state, b - 1, formats.LstmState, state);
        Span<double> output = Gate(cell, 1, state);
        Lanes.RoundSaturate(state, formats.LstmState.FracBits - formats.TanhInput.FracBits, _word, words);
        _network.CellTanh!.Apply(words);
        for (int i = 0; i < words.Length; i++) words[i] *= output[i];
        Lanes.RoundSaturate(words, b - 1, _word, words);
        state.AsSpan(padding).Clear();
        words.AsSpan(padding).Clear();
        Transform(cell.Vector);
    }

    /// <summary>An LSTM's gate: the sigmoid of its sum and of what its peephole sees of the state.</summary>
    private Span<double> Gate(CellPlan cell, int slot, double[] state)
    {
        Span<double> words = GateSum(cell, slot);
        if (_plan.Parameters[cell.Layer].Peepholes is { Count: > 0 } peepholes)
        {
            double half = Lanes.Half(_plan.Formats.PeepholeShift), scale = Lanes.Scale(_plan.Formats.PeepholeShift);
            for (int i = 0; i < peepholes[slot].Length; i++)
                for (int s = i * Lanes.Count; s < (i + 1) * Lanes.Count; s++) words[s] += Math.Floor((peepholes[slot][i] * state[s] + half) * scale);
        }
        Lanes.RoundSaturate(words, 0, _word, words);
        _network.Sigmoid!.Apply(words);
        return words;
    }

    private void UpdateLinear(LinearPlan linear)
    {
        double[] words = Words(linear.Vector);
        Lanes.RoundSaturate(Sum(linear.Sum, _plan.Layers[linear.Layer] is LstmLayer ? null : 0), 0, _word, words);
        if (linear.Rectify)
            for (int i = 0; i < words.Length; i++) words[i] = Math.Max(0, words[i]);
        words.AsSpan(_program.Vectors[linear.Vector].Size * Lanes.Count).Clear();
        Transform(linear.Vector);
    }

    /// <summary>A vector's words to its spectrum, if a matrix reads it.</summary>
    private void Transform(int vector)
    {
        for (int s = 0; s < _spectra.Length; s++)
        {
            if (_program.Spectra[s].Vector != vector) continue;
            int length = _program.Spectra[s].BlockSize * Lanes.Count, shift = _plan.Formats.FftShift(_program, s);
            Span<double> lanes = _lanes.AsSpan(0, length);
            for (int at = 0; at < _spectra[s].Length; at += length)
            {
                _network.Ffts[s].Run(Words(vector).AsSpan(at, length), lanes, _scratch);
                Lanes.RoundSaturate(lanes, shift, _word, _spectra[s].AsSpan(at, length));
            }
        }
    }

    /// <summary>A gate's sum with its bias; where input and state have blocks of their own sizes, of both.</summary>
    private Span<double> GateSum(CellPlan cell, int slot)
    {
        Span<double> words = Sum(cell.Sums[slot], slot);
        if (cell.Sums[4 + slot] < 0) return words;
        Span<double> state = Sum(cell.Sums[4 + slot], null);
        for (int i = 0; i < words.Length; i++) words[i] += state[i];
        return words;
    }

    /// <summary>A sum with its bias, a projection's without: accumulated over its columns, rounded once, transformed back, rounded.</summary>
    private Span<double> Sum(int sum, int? bias)
    {
        SumPlan plan = _program.Sums[sum];
        Array.Clear(_sums[sum]);
        for (int t = 0; t < plan.Terms.Count; t++) _network.Terms[sum][t].Accumulate(_spectra[plan.Terms[t].Spectrum], _sums[sum]);
        int length = plan.BlockSize * Lanes.Count, shift = _plan.Formats.IfftShift(_program, sum);
        SumFormats formats = _plan.Formats.Sums[sum];
        Span<double> block = _block.AsSpan(0, length), lanes = _lanes.AsSpan(0, length), words = _sums[sum].AsSpan(0, plan.Blocks * _block.Length);
        for (int at = 0; at < words.Length; at += length)
        {
            Lanes.RoundSaturate(words.Slice(at, length), formats.DrainShift, formats.Spectrum, block);
            _network.Iffts[sum].Run(block, lanes, _scratch);
            Lanes.RoundSaturate(lanes, shift, _word, words.Slice(at, length));
        }
        long[] biases = bias is { } slot ? _plan.Parameters[plan.Layer].Biases[slot] : [];
        for (int i = 0; i < biases.Length; i++)
            for (int s = 0; s < Lanes.Count; s++) words[i * Lanes.Count + s] += biases[i];
        return words;
    }
}
