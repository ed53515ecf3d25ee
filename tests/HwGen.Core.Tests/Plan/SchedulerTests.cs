using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Plan;

public sealed class SchedulerTests
{
    [Theory]
    [InlineData(11, 1)]
    [InlineData(12, 1)]
    [InlineData(13, 2)]
    [InlineData(14, 3)]
    public void Run_RandomShapes_KeepsEveryRule(int seed, int recurrentLayers)
    {
        var random = new Random(seed);
        for (int i = 0; i < 20; i++)
        {
            Case c = Draw(random, recurrentLayers);
            Schedule schedule = new Scheduler(c.Layers, c.Groups, c.Latency).Run();
            var problems = c.Checker().Check(schedule);
            Assert.True(problems.Count == 0, $"seed {seed}, shape {i}, {c}: {string.Join("; ", problems.Take(5))}");
            Assert.True(schedule.IntervalCycles >= c.Groups.Sum(g => g.Columns.Count), $"seed {seed}, shape {i}: more products than cycles");
        }
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Check_CorruptedSchedule_FindsTheMistake(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 10; i++)
        {
            Case c = Draw(random, 1);
            Schedule good = new Scheduler(c.Layers, c.Groups, c.Latency).Run();
            int at = random.Next(good.Groups.Count), cell = random.Next(good.Cells.Count), drain = random.Next(good.Drains.Count);
            int state = good.Ffts.ToList().FindIndex(f => f.Column.Vector == 1);
            var corrupted = new Dictionary<string, Schedule>
            {
                ["a group one cycle earlier"] = good with { Groups = Change(good.Groups, at, g => (g.Group, g.Time - 1)) },
                ["a drain one cycle later"] = good with { Drains = Change(good.Drains, drain, d => (d.Row, d.Time + 1)) },
                ["a cell before its sums"] = good with { Cells = Change(good.Cells, cell, o => (o.Layer, o.Block, Readable(good, c, o.Layer, o.Block) - 1)) },
                ["a cell after its sums are gone"] = good with { Cells = Change(good.Cells, cell, o => (o.Layer, o.Block, Readable(good, c, o.Layer, o.Block) + good.IntervalCycles + 1)) },
                ["a state's FFT before the state"] = good with { Ffts = Change(good.Ffts, state, f => (f.Column, CellTime(good, f.Column) + c.Latency.Cell - 1)) },
                ["a state's FFT two steps late"] = good with { Ffts = Change(good.Ffts, state, f => (f.Column, f.Time + 2 * good.IntervalCycles)) },
                ["an FFT left out"] = good with { Ffts = [.. good.Ffts.Skip(1)] },
                ["two inputs at once"] = good with { Ffts = [.. good.Ffts, (new ColumnBlock(0, 0, false), good.Ffts[^1].Time)] },
                ["an interval too short"] = good with { IntervalCycles = c.Groups.Sum(g => g.Columns.Count) - 1 },
            };
            foreach ((string what, Schedule bad) in corrupted)
                Assert.True(bad.IntervalCycles == 0 || c.Checker().Check(bad).Count > 0, $"seed {seed}, shape {i}, {c}: {what} passed");
        }
    }

    [Fact]
    public void Run_MoreElementsThanRows_IsBoundByTheColumns()
    {
        Case c = Case.Create([new GruLayer(64, 64, 4), new DenseLayer(64, 8, 4)], 1000, new(6, 5, 5, 16, 6));
        Schedule schedule = new Scheduler(c.Layers, c.Groups, c.Latency).Run();
        Assert.Equal(4, c.Groups.Count);
        Assert.True(schedule.IntervalCycles >= 16 + 16 + 16 + 16 + 16, $"{schedule.IntervalCycles}");
    }

    private static IReadOnlyList<T> Change<T>(IReadOnlyList<T> list, int at, Func<T, T> change) =>
        [.. list.Select((item, i) => i == at ? change(item) : item)];

    /// <summary>First cycle in which the last of a block's four sums is there.</summary>
    private static int Readable(Schedule schedule, Case c, int layer, int block) =>
        schedule.Drains.Where(d => d.Row.Layer == layer && d.Row.Block == block && d.Row.Kind != SumKind.Output).Max(d => d.Time) + c.Latency.Ifft;

    private static int CellTime(Schedule schedule, ColumnBlock column) =>
        schedule.Cells.Single(c => c.Layer == column.Vector - 1 && c.Block == column.Block).Time;

    private static Case Draw(Random random, int recurrentLayers)
    {
        int k = 1 << random.Next(0, 7), size = Size();
        var layers = new List<LayerDescription>();
        for (int l = 0; l < recurrentLayers; l++)
        {
            int hidden = Size();
            layers.Add(new GruLayer(size, hidden, k));
            size = hidden;
        }
        layers.Add(new DenseLayer(size, Size(), k));
        int elements = random.Next(4) switch { 0 => 1, 1 => random.Next(1, 4), 2 => random.Next(1, 30), _ => 1000 };
        return Case.Create(layers, elements, new(random.Next(4, 24), 5, random.Next(3, 24), 16, random.Next(4, 24)));

        int Size() => random.Next(1, 7 * k);
    }

    /// <param name="Elements">P.</param>
    private sealed record Case(IReadOnlyList<LayerDescription> Layers, IReadOnlyList<RowGroup> Groups, UnitLatencies Latency, int Elements)
    {
        public ScheduleChecker Checker() => new(Layers, Groups, Latency);

        public override string ToString() =>
            $"k {Layers[0].BlockSize}, {Layers[0].InputSize} -> {string.Join(" -> ", Layers.Select(l => l.OutputSize))}, P {Elements}, {Latency}";

        /// <summary>Groups as the engine needs them: gates over input and state, the candidate's two products apart.</summary>
        public static Case Create(IReadOnlyList<LayerDescription> layers, int elements, UnitLatencies latency)
        {
            var groups = new List<RowGroup>();
            int row = 0;
            for (int l = 0; l < layers.Count; l++)
            {
                List<ColumnBlock> input = [.. Enumerable.Range(0, layers[l].InputBlocks).Select(b => new ColumnBlock(l, b, false))];
                List<ColumnBlock> state = [.. Enumerable.Range(0, layers[l].OutputBlocks).Select(b => new ColumnBlock(l + 1, b, true))];
                if (layers[l] is GruLayer)
                {
                    Add([.. Rows(l, SumKind.Update), .. Rows(l, SumKind.Reset)], [.. input, .. state]);
                    Add([.. Rows(l, SumKind.CandidateInput)], input);
                    Add([.. Rows(l, SumKind.CandidateRecurrent)], state);
                }
                else Add([.. Rows(l, SumKind.Output)], input);
            }
            return new(layers, groups, latency, elements);

            IEnumerable<RowBlock> Rows(int layer, SumKind kind) =>
                Enumerable.Range(0, layers[layer].OutputBlocks).Select(b => new RowBlock(layer, kind, b));

            void Add(RowBlock[] rows, List<ColumnBlock> columns)
            {
                foreach (RowBlock[] chunk in rows.Chunk(elements))
                {
                    groups.Add(new(chunk, columns, row));
                    row += columns.Count;
                }
            }
        }
    }
}
