namespace HwGen.Frontend.Scoring;

/// <summary>From scores of each step to a string of labels. Scores are logits, shape (steps, classes), row-major, finite.</summary>
public static class Decoder
{
    /// <summary>Labels of the path with the largest Σ log softmax(logits)[t, label(t)] − penalty · changes, each run of one label once.</summary>
    /// <remarks>The logits stand for their log-softmax: a step's difference is the same on every path. Equal paths: the one that
    /// changes label later when read backwards, then the smaller label. Penalty 0 is the best label of each step.
    /// Source: Viterbi, IEEE Trans. Inf. Theory 13 (1967).</remarks>
    /// <param name="logits">Shape (steps, classes).</param>
    /// <param name="steps">From 0.</param>
    /// <param name="classes">1..256.</param>
    /// <param name="penalty">Nats that each change of label costs, from 0.</param>
    public static byte[] BestLabels(ReadOnlySpan<float> logits, int steps, int classes, double penalty)
    {
        Check(logits, steps, classes);
        if (!(penalty >= 0)) throw new ArgumentOutOfRangeException(nameof(penalty), penalty, "A penalty is at least 0.");
        if (steps == 0) return [];

        var score = new double[classes];
        var changed = new bool[steps * classes];     // whether the best way into a label comes from another one
        var before = new byte[steps];                // the label to come from then
        for (int t = 0; t < steps; t++)
        {
            int best = Largest<double>(score);
            before[t] = (byte)best;
            double other = score[best] - penalty;
            for (int c = 0; c < classes; c++)
            {
                changed[t * classes + c] = other > score[c];
                score[c] = Math.Max(score[c], other) + logits[t * classes + c];
            }
        }

        var labels = new List<byte> { (byte)Largest<double>(score) };
        for (int t = steps - 1; t > 0; t--)
            if (changed[t * classes + labels[^1]]) labels.Add(before[t]);
        labels.Reverse();
        return [.. labels];
    }

    /// <summary>CTC's best path: the best class of each step, repeats merged, then blanks dropped; the smaller of equal classes.</summary>
    /// <remarks>Source: Graves et al., Connectionist Temporal Classification, ICML 2006, section 3.2.</remarks>
    /// <param name="logits">Shape (steps, classes); the last class is the blank.</param>
    /// <param name="steps">From 0.</param>
    /// <param name="classes">1..257, the blank included.</param>
    public static byte[] BestPath(ReadOnlySpan<float> logits, int steps, int classes)
    {
        Check(logits, steps, classes, 257);
        var labels = new List<byte>();
        int blank = classes - 1, last = blank;
        for (int t = 0; t < steps; t++)
        {
            int best = Largest(logits.Slice(t * classes, classes));
            if (best != last && best != blank) labels.Add((byte)best);
            last = best;
        }
        return [.. labels];
    }

    private static int Largest<T>(ReadOnlySpan<T> values) where T : IComparable<T>
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
            if (values[i].CompareTo(values[best]) > 0) best = i;
        return best;
    }

    private static void Check(ReadOnlySpan<float> logits, int steps, int classes, int most = 256)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, most);
        if (logits.Length != (long)steps * classes)
            throw new ArgumentException($"{logits.Length} logits for {steps} steps of {classes} classes.", nameof(logits));
    }
}
