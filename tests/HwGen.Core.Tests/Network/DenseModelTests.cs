using System.Text.Json;
using HwGen.Core.Network;

namespace HwGen.Core.Tests.Network;

public sealed class DenseModelTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Step_GruFixture_MatchesOracle(int linearBeforeReset)
    {
        int compared = 0;
        foreach (JsonElement c in Fixture.Cases("gru.json").Where(c => c.Int("linear_before_reset") == linearBeforeReset))
        {
            var (k, input, hidden) = (c.Int("k"), c.Int("input"), c.Int("hidden"));
            var weights = new GruWeights(Matrices(c, "w", GruLayer.Gates, hidden, input, k), Matrices(c, "r", GruLayer.Gates, hidden, hidden, k),
                Vectors(c, "w_bias", hidden), Vectors(c, "r_bias", hidden));
            double[][] exact = [.. Dense(c, "w", GruLayer.Gates, hidden, input, k), .. Dense(c, "r", GruLayer.Gates, hidden, hidden, k)];
            Run(new GruLayer(input, hidden, k, k, linearBeforeReset == 1), weights, exact, c);
            compared++;
        }
        Assert.Equal(3, compared);
    }

    [Fact]
    public void Step_LstmFixture_MatchesOracle()
    {
        int projections = 0, compared = 0;
        foreach (JsonElement c in Fixture.Cases("lstm.json"))
        {
            var (k, input, cells, projection) = (c.Int("k"), c.Int("input"), c.Int("cells"), c.Int("projection"));
            int outputs = projection == 0 ? cells : projection;
            var weights = new LstmWeights(Matrices(c, "w", LstmLayer.Gates, cells, input, k), Matrices(c, "r", LstmLayer.Gates, cells, outputs, k),
                Vectors(c, "bias", cells), Vectors(c, "peepholes", cells), projection == 0 ? null : Matrices(c, "m", 1, projection, cells, k)[0]);
            double[][] exact = [.. Dense(c, "w", LstmLayer.Gates, cells, input, k), .. Dense(c, "r", LstmLayer.Gates, cells, outputs, k),
                .. projection == 0 ? [] : Dense(c, "m", 1, projection, cells, k)];
            Run(new LstmLayer(input, cells, projection, true, k, k, k), weights, exact, c);
            compared++;
            if (projection > 0) projections++;
        }
        Assert.Equal((4, 2), (compared, projections));
    }

    [Fact]
    public void Step_ConvFixture_MatchesOracle()
    {
        int compared = 0;
        foreach (JsonElement c in Fixture.Cases("conv2d.json"))
        {
            var (k, channels) = (c.Int("k"), c.Int("output_channels"));
            JsonElement x = c.GetProperty("x");
            var shape = new ImageShape(x[0].GetArrayLength(), x[0][0].GetArrayLength(), x.GetArrayLength());
            var layer = new ConvLayer(shape, channels, 3, 3, c.Int("stride"), c.Int("padding"), k);
            // (kernel row, kernel column, p, q, k) to (p, tap, q, k).
            double[] w = c.Numbers("w");
            int run = shape.Channels, blocks = channels / k;
            double[] columns = [.. Enumerable.Range(0, w.Length).Select(i => w[(i / run % layer.Taps * blocks + i / run / layer.Taps) * run + i % run])];
            var matrix = new BlockCirculantMatrix(channels, layer.Taps * layer.PaddedChannels, k, [.. columns.Select(v => (float)v)]);
            var model = new DenseModel(new([layer], [new ConvWeights(matrix, new float[channels], null)]), [[Expand(columns, k, channels, layer.Taps * shape.Channels)]]);
            DenseLayerStep step = model.Step(PositionsFirst(c.Numbers("x"), shape.Channels), model.InitialState())[0];
            Fixture.AssertClose(PositionsFirst(c.Numbers("y"), channels), step.Output, 1e-10);
            compared++;
        }
        Assert.Equal(4, compared);
    }

    [Theory]
    [InlineData(PoolKind.Max, 2, 1, new double[] { 5, 60, 6, 60, 8, 90, 9, 90 })]
    [InlineData(PoolKind.Max, 2, 2, new double[] { 5, 60 })]
    [InlineData(PoolKind.Max, 3, 1, new double[] { 9, 90 })]
    [InlineData(PoolKind.Average, 2, 1, new double[] { 3, 35, 4, 27.5, 6, 67.5, 7, 65 })]
    public void Step_PoolOfASmallMap_TakesEachWindow(PoolKind kind, int window, int stride, double[] expected)
    {
        double[] first = [1, 2, 3, 4, 5, 6, 7, 8, 9], second = [10, 20, 0, 50, 60, 30, 70, 90, 80];
        var layer = new PoolLayer(new(3, 3, 2), kind, window, stride);
        var model = new DenseModel(new([layer], [new NoWeights()]));
        DenseLayerStep step = model.Step([.. first.Zip(second).SelectMany(p => new[] { p.First, p.Second })], model.InitialState())[0];
        Assert.Equal(expected, step.Output);
    }

    [Theory]
    [InlineData(false, new double[] { -3.5, 8 })]
    [InlineData(true, new double[] { 0, 8 })]
    public void Step_Dense_RectifiesOnlyWhereAsked(bool rectify, double[] expected)
    {
        var weights = new DenseWeights(new(2, 3, 1, [1, -2, 0, 0, 1, 2]), [-0.5f, 0]);
        var model = new DenseModel(new([new DenseLayer(3, 2, 1, rectify)], [weights]));
        Assert.Equal(expected, model.Step([1, 2, 3], model.InitialState())[0].Output);
    }

    [Fact]
    public void Classify_Sequence_TakesTheLastStepsLargest()
    {
        var gru = new GruLayer(1, 1, 1);
        BlockCirculantMatrix One(float w) => new(1, 1, 1, [w]);
        // No reset and no memory: h = tanh(x), and the classes are x below and above 0.
        var weights = new GruWeights([One(-100), One(0), One(1)], [One(0), One(0), One(0)], [[-100], [0], [0]], [[0], [0], [0]]);
        var model = new DenseModel(new([gru, new DenseLayer(1, 2, 1)], [weights, new DenseWeights(new(2, 1, 1, [-1, 1]), [0, 0])]));
        Assert.Equal(1, model.Classify([0.1f, 0.2f, 0.9f], 3));
        Assert.Equal(0, model.Classify([0.9f, 0.9f, -0.5f], 3));
    }

    [Fact]
    public void Create_BatchNormNotFolded_Throws()
    {
        var layer = new ConvLayer(new(2, 2, 1), 1, 1, 1, 1, 0, 1, batchNorm: true);
        var network = new TrainedNetwork([layer], [new ConvWeights(new(1, 1, 1, [2]), [0], new BatchNorm(1, [3], [0.5f], [1], [4]))]);
        Assert.Throws<ArgumentException>(() => new DenseModel(network));
        DenseLayerStep step = new DenseModel(network.FoldBatchNorm()).Step([1, 2, 3, 4], [new([], [])])[0];
        // 3 (2x − 1) / √(4 + ε) + 0.5
        Fixture.AssertClose([.. new double[] { 1, 2, 3, 4 }.Select(x => 3 * (2 * x - 1) / Math.Sqrt(4 + BatchNorm.Epsilon) + 0.5)], step.Output, 1e-6);
    }

    /// <summary>All steps of a recurrent fixture, with exact matrices and float vectors, and through the network's float blocks.</summary>
    private static void Run(LayerDescription layer, LayerWeights weights, double[][] exact, JsonElement c)
    {
        var network = new TrainedNetwork([layer], [weights]);
        foreach (var (model, tolerance) in new[] { (new DenseModel(network, [exact]), 1e-6), (new DenseModel(network), 1e-5) })
        {
            double[][] xs = [.. c.Numbers("x").Chunk(layer.InputSize)], ys = [.. c.Numbers("y").Chunk(layer.OutputSize)];
            double[][] cells = layer is LstmLayer lstm ? [.. c.Numbers("c").Chunk(lstm.Cells)] : [];
            Assert.True(xs.Length > 1 && xs.Length == ys.Length);
            LayerState[] state = model.InitialState();
            for (int t = 0; t < xs.Length; t++)
            {
                DenseLayerStep[] step = model.Step(xs[t], state);
                Fixture.AssertClose(ys[t], step[0].Output, tolerance);
                if (cells.Length > 0) Fixture.AssertClose(cells[t], step[0].Cell, tolerance);
                state = model.Next(step);
            }
        }
    }

    private static BlockCirculantMatrix[] Matrices(JsonElement c, string name, int gates, int rows, int columns, int k) =>
        [.. Split(c, name, gates).Select(g => new BlockCirculantMatrix(rows, columns, k, [.. g.Select(v => (float)v)]))];

    private static double[][] Dense(JsonElement c, string name, int gates, int rows, int columns, int k) =>
        [.. Split(c, name, gates).Select(g => Expand(g, k, rows, columns))];

    private static IEnumerable<double[]> Split(JsonElement c, string name, int gates)
    {
        double[] all = c.Numbers(name);
        return all.Chunk(all.Length / gates);
    }

    private static float[][] Vectors(JsonElement c, string name, int size) => [.. c.Numbers(name).Select(v => (float)v).Chunk(size)];

    /// <summary>First columns of blocks to a dense matrix, C[r, c] = w[(r − c) mod k].</summary>
    private static double[] Expand(double[] firstColumns, int k, int rows, int columns)
    {
        var dense = new double[rows * columns];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) dense[r * columns + c] = firstColumns[(r / k * (columns / k) + c / k) * k + (r - c % k + k) % k];
        return dense;
    }

    /// <summary>Channels first to position by position.</summary>
    private static double[] PositionsFirst(double[] map, int channels)
    {
        int positions = map.Length / channels;
        return [.. Enumerable.Range(0, map.Length).Select(i => map[i % channels * positions + i / channels])];
    }
}
