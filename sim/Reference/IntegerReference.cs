using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;

namespace HwGen.Sim.Reference;

/// <summary>The accelerator in integers: what every word at every tap has to be. It follows the plan's formats and the program's data
/// flow, not the schedule, whose rows it only passes on to their tap.</summary>
/// <remarks>Not thread-safe; it keeps the state of every stream.</remarks>
public sealed class IntegerReference
{
    /// <summary>The places where the design saturates on purpose.</summary>
    private enum Site { Fft, SumSpectrum, Sum, Update, Reset, Candidate, StateWord, ResetWord, InputGate, OutputGate, ForgetGate, CellInput, CellState, CellWord, OutputWord, Linear }

    private static readonly string[] SiteNames =
    [
        "spectrum of a vector", "accumulator to IFFT", "sum", "update gate input", "reset gate input", "candidate input", "state to word", "reset state to word",
        "input gate input", "output gate input", "forget gate input", "cell input", "cell state", "cell state to tanh", "output to word", "sum plus bias",
    ];

    private readonly AcceleratorPlan _plan;
    private readonly StepProgram _program;
    private readonly TapMap _map;
    private readonly FixedFormat _word;
    private readonly long[][] _rows;            // of the schedule, as its tap shows them
    private readonly Stream[] _streams;
    private readonly long[][] _vectors;         // words of each vector, padded blocks
    private readonly long[][] _sums;            // words of each sum: (window · members + member) · blocks, padded blocks
    private readonly int[][] _missing;          // sums that a cell's block, or a linear's group and block, still waits for
    private readonly int[][] _waits;            // what that is at a step's start
    private readonly List<int>[] _takers;       // of each sum: cells and then linears
    private readonly List<int>[] _spectraOf;    // of each vector
    private readonly int[] _members;            // of each sum: members of a window
    private readonly (int Accumulator, int Ifft, int Entry)[][] _sumTaps;       // of each group's rows
    private readonly (TransformPlan Plan, int Shift)[] _ffts;       // of each spectrum
    private readonly (TransformPlan Plan, int Shift)[] _iffts;      // of each sum
    private readonly long[] _scratch, _block, _lanes, _accumulator, _taught;
    private readonly long[] _changed = new long[SiteNames.Length];
    private readonly long[] _counted = new long[SiteNames.Length];
    private readonly int _fftTap, _stateTap, _wordTap, _linearTap, _outputTap, _scheduleTap;
    private readonly int[][] _gateTaps;

    private sealed class Stream(AcceleratorPlan plan)
    {
        /// <summary>Of each layer's cells, padded blocks.</summary>
        public long[][] State { get; } = [.. plan.Layers.Select((_, l) => new long[(plan.Program.Cells.FirstOrDefault(c => c.Layer == l)?.Blocks ?? 0) * plan.BlockSize])];

        /// <summary>Of this step, packed blocks.</summary>
        public long[][] Spectra { get; set; } = [.. plan.Program.Spectra.Select(s => new long[plan.Program.Vectors[s.Vector].Blocks * plan.BlockSize])];

        /// <summary>The step before's.</summary>
        public long[][] Previous { get; set; } = [.. plan.Program.Spectra.Select(s => new long[plan.Program.Vectors[s.Vector].Blocks * plan.BlockSize])];
    }

    public IntegerReference(AcceleratorPlan plan)
    {
        (_plan, _program, _map) = (plan, plan.Program, new(plan));
        _rows = [.. Enumerable.Range(0, plan.Schedule.IntervalCycles).Select(plan.Control.RowWords)];
        _word = new(plan.WordBits, plan.WordBits - 1);
        _streams = [.. Enumerable.Range(0, plan.Shape.Streams).Select(_ => new Stream(plan))];
        int k = plan.BlockSize, cells = _program.Cells.Count;
        _vectors = [.. _program.Vectors.Select(v => new long[v.Blocks * k])];
        _members = [.. _program.Sums.Select((s, m) => s.IsLinear ? _program.Linears.First(l => l.Sum == m).Windows[0].Length : 1)];
        _sums = [.. _program.Sums.Select((s, m) => new long[(s.IsLinear ? plan.Positions(m) : 1) * s.Blocks * k])];
        _waits = [.. _program.Cells.Select(c => Enumerable.Repeat(c.Sums.Count(s => s >= 0), c.Blocks).ToArray()),
            .. _program.Linears.Select(l => Enumerable.Repeat(l.Windows[0].Length, l.Windows.Count * _program.Sums[l.Sum].Blocks).ToArray())];
        _missing = [.. _waits.Select(w => new int[w.Length])];
        _takers = [.. _program.Sums.Select(_ => new List<int>())];
        for (int c = 0; c < cells; c++)
            foreach (int s in _program.Cells[c].Sums) if (s >= 0) _takers[s].Add(c);
        for (int l = 0; l < _program.Linears.Count; l++) _takers[_program.Linears[l].Sum].Add(cells + l);
        _spectraOf = [.. _program.Vectors.Select((_, v) => Enumerable.Range(0, _program.Spectra.Count).Where(s => _program.Spectra[s].Vector == v).ToList())];
        _sumTaps = [.. plan.Groups.Groups.Select(g => g.Rows.Select(r => _map.Sums[r]).ToArray())];
        _scratch = new long[plan.Formats.Modes.Max(m => Math.Max(m.Fft.Nodes.Count, m.Ifft.Nodes.Count))];
        (_block, _lanes, _accumulator, _taught) = (new long[k], new long[k], new long[k], new long[k]);
        (_fftTap, _stateTap, _wordTap, _linearTap, _outputTap, _scheduleTap) =
            (_map.Find("fft"), _map.Find("state"), _map.Find("cell"), _map.Find("linear"), _map.Find("output"), _map.Find("schedule"));
        _gateTaps = [.. new[] { new[] { "gru_z", "gru_r", "gru_n" }, ["reset_r"], ["lstm_i", "lstm_o", "lstm_f", "lstm_g"] }.Select(names => names.Select(_map.Find).ToArray())];
        _ffts = [.. _program.Spectra.Select((p, s) => (plan.Formats.Mode(p.BlockSize).Fft, plan.Formats.FftShift(_program, s)))];
        _iffts = [.. _program.Sums.Select((p, m) => (plan.Formats.Mode(p.BlockSize).Ifft, plan.Formats.IfftShift(_program, m)))];
    }

    /// <summary>Raw state of a recurrent layer in a stream, padded to whole blocks.</summary>
    public ReadOnlySpan<long> State(int layer, int stream = 0) => _streams[stream].State[layer];

    /// <summary>Raw words of a vector of the step last run, padded to whole blocks.</summary>
    public ReadOnlySpan<long> Vector(int vector) => _vectors[vector];

    /// <summary>Raw words of a sum of the step last run, padded to whole blocks, windows and their members in turn.</summary>
    public ReadOnlySpan<long> Sum(int sum) => _sums[sum];

    /// <summary>Words met and changed by each saturation so far.</summary>
    public SaturationCounts Saturations()
    {
        var counts = new SaturationCounts();
        for (int s = 0; s < SiteNames.Length; s++) if (_counted[s] > 0) counts.Count(SiteNames[s], _changed[s], _counted[s]);
        return counts;
    }

    /// <summary>Runs one step.</summary>
    /// <param name="input">Raw input words, shape (input size).</param>
    /// <param name="first">Whether the step starts a sequence: the state counts as zero.</param>
    /// <param name="taps">Takes every tap's words.</param>
    /// <param name="stream">Stream of the sequence.</param>
    public void Step(ReadOnlySpan<long> input, bool first, StepTaps taps, int stream = 0)
    {
        Stream own = _streams[stream];
        (own.Spectra, own.Previous) = (own.Previous, own.Spectra);
        for (int row = 0; row < _rows.Length; row++) _rows[row].CopyTo(taps[_scheduleTap, row]);
        if (first)
        {
            foreach (long[] state in own.State) Array.Clear(state);
            foreach (long[] spectrum in own.Previous) Array.Clear(spectrum);
        }
        for (int t = 0; t < _waits.Length; t++) _waits[t].CopyTo(_missing[t], 0);
        Array.Clear(_vectors[0]);
        input.CopyTo(_vectors[0]);
        for (int b = 0; b < _plan.InputBlocks; b++) Transform(own, 0, b, taps);
        for (int g = 0; g < _plan.Groups.Groups.Count; g++)
        {
            RowGroup group = _plan.Groups.Groups[g];
            for (int r = 0; r < group.Rows.Count; r++) Compute(own, group, r, _sumTaps[g][r], taps);
        }
        for (int b = 0; b < _plan.OutputBlocks; b++) Words(_program.Output, b).CopyTo(taps[_outputTap, _map.Output[b]]);
    }

    private Span<long> Words(int vector, int block) => _vectors[vector].AsSpan(block * _plan.BlockSize, _plan.BlockSize);

    private Span<long> SumWords(int sum, int block, int window, int member) =>
        _sums[sum].AsSpan(((window * _members[sum] + member) * _program.Sums[sum].Blocks + block) * _plan.BlockSize, _plan.BlockSize);

    /// <summary>Puts values in the place of what a stream's recurrent layers made last: the next step sees them.</summary>
    /// <param name="values">Of each vector of the program; those that no matrix reads back don't count.</param>
    /// <param name="cells">State of each layer's cells: h of a GRU, c of an LSTM; empty for others.</param>
    /// <param name="stream">The stream.</param>
    public void Force(IReadOnlyList<double[]> values, IReadOnlyList<double[]> cells, int stream = 0)
    {
        Stream own = _streams[stream];
        foreach (CellPlan cell in _program.Cells)
        {
            double[] state = cells[cell.Layer];
            for (int i = 0; i < state.Length; i++) own.State[cell.Layer][i] = _plan.StateFormat(cell).Quantize(state[i]);
        }
        Teach = values;
        for (int v = 1; v < _vectors.Length; v++)
            for (int b = 0; b < _program.Vectors[v].Blocks; b++) Transform(own, v, b, null);
        Teach = null;
    }

    /// <summary>Values that matrices read in the place of what the step itself makes, by vector of the program; null: its own. So each matrix's
    /// error is seen without those before it.</summary>
    public IReadOnlyList<double[]>? Teach { get; set; }

    /// <summary>A taught vector's block as words.</summary>
    private ReadOnlySpan<long> Taught(double[] values, int vector, int block)
    {
        VectorPlan plan = _program.Vectors[vector];
        int first = block / plan.GroupBlocks * plan.GroupSize + block % plan.GroupBlocks * plan.BlockSize;
        for (int i = 0; i < plan.BlockSize; i++) _taught[i] = i < plan.Used(block) ? _plan.Formats.Vectors[vector].Quantize(values[first + i]) : 0;
        return _taught;
    }

    /// <summary>A vector's block to each of its spectra.</summary>
    private void Transform(Stream stream, int vector, int block, StepTaps? taps)
    {
        ReadOnlySpan<long> source = Teach is { } taught && vector > 0 ? Taught(taught[vector], vector, block) : Words(vector, block);
        foreach (int spectrum in _spectraOf[vector])
        {
            var (fft, shift) = _ffts[spectrum];
            int k = fft.BlockSize;
            Span<long> words = stream.Spectra[spectrum].AsSpan(block * _plan.BlockSize, _plan.BlockSize);
            for (int part = 0; part < _plan.BlockSize; part += k)
            {
                fft.Evaluate(source.Slice(part, k), _lanes.AsSpan(0, k), _scratch);
                for (int i = 0; i < k; i++) words[part + i] = Saturate(Site.Fft, FixedFormat.RoundHalfUp(_lanes[i], shift), _word);
            }
            if (taps is not null) words.CopyTo(taps[_fftTap, _map.Fft[spectrum][block]]);
        }
    }

    /// <summary>Accumulates a row block over its columns in the frequency domain, rounds once and transforms back.</summary>
    private void Compute(Stream stream, RowGroup group, int element, (int Accumulator, int Ifft, int Entry) tap, StepTaps taps)
    {
        RowBlock row = group.Rows[element];
        SumPlan sum = _program.Sums[row.Sum];
        int k = sum.BlockSize, size = _plan.BlockSize;
        Array.Clear(_accumulator);
        if (_plan.Shape.Sparse) AccumulateAll(stream, row, sum);
        else AccumulateColumns(stream, group, row, sum);
        _accumulator.CopyTo(taps[tap.Accumulator, tap.Entry]);
        SumFormats formats = _plan.Formats.Sums[row.Sum];
        for (int i = 0; i < size; i++) _block[i] = Saturate(Site.SumSpectrum, FixedFormat.RoundHalfUp(_accumulator[i], formats.DrainShift), formats.Spectrum);
        var (ifft, shift) = _iffts[row.Sum];
        Span<long> words = SumWords(row.Sum, row.Block, row.Window, row.Member);
        for (int part = 0; part < size; part += k)
        {
            ifft.Evaluate(_block.AsSpan(part, k), _lanes.AsSpan(0, k), _scratch);
            for (int i = 0; i < k; i++) words[part + i] = Saturate(Site.Sum, FixedFormat.RoundHalfUp(_lanes[i], shift), _word);
        }
        words.CopyTo(taps[tap.Ifft, tap.Entry]);
        foreach (int taker in _takers[row.Sum])
        {
            int cells = _program.Cells.Count, index = taker < cells ? row.Block : row.Window * sum.Blocks + row.Block;
            if (--_missing[taker][index] > 0) continue;
            if (taker < cells) UpdateCell(stream, taker, row.Block, taps);
            else UpdateLinear(stream, taker - cells, row.Window, row.Block, taps);
        }
    }

    private void AccumulateColumns(Stream stream, RowGroup group, RowBlock row, SumPlan sum)
    {
        int k = sum.BlockSize, size = _plan.BlockSize;
        foreach (ColumnStep step in group.Columns)
        {
            WeightRow weights = _plan.Groups.WeightRows[step.WeightRow];
            QuantizedMatrix matrix = _plan.Parameters[sum.Layer].Matrices[sum.Terms[weights.Term].Matrix];
            long[] spectra = (step.Recurrent ? stream.Previous : stream.Spectra)[step.Spectrum];
            for (int q = 0; q < weights.Columns.Count; q++)
                if (weights.Columns[q] is >= 0 and var column)
                {
                    ReadOnlySpan<long> x = spectra.AsSpan((step.Row * _plan.Shape.Columns + q) * size + step.Part * k, k);
                    for (int part = 0; part < size / k && row.Block * (size / k) + part < matrix.RowBlocks; part++)
                        Accumulate(matrix.Block(row.Block * (size / k) + part, column), x, _accumulator.AsSpan(part * k, k));
                }
        }
    }

    /// <summary>A sparse engine's row block: whole matrices, zeros and all, so nothing is taken from what the plan made of them.</summary>
    private void AccumulateAll(Stream stream, RowBlock row, SumPlan sum)
    {
        foreach (TermPlan term in sum.Terms)
        {
            QuantizedMatrix matrix = _plan.Parameters[sum.Layer].Matrices[term.Matrix];
            long[] spectrum = (term.Recurrent ? stream.Previous : stream.Spectra)[term.Spectrum];
            for (int lane = 0; lane < _plan.BlockSize && row.Block * _plan.BlockSize + lane < matrix.RowBlocks; lane++)
                for (int j = 0; j < matrix.ColumnBlocks; j++) _accumulator[lane] += matrix.Block(row.Block * _plan.BlockSize + lane, j)[0] * spectrum[j];
        }
    }

    private static void Accumulate(ReadOnlySpan<int> w, ReadOnlySpan<long> x, Span<long> sum)
    {
        sum[0] += w[0] * x[0];
        if (w.Length > 1) sum[1] += w[1] * x[1];
        for (int i = 2; i < w.Length; i += 2)
        {
            sum[i] += w[i] * x[i] - w[i + 1] * x[i + 1];
            sum[i + 1] += w[i] * x[i + 1] + w[i + 1] * x[i];
        }
    }

    private void UpdateCell(Stream stream, int index, int block, StepTaps taps)
    {
        CellPlan cell = _program.Cells[index];
        int k = _plan.BlockSize, used = _program.Vectors[cell.Vector].Used(block), lanes = _plan.Shape.Lanes;
        Span<long> state = stream.State[cell.Layer].AsSpan(block * k, k), words = Words(cell.Vector, block);
        for (int i = 0; i < k; i++)
        {
            int slice = i / lanes, lane = i % lanes, entry = _map.Gates[(index, block, slice)];
            (long word, long next) = cell.Kind == CellKind.Lstm ? Lstm(cell, block, i, state[i], taps, entry, lane) : Gru(cell, block, i, state[i], taps, entry, lane);
            words[i] = i < used ? word : 0;
            taps[_wordTap, _map.Words[(index, block, slice)]][lane] = words[i];
            if (cell.Kind == CellKind.GruReset) continue;
            state[i] = i < used ? next : 0;
            taps[_stateTap, _map.States[(index, block, slice)]][lane] = state[i];
        }
        Transform(stream, cell.Vector, block, taps);
    }

    private long Slot(CellPlan cell, int slot, int block, int i) => cell.Sums[slot] < 0 ? 0 : SumWords(cell.Sums[slot], block, 0, 0)[i];

    /// <summary>Both parts of a gate's sum, and its bias.</summary>
    private long GateSum(CellPlan cell, int slot, int block, int i) => Slot(cell, slot, block, i) + Slot(cell, 4 + slot, block, i) + Bias(cell.Layer, slot, block, i);

    private long Bias(int layer, int slot, int block, int i) => Word(_plan.Parameters[layer].Biases[slot], block * _plan.BlockSize + i);

    private static long Word(long[] words, int i) => i < words.Length ? words[i] : 0;

    private (long Word, long Next) Gru(CellPlan cell, int block, int i, long state, StepTaps taps, int entry, int lane)
    {
        int b = _plan.WordBits, guard = _plan.Formats.GruState.Width - b;
        long r = _plan.Sigmoid.Evaluate(Saturate(Site.Reset, GateSum(cell, 1, block, i), _word));
        if (cell.Kind == CellKind.GruReset)
        {
            taps[_gateTaps[1][0], entry][lane] = r;
            return (Saturate(Site.ResetWord, FixedFormat.RoundHalfUp(r * state, _plan.Formats.GruState.Width - 1), _word), 0);
        }
        long z = _plan.Sigmoid.Evaluate(Saturate(Site.Update, GateSum(cell, 0, block, i), _word));
        long wn = Slot(cell, 2, block, i) + Bias(cell.Layer, 2, block, i), rn = Slot(cell, 3, block, i) + Bias(cell.Layer, 3, block, i);
        int finer = _plan.Formats.CandidateShift;
        long candidate = (wn << (b - 1 + finer)) + (cell.ResetsFirst ? rn << (b - 1) : r * rn);
        long n = _plan.Tanh.Evaluate(Saturate(Site.Candidate, FixedFormat.RoundHalfUp(candidate, b - 1 + finer), _word));
        (taps[_gateTaps[0][0], entry][lane], taps[_gateTaps[0][1], entry][lane], taps[_gateTaps[0][2], entry][lane]) = (z, r, n);
        long wide = n << guard, next = wide + FixedFormat.RoundHalfUp(z * (state - wide), b - 1);
        return (Saturate(Site.StateWord, FixedFormat.RoundHalfUp(next, guard), _word), next);
    }

    private (long Word, long Next) Lstm(CellPlan cell, int block, int i, long state, StepTaps taps, int entry, int lane)
    {
        NetworkFormats formats = _plan.Formats;
        int b = _plan.WordBits;
        long input = Gate(0, state), forget = Gate(2, state);
        long g = _plan.Tanh.Evaluate(Saturate(Site.CellInput, GateSum(cell, 3, block, i), _word));
        long full = forget * state + ((input * g) << (formats.LstmState.FracBits - formats.Gate.FracBits));
        long next = Saturate(Site.CellState, FixedFormat.RoundHalfUp(full, b - 1), formats.LstmState);
        long output = Gate(1, next);
        long tanh = _plan.CellTanh.Evaluate(Saturate(Site.CellWord, FixedFormat.RoundHalfUp(next, formats.LstmState.FracBits - formats.TanhInput.FracBits), _word));
        int[] gates = _gateTaps[2];
        (taps[gates[0], entry][lane], taps[gates[1], entry][lane], taps[gates[2], entry][lane], taps[gates[3], entry][lane]) = (input, output, forget, g);
        return (Saturate(Site.OutputWord, FixedFormat.RoundHalfUp(output * tanh, b - 1), _word), next);

        long Gate(int slot, long c)
        {
            IReadOnlyList<long[]> peepholes = _plan.Parameters[cell.Layer].Peepholes;
            long product = peepholes.Count == 0 ? 0 : Word(peepholes[slot], block * _plan.BlockSize + i) * c;
            return _plan.Sigmoid.Evaluate(Saturate(Site.InputGate + slot, GateSum(cell, slot, block, i) + FixedFormat.RoundHalfUp(product, formats.PeepholeShift), _word));
        }
    }

    private void UpdateLinear(Stream stream, int index, int group, int block, StepTaps taps)
    {
        LinearPlan linear = _program.Linears[index];
        VectorPlan vector = _program.Vectors[linear.Vector];
        long[] bias = _plan.Layers[linear.Layer] is LstmLayer ? [] : _plan.Parameters[linear.Layer].Biases[0];
        int target = group * vector.GroupBlocks + block, used = vector.Used(target);
        Span<long> words = Words(linear.Vector, target);
        for (int i = 0; i < words.Length; i++)
        {
            long pooled = 0;
            for (int member = 0; member < linear.Windows[0].Length; member++)
            {
                long value = Saturate(Site.Linear, SumWords(linear.Sum, block, group, member)[i] + Word(bias, block * _plan.BlockSize + i), _word);
                if (linear.Rectify) value = Math.Max(0, value);
                pooled = member == 0 ? value : linear.Pool!.Kind == PoolKind.Average ? pooled + value : Math.Max(pooled, value);
            }
            words[i] = i < used ? FixedFormat.RoundHalfUp(pooled, ControlPlan.PoolShift(linear)) : 0;
        }
        words.CopyTo(taps[_linearTap, _map.Linear[(index, group, block)]]);
        Transform(stream, linear.Vector, target, taps);
    }

    private long Saturate(Site site, long value, FixedFormat format)
    {
        long saturated = format.Saturate(value);
        _counted[(int)site]++;
        if (saturated != value) _changed[(int)site]++;
        return saturated;
    }
}
