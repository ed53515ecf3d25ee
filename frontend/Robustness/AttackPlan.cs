namespace HwGen.Frontend.Robustness;

/// <summary>How a trained network is attacked.</summary>
/// <param name="Kind">Which attack.</param>
/// <param name="Epsilon">ε: most that a value moves, as a share of its range; in the data's own units where that has no end.</param>
public sealed record AttackPlan(AttackKind Kind, double Epsilon)
{
    /// <summary>Steps of PGD together reach this many times ε.</summary>
    public const double StepReach = 2.5;

    /// <summary>Of PGD.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>Of PGD, in units of <see cref="Epsilon"/>'s.</summary>
    public double StepSize { get; init; } = StepReach * Epsilon / 20;

    /// <summary>Random starts of PGD; an input that one of them turns is wrong.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>Outputs that the black-box attack may see of an input.</summary>
    public int Queries { get; init; } = 300;

    /// <summary>Draws of weight noise that a gradient is averaged over: expectation over transformation, Athalye et al., arXiv:1802.00420.</summary>
    public int Draws { get; init; } = 1;
}

public enum AttackKind
{
    /// <summary>One step of the gradient's sign. Source: Goodfellow et al., arXiv:1412.6572.</summary>
    Fgsm,

    /// <summary>Steps of the gradient's sign from random points of the ball. Source: Madry et al., arXiv:1706.06083.</summary>
    Pgd,

    /// <summary>Random squares, by outputs alone. Source: Andriushchenko et al., arXiv:1912.00049.</summary>
    Square,
}
