using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>The Z and U updates of ADMM towards block-circulant weights, on the vectors of a dense layout.</summary>
/// <remarks>Minimise loss + Σ ρ/2‖W − Z + U‖²; Z ← Π(W + U); U ← U + W − Z. U is scaled: when ρ grows, U shrinks by the
/// same factor, so that the multiplier ρU stays. The W step is <see cref="Kernels.AdamKernel"/>'s, ρ term included. Source: Li et al., E-RNN, HPCA 2019, arXiv:1812.07106.</remarks>
internal sealed class Admm(AdmmSettings settings, ParameterLayout dense, IReadOnlyList<LayerDescription> target)
{
    /// <summary>ρ after <paramref name="iteration"/> updates.</summary>
    public double Rho(int iteration) => settings.Rho * Math.Pow(settings.RhoGrowth, iteration);

    /// <summary>Whether an update follows the step that ends at <paramref name="step"/> (from 1).</summary>
    public bool IsDue(int step, int stepsPerEpoch) =>
        (long)step * settings.IterationsPerEpoch / stepsPerEpoch > (long)(step - 1) * settings.IterationsPerEpoch / stepsPerEpoch;

    /// <summary>Whether the last update left both residuals within the tolerance.</summary>
    public bool HasConverged(TrainingState state) =>
        state.Iteration > 0 && state.Residuals[^1] is { } last && last.Primal <= settings.Tolerance && last.Dual <= settings.Tolerance;

    /// <summary>The matrices that become block-circulant, in the vector's order.</summary>
    public IEnumerable<MatrixSlot> Matrices() =>
        from l in Enumerable.Range(0, target.Count)
        from slot in dense.Matrices(l)
        where target[l].Matrices[slot.Gates[0]].BlockSize > 1
        select slot;

    /// <summary>Z ← Π(W).</summary>
    public void Start(TrainingState state) => Project(state.Parameters).CopyTo(state.Z, 0);

    /// <summary>One update of Z and U, logged.</summary>
    public void Update(TrainingState state)
    {
        double rho = Rho(state.Iteration), shrink = rho / Rho(state.Iteration + 1);
        float[] w = state.Parameters, z = state.Z, u = state.U;
        var sum = new float[w.Length];
        for (int i = 0; i < sum.Length; i++) sum[i] = w[i] + u[i];
        var next = Project(sum);
        double norm = 0, projected = 0, primal = 0, dual = 0;
        foreach (var slot in Matrices())
            for (int i = slot.Start; i < slot.Start + slot.Length; i++)
            {
                norm += (double)w[i] * w[i];
                projected += (double)next[i] * next[i];
                primal += Square((double)w[i] - next[i]);
                dual += Square((double)next[i] - z[i]);
                z[i] = next[i];
                u[i] = (float)(shrink * ((double)u[i] + w[i] - next[i]));
            }
        state.Iteration++;
        state.Residuals.Add(new(state.Iteration, rho, Ratio(primal, norm), Ratio(dual, projected)));
    }

    private float[] Project(float[] vector) =>
        dense.Pack(CirculantProjection.Expand(CirculantProjection.Project(dense.Unpack(vector), target)));

    private static double Square(double x) => x * x;

    private static double Ratio(double a, double b) => b == 0 ? 0 : Math.Sqrt(a / b);
}
