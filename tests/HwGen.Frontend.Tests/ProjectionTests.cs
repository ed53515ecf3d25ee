using HwGen.Core.Network;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

public sealed class ProjectionTests(ITestOutputHelper output)
{
    private const int Seed = 9;

    public static TheoryData<int, int, int> Shapes => new()
    {
        { 6, 10, 1 }, { 6, 10, 2 }, { 12, 20, 4 }, { 16, 24, 8 }, { 10, 28, 8 }, { 10, 28, 16 }, { 32, 64, 32 }, { 70, 3, 64 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Project_Again_ChangesNothing(int rows, int columns, int k)
    {
        var once = CirculantProjection.Project(Random(rows, columns, Seed), k);
        var twice = CirculantProjection.Project(CirculantProjection.Expand(once), k);
        // The mean of at most 64 equal floats: exact in double. Words wholly in the padding are 0 both times.
        Assert.Equal(once.FirstColumns, twice.FirstColumns);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Project_Residual_IsOrthogonalToEveryCirculantMatrix(int rows, int columns, int k)
    {
        output.WriteLine($"seeds {Seed}, {Seed + 1}");
        var v = Random(rows, columns, Seed);
        var projected = CirculantProjection.Project(v, k);
        int words = projected.FirstColumns.Length;
        var other = new BlockCirculantMatrix(rows, columns, k, Sample.Values(Seed + 1, words));
        double product = 0, norm = 0;
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
            {
                product += ((double)v[r, c] - projected[r, c]) * other[r, c];
                norm += Math.Abs(other[r, c]);
            }
        // Each word of the projection is off by one rounding to float of a mean below 1.
        Assert.InRange(product, -norm * Sample.Unit, norm * Sample.Unit);
        // An inner product that is not zero would be seen.
        double self = Enumerable.Range(0, rows).Sum(r => Enumerable.Range(0, columns).Sum(c => (double)projected[r, c] * projected[r, c]));
        Assert.True(self > 100 * norm * Sample.Unit);
    }

    [Theory]
    [InlineData(8, 16, 4)]
    [InlineData(7, 10, 8)]
    [InlineData(9, 5, 4)]
    public void Project_AnyShape_IsTheMeanOfTheDiagonalInsideTheMatrix(int rows, int columns, int k)
    {
        var v = Random(rows, columns, Seed);
        var projected = CirculantProjection.Project(v, k);
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
            {
                double[] diagonal = [.. Enumerable.Range(0, k).Select(d => (Row: r / k * k + (r + d) % k, Column: c / k * k + (c + d) % k))
                    .Where(e => e.Row < rows && e.Column < columns).Select(e => (double)v[e.Row, e.Column])];
                Assert.Equal((float)(diagonal.Sum() / diagonal.Length), projected[r, c], 1e-6f);
            }
    }

    private static BlockCirculantMatrix Random(int rows, int columns, int seed) => new(rows, columns, 1, Sample.Values(seed, rows * columns));
}
