namespace HwGen.Frontend.Robustness;

/// <summary>Whether an attack goes on with an input; asked before each step with what the network says there.</summary>
/// <param name="Kind">What is measured.</param>
/// <param name="Threshold">λ, or c.</param>
internal sealed record StopRule(StopKind Kind, double Threshold)
{
    /// <summary>A threshold of 1 that was computed as a sum is 1.</summary>
    private const double Rounding = 1e-9;

    public static StopRule Never { get; } = new(StopKind.Never, 0);

    /// <summary>Goes on while an input is named rightly: the first wrong point is kept.</summary>
    public static StopRule WhenWrong { get; } = new(StopKind.Wrong, 0);

    /// <summary>Whether no input can stop.</summary>
    public bool IsOpen => Kind switch
    {
        StopKind.Never => true,
        StopKind.Wrong => false,
        StopKind.Stationarity => Threshold <= 0,
        _ => Threshold >= 1 - Rounding,
    };

    /// <summary>max over other classes of their probability, less the label's: in −1..1, above 0 where the label is not named.</summary>
    public static double ProbabilityGap(ReadOnlySpan<double> probabilities, int label)
    {
        double largest = 0;
        for (int c = 0; c < probabilities.Length; c++)
            if (c != label) largest = Math.Max(largest, probabilities[c]);
        return largest - probabilities[label];
    }

    /// <summary>Softmax.</summary>
    public static double[] Probabilities(ReadOnlySpan<float> logits)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (float z in logits) largest = Math.Max(largest, z);
        var p = new double[logits.Length];
        for (int c = 0; c < p.Length; c++) sum += p[c] = Math.Exp(logits[c] - largest);
        for (int c = 0; c < p.Length; c++) p[c] /= sum;
        return p;
    }
}

internal enum StopKind
{
    Never,

    /// <summary>Stops when another class is named; of equal outputs the first is.</summary>
    Wrong,

    /// <summary>Stops when <see cref="StopRule.ProbabilityGap"/> exceeds λ.</summary>
    ProbabilityGap,

    /// <summary>Stops when <see cref="Curvature.Share"/> exceeds λ.</summary>
    Curvature,

    /// <summary>Stops when <see cref="PerturbedBatch.Stationarity"/> falls below c.</summary>
    Stationarity,
}
