namespace HwGen.Core.Design;

/// <summary>Training on inputs that an attack has moved.</summary>
/// <param name="Method">How the moved inputs are found and what is minimised on them.</param>
/// <param name="Epsilon">ε: most that an attack moves a value, as a share of its range; in the data's own units where that has no end.</param>
/// <param name="Steps">Of the attack on each batch.</param>
/// <param name="StepSize">Of one step, in units of <paramref name="Epsilon"/>'s.</param>
public sealed record AdversarialSettings(AdversarialMethod Method, double Epsilon, int Steps, double StepSize)
{
    /// <summary>Whether an attack begins at a random point of the ball; TRADES has a small normal start of its own.</summary>
    public bool RandomStart { get; init; } = true;

    /// <summary>Share of the loss at the inputs as they are, 0..1; the rest is at the moved ones. Not for TRADES.</summary>
    public double CleanWeight { get; init; }

    /// <summary>β: weight of TRADES' Kullback-Leibler divergence.</summary>
    public double Beta { get; init; } = 6;

    /// <summary>λ of SAT in the first epoch; c of dynamic training.</summary>
    public double FirstThreshold { get; init; }

    /// <summary>λ of SAT in the last epochs; c of dynamic training.</summary>
    public double FinalThreshold { get; init; } = 1;

    /// <summary>How the threshold goes from first to final.</summary>
    public ThresholdSchedule Schedule { get; init; }

    /// <summary>First epochs of a training from random weights that see the inputs as they are.</summary>
    public int WarmupEpochs { get; init; }

    /// <summary>The threshold in an epoch of a training from random weights; the final one where weights are trained on.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="epochs">Of that training.</param>
    /// <remarks>Steps: a third of the way each after 30, 45 and 60 of 70 epochs; linear: between 30 and 70 of 100. Both are the
    /// schedules of P-SAT's public training code, as shares of the epochs.</remarks>
    public double Threshold(int epoch, int epochs)
    {
        double share = Schedule == ThresholdSchedule.Steps
            ? new[] { 30, 45, 60 }.Count(e => 70L * epoch >= (long)e * epochs) / 3.0
            : Math.Clamp((100.0 * epoch / epochs - 30) / 40, 0, 1);
        return share == 1 ? FinalThreshold : FirstThreshold + share * (FinalThreshold - FirstThreshold);
    }
}

public enum AdversarialMethod
{
    /// <summary>PGD-AT. Source: Madry et al., arXiv:1706.06083.</summary>
    Pgd,

    /// <summary>Source: Zhang et al., arXiv:1901.08573.</summary>
    Trades,

    /// <summary>An input moves while its first-order stationarity is at least c. Source: Wang et al., ICML 2019.</summary>
    Dynamic,

    /// <summary>An input moves while the gap of its probabilities is at most λ. Source: Sitawarin et al., AISec 2021, arXiv:2003.09347.</summary>
    Psat,

    /// <summary>An input moves while the curvature of its loss is at most λ. Source: as P-SAT; the measure of curvature is reconstructed.</summary>
    Hsat,
}

public enum ThresholdSchedule
{
    Steps,
    Linear,
}
