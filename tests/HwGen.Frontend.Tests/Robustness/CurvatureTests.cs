using HwGen.Frontend.Robustness;
using MathNet.Numerics.LinearAlgebra;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests.Robustness;

public sealed class CurvatureTests(ITestOutputHelper output)
{
    private const int Seed = 91;

    [Fact]
    public void OfProbabilities_TimesTheFeatures_IsTheLargestEigenvalueOfTheHessian()
    {
        output.WriteLine($"seed {Seed}");
        const int classes = 4, features = 5;
        for (int trial = 0; trial < 5; trial++)
        {
            double[] h = [.. Sample.Values(Seed + trial, features).Select(v => 2.0 * v)], w = [.. Sample.Values(Seed + 50 + trial, classes * features).Select(v => (double)v)];
            var hessian = Matrix<double>.Build.Dense(w.Length, w.Length, (i, j) => Second(i, j));
            double expected = hessian.Evd(Symmetricity.Symmetric).EigenValues.Max(v => v.Real), square = h.Sum(v => v * v);
            double[] p = StopRule.Probabilities([.. Logits(w).Select(z => (float)z)]);
            Assert.Equal(expected, Curvature.OfProbabilities(p) * square, 1e-5 * expected);
            Assert.InRange(Curvature.OfProbabilities(p), 1e-3, 0.5);
            Assert.InRange(Curvature.Share(p, square, square), 0, 1);

            double[] Logits(double[] at) => [.. Enumerable.Range(0, classes).Select(c => Enumerable.Range(0, features).Sum(f => at[c * features + f] * h[f]))];

            double Loss(double[] at) => Math.Log(Logits(at).Sum(Math.Exp)) - Logits(at)[1];

            double Second(int i, int j)
            {
                const double step = 1e-3;
                double At(double a, double b)
                {
                    var moved = (double[])w.Clone();
                    moved[i] += a;
                    moved[j] += b;
                    return Loss(moved);
                }
                return (At(step, step) - At(step, -step) - At(-step, step) + At(-step, -step)) / (4 * step * step);
            }
        }
    }
}
