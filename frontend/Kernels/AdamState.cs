namespace HwGen.Frontend.Kernels;

/// <summary>Tensors of equal length that Adam reads and writes.</summary>
/// <param name="Target">Pull of the ADMM term: Z − U; any tensor where ρ is 0.</param>
public sealed record AdamState(Tensor Parameters, Tensor Gradient, Tensor First, Tensor Second, Tensor Target);

/// <summary>Scalars of one Adam update.</summary>
/// <param name="Rate">Learning rate.</param>
/// <param name="Update">From 1; corrects the moments' start at zero.</param>
/// <param name="GradientScale">Multiplies the gradient: global-norm clipping.</param>
/// <param name="Rho">ρ of the ADMM term, or 0.</param>
public readonly record struct AdamSettings(double Rate, int Update, double GradientScale, double Rho)
{
    public const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private double Correction => Math.Sqrt(1 - Math.Pow(Beta2, Update));

    /// <summary>Rate with both corrections, for use with <see cref="CorrectedEpsilon"/>.</summary>
    public double CorrectedRate => Rate * Correction / (1 - Math.Pow(Beta1, Update));

    /// <summary>ρ·rate with the second moment's correction.</summary>
    public double Pull => Rho * Rate * Correction;

    public double CorrectedEpsilon => Epsilon * Correction;
}
