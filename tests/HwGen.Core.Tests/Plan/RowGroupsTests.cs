using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Plan;

public sealed class RowGroupsTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(6000, 30)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Groups_AnyDesign_HoldEveryRowBlockOnce(int seed)
    {
        RandomDesign network = RandomDesign.DrawAny(seed);
        var (program, groups) = Deal(network);
        var expected = new List<RowBlock>();
        for (int m = 0; m < program.Sums.Count; m++)
            for (int b = 0; b < program.Sums[m].Blocks; b++)
                if (program.Linears.FirstOrDefault(l => l.Sum == m) is { } linear)
                    for (int w = 0; w < linear.Windows.Count; w++) expected.AddRange(linear.Windows[w].Select((_, i) => new RowBlock(m, b, w, i)));
                else expected.Add(new(m, b));
        Assert.Equal(expected.Order(Comparer<RowBlock>.Create((a, b) => (a.Sum, a.Block, a.Window, a.Member).CompareTo((b.Sum, b.Block, b.Window, b.Member)))),
            groups.Groups.SelectMany(g => g.Rows).Order(Comparer<RowBlock>.Create((a, b) => (a.Sum, a.Block, a.Window, a.Member).CompareTo((b.Sum, b.Block, b.Window, b.Member)))));
        Assert.InRange(groups.Elements, 1, network.Hardware.ProcessingElements);
        Assert.All(groups.Groups, g => Assert.InRange(g.Rows.Count, 1, groups.Elements));
        Assert.All(groups.Groups, g => Assert.Single(program.Families, f => g.Rows.All(r => f.Contains(r.Sum))));
        Assert.All(groups.WeightRows, r => Assert.Equal(groups.Columns, r.Columns.Count));
    }

    /// <summary>What the elements do with whole blocks and no transform: the products of the dense model.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Groups_BlockProducts_AddUpToTheDenseModels(int seed)
    {
        RandomDesign drawn = RandomDesign.DrawAny(seed);
        TrainedNetwork network = drawn.Network();
        var (program, groups) = Deal(drawn);
        var model = new DenseModel(network);
        var random = new Random(seed);
        LayerState[] state = model.InitialState();
        DenseLayerStep[]? before = null;
        for (int t = 0; t < 2; t++)
        {
            DenseLayerStep[] step = model.Step([.. Enumerable.Range(0, network.InputSize).Select(_ => random.NextDouble() * 4 - 2)], state);
            double[][] now = [.. program.Vectors.Select((_, v) => Words(program, v, step))];
            double[][] old = [.. program.Vectors.Select((_, v) => before is null ? new double[now[v].Length] : Words(program, v, before))];
            foreach (RowGroup group in groups.Groups)
                for (int element = 0; element < group.Rows.Count; element++)
                    Fixture.AssertClose(Expected(program, group.Rows[element], step), Product(network, program, groups, group, element, now, old), 1e-11);
            (state, before) = (model.Next(step), step);
        }
    }

    /// <summary>Weights and indices are all that a sparse engine has of the matrices: they give them back, zeros between.</summary>
    [Theory]
    [InlineData(1, 1, 0.1)]
    [InlineData(3, 2, 0.4)]
    [InlineData(2, 5, 0.7)]
    [InlineData(4, 3, 0)]
    public void Indices_SparseDesign_ReproduceTheDenseMatrices(int elements, int columns, double density)
    {
        LayerDescription[] layers = [new LstmLayer(9, 13, 10, true, 1, 1, 1), new GruLayer(10, 7, 1), new DenseLayer(7, 19, 1)];
        AcceleratorPlan plan = new RandomDesign(77, layers, 8, new(elements, 100, 1) { Sparse = true, ColumnsPerCycle = columns, VectorLanes = 4, Streams = 2 }) { Density = density }.Plan();
        int k = plan.BlockSize, filled = 0;
        var rebuilt = new Dictionary<(int Layer, int Matrix, int Row, int Column), int>();
        foreach (ColumnStep step in plan.Groups.Groups.SelectMany(g => g.Columns))
        {
            WeightRow row = plan.Groups.WeightRows[step.WeightRow];
            for (int element = 0; element < row.Rows.Count; element++)
            {
                SumPlan sum = plan.Program.Sums[row.Rows[element].Sum];
                TermPlan term = sum.Terms[row.Term];
                Assert.Equal((term.Spectrum, term.Recurrent), (step.Spectrum, step.Recurrent));
                int[] weights = plan.WeightWords(row, element), indices = plan.Indices(row, element);
                Assert.Equal((columns * k, columns * k), (weights.Length, indices.Length));
                for (int w = 0; w < weights.Length; w++)
                {
                    // The index of a weight that is zero reads one of the words that belong to the spectrum, too.
                    int column = indices[w] - plan.SpectrumBase(term.Spectrum) * k;
                    Assert.InRange(column, 0, plan.Program.Layers[sum.Layer].Matrices[term.Matrix].Columns - 1);
                    Assert.True(indices[w] < 1 << plan.IndexBits);
                    if (weights[w] == 0) continue;
                    filled++;
                    rebuilt.Add((sum.Layer, term.Matrix, row.Rows[element].Block * k + w % k, column), weights[w]);
                }
            }
        }
        foreach ((int l, QuantizedLayer layer) in plan.Parameters.Index())
            foreach ((int m, QuantizedMatrix matrix) in layer.Matrices.Index())
                for (int i = 0; i < matrix.RowBlocks; i++)
                    for (int j = 0; j < matrix.ColumnBlocks; j++)
                        Assert.Equal(matrix.Block(i, j)[0], rebuilt.GetValueOrDefault((l, m, i, j)));
        Assert.Equal(filled, plan.ProductMultiplies);
        Assert.Empty(new ScheduleChecker(plan.Program, plan.Groups, plan.Shape, plan.Latency).Check(plan.Schedule));
        // No group takes longer than its fullest row.
        Assert.All(plan.Groups.Groups, g => Assert.InRange(g.Columns.Count, 1,
            Math.Max(1, plan.Program.Sums[g.Rows[0].Sum].Terms.Count * (int)Math.Ceiling(Math.Ceiling(density * 13) / columns))));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void WeightWords_AnyDesign_HoldEveryBlockOnce(int seed)
    {
        RandomDesign drawn = RandomDesign.DrawAny(seed);
        if (drawn.Hardware.Sparse) return;      // Indices_SparseDesign_ReproduceTheDenseMatrices
        TrainedNetwork network = drawn.Network();
        AcceleratorPlan plan = drawn.Plan();
        int k = plan.BlockSize;
        var seen = new HashSet<(int Layer, int Matrix, int Row, int Column)>();
        foreach (WeightRow row in plan.Groups.WeightRows)
            for (int element = 0; element < plan.Shape.Elements; element++)
            {
                var expected = new int[plan.Shape.Columns * k];
                if (element < row.Rows.Count)
                {
                    SumPlan sum = plan.Program.Sums[row.Rows[element].Sum];
                    TermPlan term = sum.Terms[row.Term];
                    BlockCirculantMatrix matrix = network.Weights[sum.Layer].Matrices.ElementAt(term.Matrix);
                    for (int q = 0; q < plan.Shape.Columns; q++)
                        for (int i = row.Rows[element].Block * k / sum.BlockSize; i < Math.Min(matrix.RowBlocks, (row.Rows[element].Block + 1) * k / sum.BlockSize); i++)
                        {
                            if (row.Columns[q] < 0) continue;
                            Assert.True(seen.Add((sum.Layer, term.Matrix, i, row.Columns[q])), $"{drawn}: block ({i}, {row.Columns[q]}) of {sum.Name} twice");
                            plan.Parameters[sum.Layer].Matrices[term.Matrix].Block(i, row.Columns[q]).ToArray()
                                .CopyTo(expected, q * k + i * sum.BlockSize % k);
                        }
                }
                Assert.Equal(expected, plan.WeightWords(row, element));
            }
        Assert.Equal(network.Weights.Sum(w => w.Matrices.Sum(m => m.RowBlocks * m.ColumnBlocks)), seen.Count);
    }

    private static (StepProgram Program, RowGroups Groups) Deal(RandomDesign network)
    {
        // Which weights of a sparse engine are there is for Indices_SparseDesign_ReproduceTheDenseMatrices.
        var program = new StepProgram(network.Layers, network.Hardware.SparseBlock);
        return (program, new(program, network.Hardware.ProcessingElements, network.Hardware.ColumnsPerCycle, recurrentFirst: network.Hardware.Streams > 1));
    }

    /// <summary>A vector as its memory holds it: group after group, each padded to whole blocks.</summary>
    private static double[] Words(StepProgram program, int vector, DenseLayerStep[] step)
    {
        VectorPlan plan = program.Vectors[vector];
        double[] values = NetworkRanges.VectorValues(program, vector, step);
        Assert.Equal(plan.Size, values.Length);
        var words = new double[plan.Blocks * plan.BlockSize];
        for (int i = 0; i < values.Length; i++) words[i / plan.GroupSize * plan.GroupBlocks * plan.BlockSize + i % plan.GroupSize] = values[i];
        return words;
    }

    private static double[] Expected(StepProgram program, RowBlock row, DenseLayerStep[] step)
    {
        SumPlan sum = program.Sums[row.Sum];
        int position = program.Linears.FirstOrDefault(l => l.Sum == row.Sum)?.Windows[row.Window][row.Member] ?? 0;
        var result = new double[program.BlockSize];
        foreach (TermPlan term in sum.Terms)
        {
            MatrixShape shape = program.Layers[sum.Layer].Matrices[term.Matrix];
            int rows = (shape.Rows + sum.BlockSize - 1) / sum.BlockSize * sum.BlockSize;
            for (int i = row.Block * result.Length; i < Math.Min(rows, (row.Block + 1) * result.Length); i++)
                result[i % result.Length] += step[sum.Layer].Products[term.Matrix][position * rows + i];
        }
        return result;
    }

    private static double[] Product(TrainedNetwork network, StepProgram program, RowGroups groups, RowGroup group, int element, double[][] now, double[][] old)
    {
        RowBlock row = group.Rows[element];
        SumPlan sum = program.Sums[row.Sum];
        int k = sum.BlockSize, parts = program.BlockSize / k;
        var result = new double[program.BlockSize];
        foreach (ColumnStep step in group.Columns)
        {
            WeightRow weights = groups.WeightRows[step.WeightRow];
            BlockCirculantMatrix matrix = network.Weights[sum.Layer].Matrices.ElementAt(sum.Terms[weights.Term].Matrix);
            Assert.Equal((sum.Terms[weights.Term].Spectrum, sum.Terms[weights.Term].Recurrent), (step.Spectrum, step.Recurrent));
            Assert.Equal((row.Sum, row.Block), (weights.Rows[element].Sum, weights.Rows[element].Block));
            double[] x = (step.Recurrent ? old : now)[program.Spectra[step.Spectrum].Vector];
            for (int q = 0; q < groups.Columns; q++)
                for (int r = 0; r < program.BlockSize && weights.Columns[q] >= 0; r++)
                {
                    int i = row.Block * parts + r / k, first = (step.Row * groups.Columns + q) * program.BlockSize + step.Part * k;
                    for (int c = 0; c < k && i < matrix.RowBlocks; c++) result[r] += matrix[i * k + r % k, weights.Columns[q] * k + c] * x[first + c];
                }
        }
        return result;
    }
}
