using HwGen.Core.Activations;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;

namespace HwGen.Sim.Tests.Reference;

/// <summary>One step of the network as dense matrices in double precision, with a bound at every numeric tap on what fixed point may
/// add. Weights, biases and peepholes are the quantized ones, weights taken back to the time domain by a naive inverse DFT; products are
/// dense.</summary>
/// <remarks>The bound is derived: each rounding adds half an ulp, each transform its proven ErrorBound, each linear map the sum of
/// |coefficient| · error, a product a'b' − ab = a'(b' − b) + b(a' − a), sigmoid a quarter and tanh the whole of its input's error and its
/// table's MaxError; the largest of a window is no farther off than its worst member, the mean no farther than the mean of their errors.
/// Values are clamped where the design saturates; clamping both sides brings them no farther apart.</remarks>
internal sealed class BoundedModel
{
    private const double Doubles = 1e-10;      // the model's own rounding, far below any ulp here

    private readonly AcceleratorPlan _plan;
    private readonly StepProgram _program;
    private readonly NetworkFormats _formats;
    private readonly int _size;
    private readonly FixedFormat _word;
    private readonly bool _saturates;
    private readonly Dictionary<(int Layer, int Matrix, int Row, int Column), double[]> _spectra = [];
    private readonly Dictionary<(int Layer, int Matrix, int Row, int Column), double[]> _columns = [];

    // Of the step at work.
    private readonly Bounded[] _vectors;
    private readonly Bounded[] _recurrent;
    private readonly double[][] _words;         // of each spectrum: the words that have the saturated spectrum
    private readonly double[][] _recurrentWords;
    private readonly Bounded[] _vectorSpectra;
    private readonly Dictionary<RowBlock, (Bounded Accumulator, Bounded Sum)> _sums = [];
    private readonly Dictionary<(int Cell, int Block), Dictionary<string, Bounded>> _cells = [];

    /// <param name="plan">The accelerator.</param>
    /// <param name="saturates">Whether words saturate as they do in the design; without, the model is the network itself.</param>
    /// <param name="mutate">Changes the weight spectrum of (layer, matrix, row block, column block) before it is used, to show that the
    /// bound notices; null for none.</param>
    public BoundedModel(AcceleratorPlan plan, bool saturates = true, Action<(int Layer, int Matrix, int Row, int Column), double[]>? mutate = null)
    {
        (_plan, _program, _formats, _size, _saturates) = (plan, plan.Program, plan.Formats, plan.BlockSize, saturates);
        _word = new(plan.WordBits, plan.WordBits - 1);
        for (int l = 0; l < plan.Layers.Count; l++)
            for (int m = 0; m < plan.Parameters[l].Matrices.Count; m++)
            {
                QuantizedMatrix matrix = plan.Parameters[l].Matrices[m];
                for (int i = 0; i < matrix.RowBlocks; i++)
                    for (int j = 0; j < matrix.ColumnBlocks; j++)
                    {
                        double[] spectrum = [.. matrix.Block(i, j).ToArray().Select(w => matrix.Format.ToDouble(w))];
                        mutate?.Invoke((l, m, i, j), spectrum);
                        _spectra[(l, m, i, j)] = spectrum;
                        _columns[(l, m, i, j)] = NaiveTransform.Inverse(spectrum);
                    }
            }
        (_vectors, _recurrent, _vectorSpectra) = (new Bounded[_program.Vectors.Count], new Bounded[_program.Spectra.Count], new Bounded[_program.Spectra.Count]);
        (_words, _recurrentWords) = (new double[_program.Spectra.Count][], new double[_program.Spectra.Count][]);
    }

    /// <summary>The values of a vector in the step last made, padded to whole blocks.</summary>
    public double[] Vector(int vector) => _vectors[vector].Value;

    /// <summary>The values of a row block of a sum in the step last made.</summary>
    public double[] Sum(RowBlock row) => _sums[row].Sum.Value;

    /// <summary>Cell states that the step last made leaves, of each layer, padded to whole blocks; empty without cells.</summary>
    public double[][] States() => [.. _plan.Layers.Select((_, l) =>
    {
        int cell = _program.Cells.ToList().FindLastIndex(c => c.Layer == l);
        return cell < 0 ? [] : Enumerable.Range(0, _program.Cells[cell].Blocks).SelectMany(b => _cells[(cell, b)]["state"].Value).ToArray();
    })];

    /// <summary>A matrix as the model multiplies with it: expanded with its padding, row-major.</summary>
    public double[] Expand(int layer, int matrix)
    {
        QuantizedMatrix m = _plan.Parameters[layer].Matrices[matrix];
        int k = m.BlockSize, columns = m.ColumnBlocks * k;
        var dense = new double[m.RowBlocks * k * columns];
        for (int r = 0; r < m.RowBlocks * k; r++)
            for (int c = 0; c < columns; c++) dense[r * columns + c] = _columns[(layer, matrix, r / k, c / k)][(r - c) & (k - 1)];
        return dense;
    }

    /// <summary>Makes one step.</summary>
    /// <param name="input">Shape (input size).</param>
    /// <param name="before">Values of each vector in the step before, padded: the model starts from the hardware's own.</param>
    /// <param name="states">State of each layer's cells before the step, padded; likewise.</param>
    /// <param name="first">Whether the step starts a sequence.</param>
    public void Step(double[] input, double[][] before, double[][] states, bool first)
    {
        _sums.Clear();
        _cells.Clear();
        for (int s = 0; s < _program.Spectra.Count; s++)
        {
            int vector = _program.Spectra[s].Vector, length = _program.Vectors[vector].Blocks * _size;
            if (!_program.Sums.Any(m => m.Terms.Any(t => t.Recurrent && t.Spectrum == s))) continue;
            (_recurrent[s], _recurrentWords[s]) = first ? (Bounded.Zero(length), new double[length]) : Transform(s, Bounded.Exact(before[vector]));
        }
        Take(0, Bounded.Exact([.. input, .. new double[_plan.InputBlocks * _size - input.Length]]));
        for (int l = 0; l < _plan.Layers.Count; l++)
        {
            for (int c = 0; c < _program.Cells.Count; c++)
                if (_program.Cells[c].Layer == l) StepCell(c, first ? new double[states[l].Length] : states[l]);
            foreach (LinearPlan linear in _program.Linears.Where(p => p.Layer == l)) StepLinear(linear);
        }
    }

    /// <summary>What a numeric tap shows in the step last made, in the order of its entries.</summary>
    public BoundedWords[] Tap(string tap)
    {
        Schedule schedule = _plan.Schedule;
        int unit = char.IsAsciiDigit(tap[^1]) ? tap[^1] - '0' : 0;
        var drains = schedule.Drains.Where(d => d.Unit == unit).OrderBy(d => d.Time).Select(d => d.Row);
        return tap switch
        {
            "fft" => [.. schedule.Ffts.OrderBy(o => o.Time).Select(o => new BoundedWords(_vectorSpectra[o.Spectrum].Slice(o.Block * _size, _size), _formats.Spectra[o.Spectrum]))],
            ['a', 'c', ..] => [.. drains.Select(r => new BoundedWords(_sums[r].Accumulator, new(_plan.AccumulatorBits, _formats.Sums[r.Sum].AccumulatorFracBits)))],
            ['i', 'f', ..] => [.. drains.Select(r => new BoundedWords(_sums[r].Sum, _formats.Sums[r.Sum].Value))],
            "linear" => [.. schedule.Linears.OrderBy(o => o.Time).Select(o =>
            {
                LinearPlan linear = _program.Linears[o.Linear];
                return Words(linear.Vector, o.Group * _program.Vectors[linear.Vector].GroupBlocks + o.Block);
            })],
            "output" => [.. schedule.Outputs.OrderBy(o => o.Time).Select(o => Words(_program.Output, o.Block))],
            _ => [.. schedule.Cells.OrderBy(o => o.Time).Where(o => _cells[(o.Cell, o.Block)].ContainsKey(tap)).Select(o => new BoundedWords(
                _cells[(o.Cell, o.Block)][tap].Slice(o.Slice * _plan.Shape.Lanes, _plan.Shape.Lanes), tap == "state" ? _plan.StateFormat(_program.Cells[o.Cell]) : _formats.Gate))],
        };
    }

    private BoundedWords Words(int vector, int block) => new(_vectors[vector].Slice(block * _size, _size), _formats.Vectors[vector]);

    /// <summary>Keeps a vector that a layer made, and its spectra.</summary>
    private void Take(int vector, Bounded words)
    {
        _vectors[vector] = words;
        for (int s = 0; s < _program.Spectra.Count; s++)
            if (_program.Spectra[s].Vector == vector) (_vectorSpectra[s], _words[s]) = Transform(s, words);
    }

    private (Bounded Spectrum, double[] Words) Transform(int spectrum, Bounded words)
    {
        var (vector, k) = _program.Spectra[spectrum];
        TransformPlan fft = _formats.Mode(k).Fft;
        FixedFormat format = _formats.Spectra[spectrum];
        // The transform was planned for words that are all fraction: another binary point scales its error.
        double unit = _formats.Vectors[vector].Ulp / fft.Input.Ulp, rounding = Rounding(_formats.FftShift(_program, spectrum), format);
        Bounded result = Bounded.Zero(words.Value.Length);
        var samples = new double[words.Value.Length];
        for (int part = 0; part < words.Value.Length; part += k)
        {
            double[] bins = [.. NaiveTransform.Forward(words.Value.AsSpan(part, k)).Select(v => Clamp(v, format))];
            bins.CopyTo(result.Value, part);
            NaiveTransform.Inverse(bins).CopyTo(samples, part);
            for (int lane = 0; lane < k; lane++)
            {
                double error = fft.Outputs[lane].ErrorBound * unit + rounding + Doubles;
                for (int t = 0; t < k; t++) error += Math.Abs(NaiveTransform.Coefficient(k, lane, t)) * words.Error[part + t];
                result.Error[part + lane] = error;
            }
        }
        return (result, samples);
    }

    /// <summary>Column blocks of a term's matrix and where in the vector the words stand that they are multiplied with.</summary>
    private IEnumerable<(int Column, int Offset)> Columns(SumPlan sum, TermPlan term, int position)
    {
        VectorPlan vector = _program.Vectors[_program.Spectra[term.Spectrum].Vector];
        int k = sum.BlockSize;
        if (_plan.Layers[sum.Layer] is not ConvLayer conv)
        {
            // A dense layer sees a map's channels packed, the map itself is padded at every position.
            int columns = _plan.Parameters[sum.Layer].Matrices[term.Matrix].ColumnBlocks;
            for (int j = 0; j < columns; j++) yield return (j, j * k / vector.GroupSize * vector.GroupBlocks * _size + j * k % vector.GroupSize);
            yield break;
        }
        for (int tap = 0; tap < conv.Taps; tap++)
        {
            int y = position / conv.Output.Width * conv.Stride - conv.Padding + tap / conv.KernelWidth;
            int x = position % conv.Output.Width * conv.Stride - conv.Padding + tap % conv.KernelWidth;
            if (y < 0 || x < 0 || y >= conv.Input.Height || x >= conv.Input.Width) continue;
            int place = y * conv.Input.Width + x, start = vector.Groups > 1 ? place * vector.GroupBlocks * _size : place * conv.Input.Channels;
            for (int c = 0; c < conv.PaddedChannels / k; c++) yield return (tap * conv.PaddedChannels / k + c, start + c * k);
        }
    }

    private Bounded Known(RowBlock row) => _sums.TryGetValue(row, out var made) ? made.Sum : Sum(row, 0);

    private Bounded Sum(RowBlock row, int position)
    {
        SumPlan sum = _program.Sums[row.Sum];
        SumFormats formats = _formats.Sums[row.Sum];
        TransformPlan ifft = _formats.Mode(sum.BlockSize).Ifft;
        int k = sum.BlockSize;
        double unit = formats.Spectrum.Ulp / ifft.Input.Ulp, rounding = Rounding(_formats.IfftShift(_program, row.Sum), formats.Value);
        Bounded accumulator = Bounded.Zero(_size), result = Bounded.Zero(_size);
        for (int part = 0; part < _size; part += k)
        {
            var (time, error) = Multiply(sum, (row.Block * _size + part) / k, position);
            NaiveTransform.Forward(time).CopyTo(accumulator.Value, part);
            for (int lane = 0; lane < k; lane++) accumulator.Error[part + lane] = error[lane] + Doubles;
            double[] drained = [.. accumulator.Value.Skip(part).Take(k).Select(v => Clamp(v, formats.Spectrum))];
            double[] samples = NaiveTransform.Inverse(drained);
            for (int t = 0; t < k; t++)
            {
                result.Value[part + t] = Clamp(samples[t], formats.Value);
                double off = ifft.Outputs[t].ErrorBound * unit + rounding + Doubles;
                for (int lane = 0; lane < k; lane++)
                    off += Math.Abs(NaiveTransform.InverseCoefficient(k, t, lane)) * (accumulator.Error[part + lane] + Rounding(formats.DrainShift, formats.Spectrum));
                result.Error[part + t] = off;
            }
        }
        _sums[row] = (accumulator, result);
        return result;
    }

    /// <summary>One block of rows of all of a sum's products: words, and how far their spectrum may be off.</summary>
    private (double[] Time, double[] Error) Multiply(SumPlan sum, int block, int position)
    {
        int k = sum.BlockSize;
        var (time, error) = (new double[k], new double[k]);
        foreach (TermPlan term in sum.Terms)
        {
            if (block >= _plan.Parameters[sum.Layer].Matrices[term.Matrix].RowBlocks) continue;
            Bounded spectrum = (term.Recurrent ? _recurrent : _vectorSpectra)[term.Spectrum];
            double[] words = (term.Recurrent ? _recurrentWords : _words)[term.Spectrum];
            foreach ((int column, int offset) in Columns(sum, term, position))
            {
                double[] w = _spectra[(sum.Layer, term.Matrix, block, column)], first = _columns[(sum.Layer, term.Matrix, block, column)];
                for (int r = 0; r < k; r++)
                    for (int c = 0; c < k; c++) time[r] += first[(r - c) & (k - 1)] * words[offset + c];
                ReadOnlySpan<double> e = spectrum.Error.AsSpan(offset, k);
                for (int lane = 0; lane < k; lane++)
                    error[lane] += lane < 2 ? Math.Abs(w[lane]) * e[lane]
                        : lane % 2 == 0 ? Math.Abs(w[lane]) * e[lane] + Math.Abs(w[lane + 1]) * e[lane + 1]
                        : Math.Abs(w[lane]) * e[lane - 1] + Math.Abs(w[lane - 1]) * e[lane];
            }
        }
        return (time, error);
    }

    private void StepCell(int index, double[] state)
    {
        CellPlan cell = _program.Cells[index];
        Bounded words = Bounded.Zero(cell.Blocks * _size);
        for (int b = 0; b < cell.Blocks; b++)
        {
            Bounded?[] sums = [.. cell.Sums.Select(m => m < 0 ? null : Known(new(m, b)))];
            string[] names = cell.Kind switch
            {
                CellKind.Gru => ["gru_z", "gru_r", "gru_n", "state", "cell"],
                CellKind.GruReset => ["reset_r", "cell"],
                _ => ["lstm_i", "lstm_o", "lstm_f", "lstm_g", "state", "cell"],
            };
            Dictionary<string, Bounded> made = _cells[(index, b)] = names.ToDictionary(n => n, _ => Bounded.Zero(_size));
            for (int i = 0; i < _size; i++)
            {
                int lane = i;
                double old = state[b * _size + i];
                (double Value, double Error)[] results = cell.Kind == CellKind.Lstm ? Lstm(cell.Layer, Gate, b * _size + i, old) : Gru(cell, Gate, old);
                bool padding = i >= _program.Vectors[cell.Vector].Used(b);
                for (int n = 0; n < names.Length; n++)
                    if (!padding || names[n] is not ("state" or "cell")) (made[names[n]].Value[i], made[names[n]].Error[i]) = results[n];

                // Both parts of a gate's sum, where there are two, and its bias.
                (double Value, double Error) Gate(int slot)
                {
                    long[] biases = _plan.Parameters[cell.Layer].Biases[slot];
                    FixedFormat format = cell.Kind == CellKind.Gru && slot == 3 ? _formats.CandidateSum : _formats.GateSum;
                    double bias = b * _size + lane < biases.Length ? format.ToDouble(biases[b * _size + lane]) : 0;
                    return ((sums[slot]?.Value[lane] ?? 0) + (sums[4 + slot]?.Value[lane] ?? 0) + bias, (sums[slot]?.Error[lane] ?? 0) + (sums[4 + slot]?.Error[lane] ?? 0));
                }
            }
            made["cell"].Value.CopyTo(words.Value, b * _size);
            made["cell"].Error.CopyTo(words.Error, b * _size);
        }
        Take(cell.Vector, words);
    }

    /// <summary>z, r, n, next state and word; or of a reset r and r ∘ h.</summary>
    private (double, double)[] Gru(CellPlan cell, Func<int, (double Value, double Error)> gate, double old)
    {
        var r = Activate(_plan.Sigmoid, gate(1));
        // r' <= 1, so r' h − r h is off by no more than |h| (r' − r).
        if (cell.Kind == CellKind.GruReset) return [r, (Clamp(r.Value * old, _word), Math.Abs(old) * r.Error + _word.Ulp / 2)];
        var z = Activate(_plan.Sigmoid, gate(0));
        var (input, recurrent) = (gate(2), gate(3));
        // r' a' − r a = r'(a' − a) + a(r' − r), r' <= 1 and one rounding; where the reset has been applied before, the rounding alone.
        var n = Activate(_plan.Tanh, cell.ResetsFirst
            ? (input.Value + recurrent.Value, input.Error + recurrent.Error + Rounding(_formats.CandidateShift, _formats.GateSum))
            : (input.Value + r.Value * recurrent.Value, input.Error + recurrent.Error + Math.Abs(recurrent.Value) * r.Error + _formats.GateSum.Ulp / 2));
        // next' − next = (1 − z')(n' − n) + (h − n)(z' − z), and 0 <= z' <= 1.
        double next = (1 - z.Value) * n.Value + z.Value * old;
        double error = n.Error + Math.Abs(old - n.Value) * z.Error + _formats.GruState.Ulp / 2 + Doubles;
        return [z, r, n, (next, error), (Clamp(next, _word), error + _word.Ulp / 2)];
    }

    /// <summary>i, o, f, g, next state and word.</summary>
    private (double, double)[] Lstm(int layer, Func<int, (double Value, double Error)> gate, int element, double old)
    {
        FixedFormat state = _formats.LstmState, read = _formats.TanhInput;
        var (i, f, g) = (Activate(_plan.Sigmoid, Peep(0, (old, 0))), Activate(_plan.Sigmoid, Peep(2, (old, 0))), Activate(_plan.Tanh, gate(3)));
        // f' c − f c = c (f' − f), i' g' − i g = i'(g' − g) + g (i' − i), i' <= 1, and one rounding.
        double sum = f.Value * old + i.Value * g.Value;
        (double Value, double Error) next = (Clamp(sum, state), Math.Abs(old) * f.Error + g.Error + Math.Abs(g.Value) * i.Error + state.Ulp / 2 + Doubles);
        var o = Activate(_plan.Sigmoid, Peep(1, next));
        var t = Activate(_plan.CellTanh, (next.Value, next.Error + Rounding(state.FracBits - read.FracBits, read)));
        return [i, o, f, g, next, (Clamp(o.Value * t.Value, _word), t.Error + Math.Abs(t.Value) * o.Error + _word.Ulp / 2 + Doubles)];

        (double, double) Peep(int p, (double Value, double Error) c)
        {
            var (value, error) = gate(p);
            IReadOnlyList<long[]> peepholes = _plan.Parameters[layer].Peepholes;
            if (peepholes.Count == 0 || element >= peepholes[p].Length) return (value, error);
            double w = _formats.Peephole.ToDouble(peepholes[p][element]);
            return (value + w * c.Value, error + Math.Abs(w) * c.Error + Rounding(_formats.PeepholeShift, _formats.GateSum));
        }
    }

    private (double Value, double Error) Activate(ActivationPlan table, (double Value, double Error) x)
    {
        double steepest = table.Function == ActivationFunction.Sigmoid ? 0.25 : 1;
        return (ActivationPlan.Exact(table.Function, Clamp(x.Value, table.Input)), x.Error * steepest + table.MaxError + Doubles);
    }

    private void StepLinear(LinearPlan linear)
    {
        VectorPlan vector = _program.Vectors[linear.Vector];
        FixedFormat format = _formats.Sums[linear.Sum].Value;
        long[] biases = _plan.Layers[linear.Layer] is LstmLayer ? [] : _plan.Parameters[linear.Layer].Biases[0];
        Bounded words = Bounded.Zero(vector.Blocks * _size);
        for (int group = 0; group < vector.Groups; group++)
            for (int b = 0; b < vector.GroupBlocks; b++)
            {
                Bounded[] members = [.. linear.Windows[group].Select((position, i) => Sum(new(linear.Sum, b, group, i), position))];
                int target = group * vector.GroupBlocks + b;
                for (int i = 0; i < vector.Used(target); i++)
                {
                    double bias = b * _size + i < biases.Length ? format.ToDouble(biases[b * _size + i]) : 0;
                    double[] values = [.. members.Select(m => Clamp(m.Value[i] + bias, format)).Select(v => linear.Rectify ? Math.Max(0, v) : v)];
                    double[] errors = [.. members.Select(m => m.Error[i])];
                    bool mean = linear.Pool is { Kind: PoolKind.Average };
                    words.Value[target * _size + i] = mean ? values.Average() : values.Max();
                    words.Error[target * _size + i] = mean ? errors.Average() + Rounding(ControlPlan.PoolShift(linear), format) + Doubles : errors.Max() + Doubles;
                }
            }
        Take(linear.Vector, words);
    }

    private static double Rounding(int shift, FixedFormat to) => shift > 0 ? to.Ulp / 2 : 0;

    private double Clamp(double value, FixedFormat format) => _saturates ? Math.Clamp(value, format.ToDouble(format.Min), format.ToDouble(format.Max)) : value;
}
