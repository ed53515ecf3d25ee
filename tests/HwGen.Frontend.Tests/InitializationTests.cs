using HwGen.Core.Network;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

public sealed class InitializationTests(ITestOutputHelper output)
{
    private const int Seed = 4;

    public static TheoryData<LayerDescription, double> Layers => new()
    {
        // A layer, and the variance of an entry of its first matrix, expanded: 1 / fan-in, or 2 / fan-in where outputs are rectified.
        { new GruLayer(128, 64, 1), 1.0 / 128 },
        { new GruLayer(128, 64, 16), 1.0 / 128 },
        { new LstmLayer(96, 64, 32, true, 8, 8, 8), 1.0 / 96 },
        { new DenseLayer(256, 64, 32), 1.0 / 256 },
        { new DenseLayer(256, 64, 8, rectify: true), 2.0 / 256 },
        { new ConvLayer(new(6, 6, 32), 64, 3, 3, 1, 1, 8, rectify: true), 2.0 / (9 * 32) },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void Create_AnyBlockSize_KeepsTheVarianceOfTheExpandedMatrix(LayerDescription layer, double variance)
    {
        output.WriteLine($"seed {Seed}");
        var matrix = Initialization.Create([layer], Seed).Weights[0].Matrices.First();
        double sum = 0, squares = 0;
        for (int r = 0; r < matrix.Rows; r++)
            for (int c = 0; c < matrix.Columns; c++)
            {
                sum += matrix[r, c];
                squares += (double)matrix[r, c] * matrix[r, c];
            }
        int entries = matrix.Rows * matrix.Columns, independent = matrix.FirstColumns.Length;
        // A uniform entry's square varies with 0.8 variance²: five standard deviations of the mean over the independent entries.
        Assert.InRange(squares / entries, variance * (1 - 5 * Math.Sqrt(0.8 / independent)), variance * (1 + 5 * Math.Sqrt(0.8 / independent)));
        Assert.InRange(sum / entries, -5 * Math.Sqrt(variance / independent), 5 * Math.Sqrt(variance / independent));
    }

    [Fact]
    public void Create_ADensity_LeavesAsManyWeightsInEveryRowAndTheVariance()
    {
        output.WriteLine($"seed {Seed}");
        var matrices = Initialization.Create([new LstmLayer(96, 64, 32, true, 1, 1, 1)], Seed, density: 0.11).Weights[0].Matrices.ToArray();
        foreach (var matrix in matrices)
        {
            int kept = (int)Math.Ceiling(0.11 * matrix.Columns), entries = matrix.Rows * kept;
            var rows = matrix.FirstColumns.Chunk(matrix.Columns).ToArray();
            Assert.All(rows, row => Assert.Equal(kept, row.Count(w => w != 0)));
            // Every row has others.
            Assert.InRange(rows.Select(r => string.Join(' ', r.Index().Where(w => w.Item != 0).Select(w => w.Index))).Distinct().Count(), matrix.Rows - 1, matrix.Rows);
            Assert.InRange(matrix.FirstColumns.Sum(w => (double)w * w) / entries * kept, 1 - 5 * Math.Sqrt(0.8 / entries), 1 + 5 * Math.Sqrt(0.8 / entries));
        }
    }

    [Fact]
    public void Create_GatesThatKeepTheState_StartOpen()
    {
        var network = Initialization.Create([new GruLayer(4, 4, 1), new LstmLayer(4, 4, 0, true, 1, 1, 1), new DenseLayer(4, 2, 1)], Seed);
        var (gru, lstm) = ((GruWeights)network.Weights[0], (LstmWeights)network.Weights[1]);
        Assert.Equal([1f, 0f, 0f], gru.InputBias.Select(b => b[0]));
        Assert.Equal([0f, 0f, 1f, 0f], lstm.Bias.Select(b => b[0]));
        Assert.All(lstm.Peepholes.SelectMany(p => p), p => Assert.Equal(0f, p));
    }
}
