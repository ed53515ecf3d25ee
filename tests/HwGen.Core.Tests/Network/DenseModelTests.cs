using System.Text.Json;
using HwGen.Core.Network;

namespace HwGen.Core.Tests.Network;

public sealed class DenseModelTests
{
    [Fact]
    public void Step_GruFixture_MatchesOracle()
    {
        int compared = 0;
        foreach (JsonElement c in Fixture.Cases("gru.json").Where(c => c.Int("linear_before_reset") == 1))
        {
            var (k, input, hidden) = (c.Int("k"), c.Int("input"), c.Int("hidden"));
            double[] wb = c.Numbers("w_bias"), rb = c.Numbers("r_bias"), state = new double[hidden];
            var model = new DenseModel([new GruLayer(input, hidden, k)], [new DenseParameters(
                Expand(c.Numbers("w"), k, hidden, input), Expand(c.Numbers("r"), k, hidden, hidden), [.. wb.Chunk(hidden)], [.. rb.Chunk(hidden)])]);
            double[][] xs = [.. c.Numbers("x").Chunk(input)], ys = [.. c.Numbers("y").Chunk(hidden)];
            for (int t = 0; t < xs.Length; t++)
            {
                state = model.Step(xs[t], [state])[0].Output;
                Fixture.AssertClose(ys[t], state, 1e-10);
            }
            compared++;
        }
        Assert.Equal(3, compared);
    }

    [Fact]
    public void Step_GruFixtureThroughFloatBlocks_MatchesOracle()
    {
        foreach (JsonElement c in Fixture.Cases("gru.json").Where(c => c.Int("linear_before_reset") == 1))
        {
            var (k, input, hidden) = (c.Int("k"), c.Int("input"), c.Int("hidden"));
            BlockCirculantMatrix[] Matrices(string name, int columns) =>
                [.. c.Numbers(name).Select(v => (float)v).Chunk(hidden * columns / k).Select(g => new BlockCirculantMatrix(hidden, columns, k, g))];
            float[][] Biases(string name) => [.. c.Numbers(name).Select(v => (float)v).Chunk(hidden)];
            var model = new DenseModel(new TrainedNetwork([new GruLayer(input, hidden, k)],
                [new GruWeights(Matrices("w", input), Matrices("r", hidden), Biases("w_bias"), Biases("r_bias"))]));
            double[][] state = model.InitialState(), xs = [.. c.Numbers("x").Chunk(input)], ys = [.. c.Numbers("y").Chunk(hidden)];
            for (int t = 0; t < xs.Length; t++)
            {
                state[0] = model.Step(xs[t], state)[0].Output;
                Fixture.AssertClose(ys[t], state[0], 1e-5);
            }
        }
    }

    /// <summary>First columns of the three gates' blocks to dense matrices, C[r, c] = w[(r − c) mod k].</summary>
    private static double[][] Expand(double[] columns, int k, int rows, int cols)
    {
        var gates = new double[3][];
        for (int g = 0; g < 3; g++)
        {
            gates[g] = new double[rows * cols];
            for (int r = 0; r < rows; r++)
                for (int c = 0; c < cols; c++)
                {
                    int block = ((g * rows + r) / k) * (cols / k) + c / k;
                    gates[g][r * cols + c] = columns[block * k + (r - c % k + k) % k];
                }
        }
        return gates;
    }
}
