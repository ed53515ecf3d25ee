using System.Buffers;
using System.Numerics;

namespace HwGen.Frontend.Scoring;

/// <summary>Connectionist temporal classification: −log p(symbols | logits), p over all paths that collapse to the symbols.</summary>
/// <remarks>Forward and backward variables are <see cref="Wide"/>, so that no length and no logit underflows; a step's states are
/// worked on side by side. Source: Graves, Fernández, Gomez, Schmidhuber, Connectionist Temporal Classification, ICML 2006, sections 3 and 4.</remarks>
public static class CtcLoss
{
    /// <summary>Cells before a row's first state and after its last: the transitions reach two states far.</summary>
    private const int Margin = 2;

    /// <summary>As many symbols as a byte names, and the blank.</summary>
    private const int MaxClasses = 257;

    /// <param name="logits">Shape (steps, classes), row-major, finite; softmax is taken here. The last class is the blank.</param>
    /// <param name="steps">From 0.</param>
    /// <param name="classes">1..257, the blank included.</param>
    /// <param name="symbols">The labels, each below the blank.</param>
    /// <param name="gradient">Takes d loss / d logits, shape (steps, classes).</param>
    /// <returns>−log p in nats, from 0. +∞, with a gradient of zeros, when there are fewer steps than symbols plus neighbours that
    /// are equal (a blank must part them): no path collapses to the symbols then.</returns>
    /// <exception cref="ArgumentException">A length doesn't fit, or a symbol is the blank or above.</exception>
    public static double Compute(ReadOnlySpan<float> logits, int steps, int classes, ReadOnlySpan<byte> symbols, Span<float> gradient)
    {
        Check(logits, steps, classes, symbols, gradient);
        if (steps < StepsNeeded(symbols))
        {
            gradient.Clear();
            return double.PositiveInfinity;
        }

        // States: blank, symbol, blank, …, symbol, blank. A row is whole vectors between margins; a cell that is no state is never reached.
        int states = 2 * symbols.Length + 1, lanes = Vector<double>.Count;
        int row = Margin + (states + lanes - 1) / lanes * lanes + Margin;
        int size = (steps + 4) * row + logits.Length;
        double[] mantissas = ArrayPool<double>.Shared.Rent(size);
        long[] exponents = ArrayPool<long>.Shared.Rent(size);
        try
        {
            var all = new WideRow(mantissas.AsSpan(0, size), exponents.AsSpan(0, size));
            all.Mantissas.Fill(1);
            all.Exponents.Fill(Wide.Never);
            var forward = all.Slice(0, (steps + 1) * row);
            var backward = all.Slice((steps + 1) * row, row);
            var emission = all.Slice((steps + 2) * row, row);
            var skip = all.Slice((steps + 3) * row, row);     // 1 where a state may follow the one two before it
            var softmax = all.Slice((steps + 4) * row, logits.Length);
            for (int s = 1; s < symbols.Length; s++)
                if (symbols[s] != symbols[s - 1]) skip.Exponents[Margin + 2 * s + 1] = 0;
            Softmax(logits, classes, softmax);

            // Row 0 stands before the first step, one transition away from the first two states.
            forward.Exponents[Margin] = 0;
            for (int t = 0; t < steps; t++)
            {
                Emit(softmax.Slice(t * classes, classes), symbols, emission);
                Forward(forward.Slice(t * row, row), emission, skip, forward.Slice((t + 1) * row, row));
            }
            var end = forward.Slice(steps * row + Margin + states - 2, 2);
            long top = Math.Max(end.Exponents[0], end.Exponents[1]);
            double p = Value(end, 0, top) + Value(end, 1, top);       // times 2^top

            // Behind the last step stands a state one transition away from the last two states.
            backward.Exponents[Margin + states - 1] = 0;
            for (int t = steps - 1; t >= 0; t--)
            {
                Backward(backward, skip);
                Occupy(forward.Slice((t + 1) * row, row), backward, top, emission.Mantissas);
                var step = softmax.Slice(t * classes, classes);
                Subtract(step, emission.Mantissas[Margin..], p, symbols, gradient.Slice(t * classes, classes));
                Emit(step, symbols, emission);
                Multiply(emission, backward);
            }
            return Math.Max(0, -(Math.Log(p) + top * Math.Log(2)));
        }
        finally
        {
            ArrayPool<double>.Shared.Return(mantissas);
            ArrayPool<long>.Shared.Return(exponents);
        }
    }

    /// <summary>Steps of the shortest path: one a symbol, and a blank between equal neighbours.</summary>
    private static int StepsNeeded(ReadOnlySpan<byte> symbols)
    {
        int needed = symbols.Length;
        for (int s = 1; s < symbols.Length; s++)
            if (symbols[s] == symbols[s - 1]) needed++;
        return needed;
    }

    private static void Softmax(ReadOnlySpan<float> logits, int classes, WideRow target)
    {
        for (int first = 0; first < logits.Length; first += classes)
        {
            var scores = logits.Slice(first, classes);
            double largest = scores[0], sum = 0;
            foreach (float score in scores) largest = Math.Max(largest, score);
            foreach (float score in scores) sum += Math.Exp(score - largest);
            largest += Math.Log(sum);
            for (int c = 0; c < classes; c++)
            {
                var (mantissa, exponent) = Wide.Exp(scores[c] - largest);
                target.Set(first + c, mantissa, exponent);
            }
        }
    }

    /// <summary>The probability of each state's class at one step.</summary>
    private static void Emit(WideRow softmax, ReadOnlySpan<byte> symbols, WideRow emission)
    {
        int blank = softmax.Length - 1, state = Margin;
        double mantissa = softmax.Mantissas[blank];
        long exponent = softmax.Exponents[blank];
        emission.Set(state++, mantissa, exponent);
        foreach (byte symbol in symbols)
        {
            emission.Set(state++, softmax.Mantissas[symbol], softmax.Exponents[symbol]);
            emission.Set(state++, mantissa, exponent);
        }
    }

    /// <summary>α of the next step: into a state from itself, from the one before, and over a blank where that may be skipped.</summary>
    private static void Forward(WideRow from, WideRow emission, WideRow skip, WideRow to)
    {
        for (int i = Margin; i < from.Length - Margin; i += Vector<double>.Count)
            to[i] = Wide.Sum(from[i], from[i - 1], from[i - 2] * skip[i]) * emission[i];
    }

    /// <summary>In: β · emission of the next step. Out: β. Each cell is read before it is overwritten.</summary>
    private static void Backward(WideRow row, WideRow skip)
    {
        for (int i = Margin; i < row.Length - Margin; i += Vector<double>.Count)
            row[i] = Wide.Sum(row[i], row[i + 1], row[i + 2] * skip[i + 2]);
    }

    /// <summary>Probability of the paths through each state, times 2^-<paramref name="exponent"/>.</summary>
    private static void Occupy(WideRow forward, WideRow backward, long exponent, Span<double> target)
    {
        for (int i = Margin; i < target.Length - Margin; i += Vector<double>.Count)
            Wide.Shifted(forward[i] * backward[i], new(exponent)).CopyTo(target[i..]);
    }

    /// <summary>Softmax less the share of the paths that is in each class.</summary>
    private static void Subtract(WideRow softmax, ReadOnlySpan<double> through, double all, ReadOnlySpan<byte> symbols, Span<float> gradient)
    {
        Span<double> share = stackalloc double[softmax.Length];
        share.Clear();
        double blank = through[0];
        for (int s = 0; s < symbols.Length; s++)
        {
            share[symbols[s]] += through[2 * s + 1];
            blank += through[2 * s + 2];
        }
        share[^1] = blank;
        for (int c = 0; c < gradient.Length; c++) gradient[c] = (float)(Value(softmax, c, 0) - share[c] / all);
    }

    private static void Multiply(WideRow emission, WideRow row)
    {
        for (int i = Margin; i < row.Length - Margin; i += Vector<double>.Count) row[i] *= emission[i];
    }

    /// <summary>One number times 2^-<paramref name="exponent"/>.</summary>
    private static double Value(WideRow row, int index, long exponent) =>
        Math.ScaleB(row.Mantissas[index], (int)Math.Max(row.Exponents[index] - exponent, -2000));

    private static void Check(ReadOnlySpan<float> logits, int steps, int classes, ReadOnlySpan<byte> symbols, Span<float> gradient)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, MaxClasses);
        if (logits.Length != (long)steps * classes || gradient.Length != logits.Length)
            throw new ArgumentException($"{logits.Length} logits and {gradient.Length} gradients for {steps} steps of {classes} classes.", nameof(logits));
        foreach (byte symbol in symbols)
            if (symbol >= classes - 1) throw new ArgumentException($"Symbol {symbol} in {classes} classes, whose last is the blank.", nameof(symbols));
    }
}
