using MathNet.Numerics.LinearAlgebra;

namespace HwGen.Frontend.Robustness;

/// <summary>The largest eigenvalue of the Hessian of one input's loss in the last layer's weights.</summary>
/// <remarks>With logits z = W h the Hessian is (diag(p) − p pᵀ) ⊗ h hᵀ, so its largest eigenvalue is λmax(diag(p) − p pᵀ)·‖h‖²,
/// and λmax ≤ 1/2. A curvature of the last layer stands for that of the whole network: reconstructed, the approximation that
/// Sitawarin et al. (AISec 2021) used for H-SAT was not at hand.</remarks>
internal static class Curvature
{
    /// <summary>λmax(diag(p) − p pᵀ).</summary>
    public static double OfProbabilities(double[] p)
    {
        var matrix = Matrix<double>.Build.Dense(p.Length, p.Length, (i, j) => (i == j ? p[i] : 0) - p[i] * p[j]);
        return Math.Max(matrix.Evd(Symmetricity.Symmetric).EigenValues.Max(v => v.Real), 0);
    }

    /// <summary>As a share of the largest that such features could give, 0..1.</summary>
    /// <param name="p">Probabilities.</param>
    /// <param name="features">‖h‖².</param>
    /// <param name="largestFeatures">The largest ‖h‖² of the batch.</param>
    public static double Share(double[] p, double features, double largestFeatures) =>
        largestFeatures == 0 ? 0 : 2 * OfProbabilities(p) * features / largestFeatures;
}
