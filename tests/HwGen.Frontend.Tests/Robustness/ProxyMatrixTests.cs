using HwGen.Frontend.Compression;
using HwGen.Frontend.Training;
using MathNet.Numerics.LinearAlgebra;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests.Robustness;

public sealed class ProxyMatrixTests(ITestOutputHelper output)
{
    private const int Seed = 51;

    [Theory]
    [InlineData(7, 3)]
    [InlineData(6, 6)]
    [InlineData(12, 5)]
    public void Pull_AnyShape_MatchesFiniteDifferencesAndKeepsTheScale(int n, int r)
    {
        output.WriteLine($"seed {Seed}");
        Matrix<double> value = Normal(Seed, n, r), gradient = Normal(Seed + 1, n, r);
        var pulled = new ProxyMatrix(value).Pull(gradient);
        const double step = 1e-5;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < r; j++)
            {
                double difference = (Loss(i, j, step) - Loss(i, j, -step)) / (2 * step);
                Assert.Equal(difference, pulled[i, j], 1e-6);
            }
        Assert.Equal(0, pulled.PointwiseMultiply(value).Enumerate().Sum(), 1e-10);
        Assert.True(pulled.FrobeniusNorm() > 0.1, "the check must be able to fail");

        double Loss(int i, int j, double by)
        {
            var moved = value.Clone();
            moved[i, j] += by;
            return new ProxyMatrix(moved).Orthonormal.PointwiseMultiply(gradient).Enumerate().Sum();
        }
    }

    [Fact]
    public void Pull_EqualSingularValues_IsFinite()
    {
        var pulled = new ProxyMatrix(Matrix<double>.Build.DenseIdentity(5, 3)).Pull(Normal(Seed, 5, 3));
        Assert.All(pulled.Enumerate(), v => Assert.InRange(Math.Abs(v), 0, 10));
    }

    [Fact]
    public void Step_AnySteps_KeepsTheColumnsOrthonormal()
    {
        var proxy = new ProxyMatrix(Normal(Seed, 9, 4));
        for (int step = 0; step < 50; step++)
        {
            proxy.Step(Normal(Seed + step, 9, 4), 0.1, 0.9);
            if (step % 10 == 0) proxy.Recenter();
            var p = proxy.Orthonormal;
            Assert.InRange((p.TransposeThisAndMultiply(p) - Matrix<double>.Build.DenseIdentity(4)).InfinityNorm(), 0, 1e-12);
        }
    }

    /// <summary>Data in a subspace of four dimensions: linear layers lose nothing by projecting eight channels to four.</summary>
    [Fact]
    public void Step_DataInASubspace_DrivesTheReconstructionLossToZero()
    {
        Matrix<double> basis = Normal(Seed, 8, 4), data = basis * Normal(Seed + 1, 4, 60), next = Normal(Seed + 2, 5, 8);
        var proxy = new ProxyMatrix(Normal(Seed + 3, 8, 4));
        double first = 0, last = 0;
        for (int step = 0; step < 2000; step++)
        {
            var p = proxy.Orthonormal;
            var difference = next * (p * p.TransposeThisAndMultiply(data)) - next * data;
            last = difference.PointwisePower(2).Enumerate().Sum() / data.ColumnCount;
            if (step == 0) first = last;
            var outer = next.TransposeThisAndMultiply(difference) * (2.0 / data.ColumnCount);
            proxy.Step(outer * data.TransposeThisAndMultiply(p) + data * outer.TransposeThisAndMultiply(p), 0.001, 0.9);
        }
        output.WriteLine($"loss {first:E2} to {last:E2}");
        Assert.InRange(last, 0, 1e-4 * first);
    }

    private static Matrix<double> Normal(int seed, int rows, int columns)
    {
        var values = new float[rows * columns];
        new RandomStream(seed, 1, 0).Normal(values);
        return Matrix<double>.Build.DenseOfRowMajor(rows, columns, values.Select(v => (double)v));
    }
}
