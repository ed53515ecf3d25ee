using System.Text.Json;
using HwGen.Core.Network;

namespace HwGen.Core.Tests.Network;

public sealed class BlockCirculantMatrixTests
{
    [Fact]
    public void Indexer_Fixture_ExpandsToTheSameProduct()
    {
        foreach (JsonElement c in Fixture.Cases("circulant.json"))
        {
            var (k, p, q) = (c.Int("k"), c.Int("p"), c.Int("q"));
            var matrix = new BlockCirculantMatrix(p * k, q * k, k, [.. c.Numbers("w").Select(v => (float)v)]);
            double[] x = c.Numbers("x"), y = new double[p * k];
            for (int row = 0; row < y.Length; row++)
                for (int column = 0; column < x.Length; column++) y[row] += matrix[row, column] * x[column];
            Fixture.AssertClose(c.Numbers("y"), y, 1e-5);
        }
    }

    [Fact]
    public void Project_Fixture_MatchesFirstColumnsAndDistance()
    {
        foreach (JsonElement c in Fixture.Cases("projection.json"))
        {
            int k = c.Int("k");
            double[] v = c.Numbers("v");
            BlockCirculantMatrix projected = BlockCirculantMatrix.Project([.. v.Select(e => (float)e)], 2 * k, 3 * k, k);
            Fixture.AssertClose(c.Numbers("w"), [.. projected.FirstColumns.Select(w => (double)w)], 1e-5);
            double distance = 0;
            for (int row = 0; row < 2 * k; row++)
                for (int column = 0; column < 3 * k; column++) distance += Math.Pow(v[row * 3 * k + column] - projected[row, column], 2);
            Assert.Equal(c.GetProperty("distance_squared").GetDouble(), distance, distance * 1e-5);
        }
    }

    [Theory]
    [InlineData(1, 5, 7)]
    [InlineData(2, 5, 7)]
    [InlineData(4, 8, 12)]
    [InlineData(8, 13, 20)]
    [InlineData(16, 33, 17)]
    [InlineData(64, 70, 130)]
    public void Project_Random_IsIdempotentOrthogonalAndNearest(int k, int rows, int columns)
    {
        var random = new Random(k);
        float[] dense = [.. Enumerable.Range(0, rows * columns).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        BlockCirculantMatrix projected = BlockCirculantMatrix.Project(dense, rows, columns, k);
        int paddedRows = projected.RowBlocks * k, paddedColumns = projected.ColumnBlocks * k;
        var residual = new double[paddedRows, paddedColumns];
        var expanded = new float[paddedRows * paddedColumns];
        for (int r = 0; r < paddedRows; r++)
            for (int c = 0; c < paddedColumns; c++)
            {
                expanded[r * paddedColumns + c] = projected[r, c];
                residual[r, c] = (r < rows && c < columns ? dense[r * columns + c] : 0) - projected[r, c];
            }

        BlockCirculantMatrix again = BlockCirculantMatrix.Project(expanded, paddedRows, paddedColumns, k);
        Assert.Equal(projected.FirstColumns, again.FirstColumns);

        double nearest = 0;
        foreach (double e in residual) nearest += e * e;
        for (int i = 0; i < projected.RowBlocks; i++)
            for (int j = 0; j < projected.ColumnBlocks; j++)
                for (int d = 0; d < k; d++)
                {
                    // The subspace is spanned by wrapped diagonals: the residual has no part along any of them.
                    double along = 0;
                    for (int c = 0; c < k; c++) along += residual[i * k + (c + d) % k, j * k + c];
                    Assert.True(Math.Abs(along) <= k * 1e-6, $"block ({i}, {j}), diagonal {d}: {along}");
                }

        // Any other block-circulant matrix is farther away.
        for (int trial = 0; trial < 5; trial++)
        {
            var other = new BlockCirculantMatrix(rows, columns, k, [.. projected.FirstColumns.Select(w => w + (float)((random.NextDouble() - 0.5) * 0.1))]);
            double distance = 0;
            for (int r = 0; r < paddedRows; r++)
                for (int c = 0; c < paddedColumns; c++) distance += Math.Pow(residual[r, c] + projected[r, c] - other[r, c], 2);
            Assert.True(distance > nearest, $"{distance} <= {nearest}");
        }
    }

    [Fact]
    public void Constructor_WrongLength_Throws() =>
        Assert.Throws<ArgumentException>(() => new BlockCirculantMatrix(5, 5, 4, new float[15]));
}
