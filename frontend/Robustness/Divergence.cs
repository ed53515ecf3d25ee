namespace HwGen.Frontend.Robustness;

/// <summary>Kullback-Leibler divergence Σ p log(p / q) of softmax probabilities, and its gradients at the logits.</summary>
internal static class Divergence
{
    /// <summary>Nats, at least 0.</summary>
    public static double Value(double[] p, double[] q)
    {
        double sum = 0;
        for (int c = 0; c < p.Length; c++)
            if (p[c] > 0) sum += p[c] * Log(p[c], q[c]);
        return Math.Max(sum, 0);
    }

    /// <summary>At the logits of p: p_c (log(p_c / q_c) − divergence).</summary>
    public static double[] GradientAtFirst(double[] p, double[] q)
    {
        double value = 0;
        for (int c = 0; c < p.Length; c++)
            if (p[c] > 0) value += p[c] * Log(p[c], q[c]);
        return [.. p.Select((pc, c) => pc > 0 ? pc * (Log(pc, q[c]) - value) : 0)];
    }

    /// <summary>At the logits of q: q − p.</summary>
    public static double[] GradientAtSecond(double[] p, double[] q) => [.. q.Select((qc, c) => qc - p[c])];

    /// <summary>A probability that vanished still has a logarithm.</summary>
    private static double Log(double p, double q) => Math.Log(p) - Math.Log(Math.Max(q, double.Epsilon));
}
