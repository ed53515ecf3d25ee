using HwGen.Core.Activations;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Transforms;

namespace HwGen.Core.Plan;

/// <summary>Interval analysis of a planned accelerator: from the input's words through every butterfly, product, accumulator, table and
/// state, each with the widest that any input, state and place in a sequence can cause.</summary>
/// <remarks>A recurrent network is a circle: each pass takes what the pass before proved of the vectors and states, the first one that they fit
/// their words, so every pass is a proof and the next one at least as tight. Where weights are reloadable, they can be any.</remarks>
internal sealed class RangeProof
{
    /// <summary>More tighten nothing that is worth its time.</summary>
    private const int Passes = 3;

    private readonly AcceleratorPlan _plan;
    private readonly StepProgram _program;
    private readonly NetworkFormats _formats;
    private readonly FixedFormat _word;
    private readonly Interval[] _vectors;       // words of each vector, zero among them: it is what padding holds
    private readonly Interval[] _states;        // of each layer's cells
    private readonly Interval[][] _spectra;     // of each spectrum's bins
    private readonly Interval[] _sums;          // of each sum
    private List<ProvenRange> _ranges = [];

    public RangeProof(AcceleratorPlan plan)
    {
        (_plan, _program, _formats, _word) = (plan, plan.Program, plan.Formats, new(plan.WordBits, plan.WordBits - 1));
        _vectors = [.. _program.Vectors.Select(_ => Interval.Of(_word))];
        _states = [.. _program.Layers.Select((_, l) => _program.Cells.FirstOrDefault(c => c.Layer == l) is { } cell ? Interval.Of(plan.StateFormat(cell)) : Interval.Zero)];
        _spectra = new Interval[_program.Spectra.Count][];
        _sums = new Interval[_program.Sums.Count];
    }

    public IReadOnlyList<ProvenRange> Build()
    {
        for (int pass = 0; pass < Passes; pass++)
        {
            _ranges = [];
            for (int s = 0; s < _program.Spectra.Count; s++) ProveSpectrum(s);
            for (int m = 0; m < _program.Sums.Count; m++) ProveSum(m);
            foreach (CellPlan cell in _program.Cells) ProveCell(cell);
            foreach (LinearPlan linear in _program.Linears) ProveLinear(linear);
            VectorPlan output = _plan.Output;
            Add("output", output.Name, _vectors[_program.Output], _plan.OutputFormat);
        }
        return _ranges;
    }

    private void ProveSpectrum(int spectrum)
    {
        SpectrumPlan plan = _program.Spectra[spectrum];
        TransformPlan fft = _formats.Mode(plan.BlockSize).Fft;
        Interval[] before = [.. fft.Bounds(Enumerable.Repeat(_vectors[plan.Vector], plan.BlockSize)).Select(lane => lane.RoundHalfUp(_formats.FftShift(_program, spectrum)))];
        _spectra[spectrum] = [.. before.Select(lane => lane.Saturate(_word))];
        Add("fft", $"spectrum of {_program.Vectors[plan.Vector].Name}, k = {plan.BlockSize}", Hull(_spectra[spectrum]), _formats.Spectra[spectrum], Hull(before));
    }

    private void ProveSum(int index)
    {
        SumPlan sum = _program.Sums[index];
        SumFormats formats = _formats.Sums[index];
        TransformPlan ifft = _formats.Mode(sum.BlockSize).Ifft;
        int shift = _formats.IfftShift(_program, index), rows = _plan.Parameters[sum.Layer].Matrices[sum.Terms[0].Matrix].RowBlocks;
        // Row blocks of nothing but padding hold zero.
        Interval accumulators = Interval.Zero, bins = Interval.Zero, kept = Interval.Zero, before = Interval.Zero;
        for (int i = 0; i < rows; i++)
        {
            Interval[] accumulator = Accumulate(sum, i);
            Interval[] drained = [.. accumulator.Select(a => a.RoundHalfUp(formats.DrainShift))];
            Interval[] spectrum = [.. drained.Select(d => d.Saturate(formats.Spectrum))];
            (accumulators, bins, kept) = (accumulators.Hull(Hull(accumulator)), bins.Hull(Hull(drained)), kept.Hull(Hull(spectrum)));
            before = before.Hull(Hull(ifft.Bounds(spectrum)).RoundHalfUp(shift));
        }
        _sums[index] = before.Saturate(_word);
        string name = $"layer {sum.Layer}: {sum.Name}";
        for (int u = 0; u < _plan.Shape.IfftUnits; u++)
            if (_plan.Schedule.Drains.Any(d => d.Row.Sum == index && d.Unit == u))
            {
                Add($"accumulator_{u}", $"{name}, accumulators", accumulators, new(_plan.AccumulatorBits, formats.AccumulatorFracBits));
                Add($"ifft_{u}", name, _sums[index], formats.Value, before);
            }
        Add(null, $"{name}, accumulator to IFFT", kept, formats.Spectrum, bins);
    }

    /// <summary>The accumulators of a row block: products may be left out, at the edge of a map or in a sequence's first step.</summary>
    private Interval[] Accumulate(SumPlan sum, int row)
    {
        var bins = new Interval[sum.BlockSize];
        foreach (TermPlan term in sum.Terms)
        {
            QuantizedMatrix matrix = _plan.Parameters[sum.Layer].Matrices[term.Matrix];
            Interval[] x = _spectra[term.Spectrum];
            // Whatever is loaded fits the memory's word.
            FixedFormat word = new(_plan.WeightBits, 0);
            for (int j = 0; j < matrix.ColumnBlocks; j++)
            {
                ReadOnlySpan<int> w = matrix.Block(row, j);
                for (int b = 0; b < Math.Min(2, w.Length); b++) bins[b] += x[b] * Weight(w[b], word);
                for (int b = 2; b < w.Length; b += 2)
                {
                    bins[b] += x[b] * Weight(w[b], word) - x[b + 1] * Weight(w[b + 1], word);
                    bins[b + 1] += x[b + 1] * Weight(w[b], word) + x[b] * Weight(w[b + 1], word);
                }
            }
        }
        return bins;
    }

    private Interval Weight(int value, FixedFormat word) => _plan.ReloadableWeights ? Interval.Of(word) : new(value, value);

    private void ProveCell(CellPlan cell)
    {
        string name = $"layer {cell.Layer}";
        if (cell.Kind == CellKind.Lstm) ProveLstm(cell, name);
        else ProveGru(cell, name);
    }

    private Interval Slot(CellPlan cell, int slot) => cell.Sums[slot] < 0 ? Interval.Zero : _sums[cell.Sums[slot]];

    private Interval Bias(int layer, int slot) => Range(_plan.Parameters[layer].Biases[slot]);

    private Interval GateSum(CellPlan cell, int slot) => Slot(cell, slot) + Slot(cell, 4 + slot) + Bias(cell.Layer, slot);

    private Interval Gate(string tap, string name, ActivationPlan table, Interval sum)
    {
        Add(null, $"{name}, input", sum.Saturate(_word), table.Input, sum);
        Interval gate = Table(table, sum.Saturate(_word));
        Add(tap, name, gate, _formats.Gate);
        return gate;
    }

    private void ProveGru(CellPlan cell, string name)
    {
        int b = _plan.WordBits, guard = _formats.GruState.Width - b, finer = _formats.CandidateShift;
        bool half = cell.Kind == CellKind.GruReset;
        Interval r = Gate(half ? "reset_r" : "gru_r", $"{name}: r", _plan.Sigmoid, GateSum(cell, 1));
        if (half)
        {
            AddWord(cell, "r . h", r * _states[cell.Layer], _formats.GruState.Width - 1);
            return;
        }
        Gate("gru_z", $"{name}: z", _plan.Sigmoid, GateSum(cell, 0));
        Interval wn = Slot(cell, 2) + Bias(cell.Layer, 2), rn = Slot(cell, 3) + Bias(cell.Layer, 3);
        Interval candidate = ((wn << (b - 1 + finer)) + (cell.ResetsFirst ? rn << (b - 1) : r * rn)).RoundHalfUp(b - 1 + finer);
        Interval n = Gate("gru_n", $"{name}: n", _plan.Tanh, candidate);
        // z is below 1 and not negative, so the new state lies between n and the old one, and the first old one is zero.
        Interval state = (n << guard).Hull(Interval.Zero);
        _states[cell.Layer] = state;
        Add("state", $"{name}: h", state, _formats.GruState);
        AddWord(cell, "h, word", state, guard);
    }

    private void ProveLstm(CellPlan cell, string name)
    {
        int b = _plan.WordBits, shift = _formats.LstmState.FracBits - _formats.Gate.FracBits;
        IReadOnlyList<long[]> peepholes = _plan.Parameters[cell.Layer].Peepholes;
        Interval input = WithPeephole("lstm_i", "i", 0, _states[cell.Layer]), forget = WithPeephole("lstm_f", "f", 2, _states[cell.Layer]);
        Interval g = Gate("lstm_g", $"{name}: g", _plan.Tanh, GateSum(cell, 3));
        Interval full = (forget * _states[cell.Layer] + ((input * g) << shift)).RoundHalfUp(b - 1);
        Interval state = full.Saturate(_formats.LstmState).Hull(Interval.Zero);
        Add("state", $"{name}: c", state, _formats.LstmState, full.Hull(Interval.Zero));
        Interval output = WithPeephole("lstm_o", "o", 1, state);
        _states[cell.Layer] = state;
        Interval toTanh = state.RoundHalfUp(_formats.LstmState.FracBits - _formats.TanhInput.FracBits);
        Add(null, $"{name}: c to tanh", toTanh.Saturate(_word), _formats.TanhInput, toTanh);
        AddWord(cell, "o . tanh(c)", output * Table(_plan.CellTanh, toTanh.Saturate(_word)), b - 1);

        Interval WithPeephole(string tap, string gate, int slot, Interval c) => Gate(tap, $"{name}: {gate}", _plan.Sigmoid,
            GateSum(cell, slot) + (peepholes.Count == 0 ? Interval.Zero : (c * Range(peepholes[slot])).RoundHalfUp(_formats.PeepholeShift)));
    }

    private void AddWord(CellPlan cell, string name, Interval full, int shift)
    {
        Interval before = full.RoundHalfUp(shift).Hull(Interval.Zero);
        _vectors[cell.Vector] = before.Saturate(_word);
        Add("cell", $"layer {cell.Layer}: {name}", _vectors[cell.Vector], _formats.Vectors[cell.Vector], before);
    }

    private void ProveLinear(LinearPlan linear)
    {
        bool biased = _plan.Layers[linear.Layer] is not LstmLayer;
        Interval before = (_sums[linear.Sum] + (biased ? Bias(linear.Layer, 0) : Interval.Zero)).Hull(Interval.Zero), word = before.Saturate(_word);
        // A pool's average or maximum lies among its members.
        _vectors[linear.Vector] = linear.Rectify ? new(0, word.Max) : word;
        Add(null, $"layer {linear.Layer}: sum plus bias", word, _formats.Sums[linear.Sum].Value, before);
        Add("linear", $"layer {linear.Layer}: {_program.Vectors[linear.Vector].Name}", _vectors[linear.Vector], _formats.Vectors[linear.Vector]);
    }

    private static Interval Table(ActivationPlan table, Interval input)
    {
        // Neighbouring segments may step back by an ulp, so that the ends alone would not do.
        long min = long.MaxValue, max = long.MinValue;
        for (long x = input.Min; x <= input.Max; x++)
        {
            long y = table.Evaluate(x);
            (min, max) = (Math.Min(min, y), Math.Max(max, y));
        }
        return new(min, max);
    }

    /// <summary>Zero is among the words: it is what padding holds.</summary>
    private Interval Range(long[] words) => _plan.ReloadableWeights ? Interval.Of(_word) : words.Aggregate(Interval.Zero, (range, w) => range.Hull(new(w, w)));

    private static Interval Hull(IEnumerable<Interval> lanes) => lanes.Aggregate((a, b) => a.Hull(b));

    private void Add(string? tap, string name, Interval range, FixedFormat word, Interval? before = null) => _ranges.Add(new(tap, name, range, word, before ?? range));
}
