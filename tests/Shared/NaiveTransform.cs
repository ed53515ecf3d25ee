namespace HwGen;

/// <summary>The transform by its definition, k² terms: what every fast one is held against.</summary>
internal static class NaiveTransform
{
    /// <summary>X[f] = Σ x[t]·exp(−2πi·f·t/k), packed DC, Nyquist, Re1, Im1, ….</summary>
    public static double[] Forward(ReadOnlySpan<double> x)
    {
        int k = x.Length;
        var packed = new double[k];
        for (int lane = 0; lane < k; lane++)
            for (int t = 0; t < k; t++) packed[lane] += x[t] * Coefficient(k, lane, t);
        return packed;
    }

    /// <summary>The real block that has a packed spectrum.</summary>
    public static double[] Inverse(ReadOnlySpan<double> packed)
    {
        int k = packed.Length;
        var x = new double[k];
        for (int t = 0; t < k; t++)
            for (int lane = 0; lane < k; lane++) x[t] += packed[lane] * InverseCoefficient(k, t, lane);
        return x;
    }

    /// <summary>What sample <paramref name="t"/> contributes to a lane: cos or −sin.</summary>
    public static double Coefficient(int k, int lane, int t)
    {
        int bin = lane == 0 ? 0 : lane == 1 ? k / 2 : lane / 2;
        double angle = 2 * Math.PI * (bin * t % k) / k;
        return lane > 1 && lane % 2 == 1 ? -Math.Sin(angle) : Math.Cos(angle);
    }

    /// <summary>What a lane contributes to sample <paramref name="t"/>: a bin between DC and Nyquist stands for its mirror too.</summary>
    public static double InverseCoefficient(int k, int t, int lane) => Coefficient(k, lane, t) * (lane < 2 ? 1.0 : 2.0) / k;
}
