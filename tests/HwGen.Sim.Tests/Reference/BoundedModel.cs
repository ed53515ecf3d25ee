using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;
using HwGen.Tests;

namespace HwGen.Sim.Tests.Reference;

/// <summary>Values and how far a correct fixed-point result may lie from each.</summary>
internal sealed record Bounded(double[] Value, double[] Error)
{
    public static Bounded Exact(double[] value) => new(value, new double[value.Length]);

    public Bounded Slice(int from, int count) => new(Value[from..(from + count)], Error[from..(from + count)]);
}

/// <summary>One step of the network as dense matrices in double precision, with a bound at every tap on what fixed point may
/// add. Weights and biases are the quantized ones, taken back to the time domain by a naive inverse DFT; products are dense.</summary>
/// <remarks>The bound is derived: each rounding adds half an ulp, each transform its proven ErrorBound, each linear map the sum of
/// |coefficient| · error, sigmoid a quarter and tanh the whole of its input's error and its table's MaxError. Values are
/// clamped where the design saturates; clamping both sides brings them no farther apart.</remarks>
internal sealed class BoundedModel
{
    private const double Doubles = 1e-10;      // the model's own rounding, far below any ulp here

    private readonly AcceleratorPlan _plan;
    private readonly int _k;
    private readonly FixedFormat _word;
    private readonly Dictionary<(RowBlock, ColumnBlock), double[]> _spectra = [];
    private readonly Dictionary<(RowBlock, ColumnBlock), double[]> _columns = [];

    /// <param name="plan">The accelerator.</param>
    /// <param name="mutate">Changes a weight spectrum before it is used, to show that the bound notices; null for none.</param>
    public BoundedModel(AcceleratorPlan plan, Action<RowBlock, ColumnBlock, double[]>? mutate = null)
    {
        (_plan, _k, _word) = (plan, plan.BlockSize, new(plan.WordBits, plan.WordBits - 1));
        foreach (RowGroup group in plan.Groups)
            foreach (RowBlock row in group.Rows)
                foreach (ColumnBlock column in group.Columns)
                {
                    LayerFormats f = plan.Formats.Layers[row.Layer];
                    FixedFormat format = column.Recurrent ? f.RecurrentWeight! : f.InputWeight;
                    double[] spectrum = [.. plan.Weight(row, column).ToArray().Select(w => format.ToDouble(w))];
                    mutate?.Invoke(row, column, spectrum);
                    _spectra[(row, column)] = spectrum;
                    _columns[(row, column)] = NaiveTransform.Inverse(spectrum);
                }
    }

    /// <summary>Value and bound of every word of a step: tap name and index to lanes.</summary>
    /// <param name="input">Raw input words.</param>
    /// <param name="state">Raw state of each layer before the step, padded: the model starts from the hardware's own.</param>
    /// <param name="first">Whether the step starts a sequence.</param>
    public Dictionary<(string Tap, int Index), Bounded> Step(long[] input, long[][] state, bool first)
    {
        var taps = new Dictionary<(string, int), Bounded>();
        var now = new Dictionary<ColumnBlock, Bounded>();
        for (int b = 0; b < _plan.InputBlocks; b++)
        {
            double[] x = [.. Enumerable.Range(b * _k, _k).Select(i => i < input.Length ? _plan.Vectors[0].Formats.Value.ToDouble(input[i]) : 0)];
            Transform(new(0, b, false), Bounded.Exact(x), now, taps);
        }
        for (int l = 0; l < _plan.Layers.Count; l++)
            if (_plan.Layers[l] is GruLayer) StepGru(l, state[l], first, now, taps);
            else StepOutput(l, now, taps);
        return taps;
    }

    private void StepGru(int layer, long[] state, bool first, Dictionary<ColumnBlock, Bounded> now, Dictionary<(string, int), Bounded> taps)
    {
        LayerDescription shape = _plan.Layers[layer];
        double[] h = [.. state.Select(s => first ? 0 : _plan.Formats.State.ToDouble(s))];
        for (int b = 0; b < shape.OutputBlocks; b++)
        {
            var column = new ColumnBlock(layer + 1, b, true);
            if (first) now[column] = Bounded.Exact(new double[_k]);
            else Transform(column, StateWords(Bounded.Exact(h[(b * _k)..((b + 1) * _k)])), now, null);
        }
        for (int b = 0; b < shape.OutputBlocks; b++)
        {
            Bounded[] sums = [.. Enumerable.Range(0, 4).Select(kind => Sum(new(layer, (SumKind)kind, b), now, taps))];
            int index = _plan.Vectors[layer + 1].StateBase + b, used = Math.Min(_k, shape.OutputSize - b * _k);
            Bounded z = Bounded.Exact(new double[_k]), r = Bounded.Exact(new double[_k]), n = Bounded.Exact(new double[_k]), next = Bounded.Exact(new double[_k]);
            for (int i = 0; i < _k; i++)
            {
                FixedFormat sum = _plan.SumFormat;
                double[] bias = [.. _plan.Parameters[layer].Biases.Select(words => sum.ToDouble(words[b * _k + i]))];
                z.Value[i] = Sigmoid(Clamp(sums[0].Value[i] + bias[0], sum));
                z.Error[i] = sums[0].Error[i] / 4 + _plan.Sigmoid.MaxError + Doubles;
                r.Value[i] = Sigmoid(Clamp(sums[1].Value[i] + bias[1], sum));
                r.Error[i] = sums[1].Error[i] / 4 + _plan.Sigmoid.MaxError + Doubles;
                // r' a' − r a = r'(a' − a) + a(r' − r), and r' < 1.
                double recurrent = sums[3].Value[i] + bias[3];
                n.Value[i] = Math.Tanh(Clamp(sums[2].Value[i] + bias[2] + r.Value[i] * recurrent, sum));
                n.Error[i] = sums[2].Error[i] + sums[3].Error[i] + Math.Abs(recurrent) * r.Error[i] + sum.Ulp / 2 + _plan.Tanh.MaxError + Doubles;
                if (i >= used) continue;
                // next' − next = (1 − z')(n' − n) + (h − n)(z' − z), and 0 <= z' < 1.
                double old = h[b * _k + i];
                next.Value[i] = (1 - z.Value[i]) * n.Value[i] + z.Value[i] * old;
                next.Error[i] = n.Error[i] + Math.Abs(old - n.Value[i]) * z.Error[i] + _plan.Formats.State.Ulp / 2 + Doubles;
            }
            taps[("update", index)] = z;
            taps[("reset", index)] = r;
            taps[("candidate", index)] = n;
            taps[("state", index)] = next;
            Transform(new(layer + 1, b, false), StateWords(next), now, taps);
        }
    }

    private void StepOutput(int layer, Dictionary<ColumnBlock, Bounded> now, Dictionary<(string, int), Bounded> taps)
    {
        FixedFormat format = _plan.Formats.Layers[layer].Sum;
        for (int b = 0; b < _plan.OutputBlocks; b++)
        {
            Bounded sum = Sum(new(layer, SumKind.Output, b), now, taps), output = Bounded.Exact(new double[_k]);
            for (int i = 0; i < _k; i++)
            {
                output.Value[i] = Clamp(sum.Value[i] + format.ToDouble(_plan.Parameters[layer].Biases[0][b * _k + i]), format);
                output.Error[i] = sum.Error[i];
            }
            taps[("output", b)] = output;
        }
    }

    /// <summary>State to b bits: one rounding, clamped.</summary>
    private Bounded StateWords(Bounded state) =>
        new([.. state.Value.Select(v => Clamp(v, _word))], [.. state.Error.Select(e => e + _word.Ulp / 2)]);

    private void Transform(ColumnBlock column, Bounded x, Dictionary<ColumnBlock, Bounded> now, Dictionary<(string, int), Bounded>? taps)
    {
        TransformPlan fft = _plan.Formats.Fft;
        VectorFormats formats = _plan.Vectors[column.Vector].Formats;
        // The transform was planned for words that are all fraction: another binary point scales its error.
        double unit = formats.Value.Ulp / fft.Input.Ulp;
        double[] spectrum = NaiveTransform.Forward(x.Value), error = new double[_k];
        for (int lane = 0; lane < _k; lane++)
        {
            spectrum[lane] = Clamp(spectrum[lane], formats.Spectrum);
            for (int t = 0; t < _k; t++) error[lane] += Math.Abs(NaiveTransform.Coefficient(_k, lane, t)) * x.Error[t];
            error[lane] += fft.Outputs[lane].ErrorBound * unit + Rounding(_plan.Formats.FftShift(column.Vector), formats.Spectrum) + Doubles;
        }
        now[column] = new(spectrum, error);
        if (taps is not null) taps[("fft", _plan.Vectors[column.Vector].SpectrumBase + column.Block)] = now[column];
    }

    private Bounded Sum(RowBlock row, Dictionary<ColumnBlock, Bounded> now, Dictionary<(string, int), Bounded> taps)
    {
        var (time, error) = (new double[_k], new double[_k]);
        foreach (ColumnBlock column in _plan.Groups.First(g => g.Rows.Contains(row)).Columns)
        {
            Bounded x = now[column];
            double[] w = _spectra[(row, column)], first = _columns[(row, column)], samples = NaiveTransform.Inverse(x.Value);
            for (int r = 0; r < _k; r++)
                for (int c = 0; c < _k; c++) time[r] += first[(r - c + _k) % _k] * samples[c];
            for (int lane = 0; lane < _k; lane++)
                error[lane] += lane < 2 ? Math.Abs(w[lane]) * x.Error[lane]
                    : lane % 2 == 0 ? Math.Abs(w[lane]) * x.Error[lane] + Math.Abs(w[lane + 1]) * x.Error[lane + 1]
                    : Math.Abs(w[lane]) * x.Error[lane - 1] + Math.Abs(w[lane - 1]) * x.Error[lane];
        }
        var accumulator = new Bounded(NaiveTransform.Forward(time), [.. error.Select(e => e + Doubles)]);
        int index = _plan.SumIndex(row);
        taps[("accumulator", index)] = accumulator;

        LayerFormats formats = _plan.Formats.Layers[row.Layer];
        TransformPlan ifft = _plan.Formats.Ifft;
        double unit = formats.SumSpectrum.Ulp / ifft.Input.Ulp;
        double[] spectrum = [.. accumulator.Value.Select(v => Clamp(v, formats.SumSpectrum))];
        double[] drained = [.. accumulator.Error.Select(e => e + Rounding(formats.DrainShift, formats.SumSpectrum))];
        Bounded sum = Bounded.Exact(NaiveTransform.Inverse(spectrum));
        for (int t = 0; t < _k; t++)
        {
            sum.Value[t] = Clamp(sum.Value[t], formats.Sum);
            for (int lane = 0; lane < _k; lane++) sum.Error[t] += Math.Abs(NaiveTransform.InverseCoefficient(_k, t, lane)) * drained[lane];
            sum.Error[t] += ifft.Outputs[t].ErrorBound * unit + Rounding(_plan.Formats.IfftShift, formats.Sum) + Doubles;
        }
        taps[("ifft", index)] = sum;
        return sum;
    }

    private static double Rounding(int shift, FixedFormat to) => shift > 0 ? to.Ulp / 2 : 0;

    private static double Clamp(double value, FixedFormat format) => Math.Clamp(value, format.ToDouble(format.Min), format.ToDouble(format.Max));

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
