using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Plan;

public sealed class SchedulerTests
{
    [Theory]
    [InlineData(1000)]
    [InlineData(2000)]
    [InlineData(3000)]
    [InlineData(4000)]
    public void Run_AnyDesign_KeepsEveryRule(int firstSeed)
    {
        for (int seed = firstSeed; seed < firstSeed + 15; seed++)
        {
            var c = new Case(seed);
            Schedule schedule = c.Run();
            var problems = c.Check(schedule);
            Assert.True(problems.Count == 0, $"{c}: {string.Join("; ", problems.Take(5))}");
            Assert.True(schedule.IntervalCycles >= c.Groups.Groups.Sum(g => g.Columns.Count), $"{c}: more products than cycles");
            Assert.True(schedule.IntervalCycles > c.Program.Vectors[0].Blocks, $"{c}: faster than the input");
        }
    }

    [Fact]
    public void Run_FromTheBound_GivesTheScheduleOfAllTrials()
    {
        int above = 0, bounds = 0, intervals = 0;
        for (int seed = 6000; seed < 6008; seed++)
        {
            var c = new Case(seed);
            Schedule tried = c.Run(0);
            var bound = new ScheduleBound(c.Program, c.Latency, c.Groups.Columns, c.Shape.Streams > 1);
            var (interval, last) = bound.Of(c.Groups.Elements, c.Shape.IfftUnits, c.Program.BlockSize / c.Shape.Lanes, c.Shape.Streams);
            Assert.True(interval <= tried.IntervalCycles, $"{c}: bound {interval}, interval {tried.IntervalCycles}");
            Assert.True(last <= tried.LastOutput, $"{c}: bound {last}, last output {tried.LastOutput}");
            Assert.Equal(c.Groups.WeightRows.Count, bound.ElementRows(c.Groups.Elements));
            Assert.Equal(c.Groups.WeightRows.Sum(r => r.Rows.Count), bound.WeightRows);
            Schedule schedule = c.Run();
            Assert.Equal((tried.IntervalCycles, tried.LastOutput), (schedule.IntervalCycles, schedule.LastOutput));
            (bounds, intervals) = (bounds + interval, intervals + tried.IntervalCycles);
            if (interval > c.Groups.Groups.Sum(g => g.Columns.Count)) above++;
        }
        // A bound that is far off, or never more than the elements' work, would be of no use.
        Assert.True(2 * bounds > intervals, $"bounds {bounds}, intervals {intervals}");
        Assert.InRange(above, 1, 8);
    }

    [Fact]
    public void Check_CorruptedSchedule_FindsTheMistake()
    {
        var tried = new Dictionary<string, int>();
        for (int seed = 5000; seed < 5024; seed++)
        {
            var c = new Case(seed);
            Schedule good = c.Run();
            foreach ((string what, Schedule bad) in Corrupted(c, good, new Random(seed)))
            {
                Assert.True(c.Check(bad).Count > 0, $"{c}: {what} passed");
                tried[what] = tried.GetValueOrDefault(what) + 1;
            }
        }
        Assert.Equal(17, tried.Count);
    }

    [Fact]
    public void Run_MoreElementsThanRows_IsBoundByTheColumns()
    {
        var program = new StepProgram([new GruLayer(64, 64, 4), new DenseLayer(64, 8, 4)]);
        var groups = new RowGroups(program, 1000, 1, recurrentFirst: false);
        Assert.Equal((4, 32), (groups.Groups.Count, groups.Elements));
        Schedule schedule = new Scheduler(program, groups, new(groups.Elements, 1, groups.Elements, 4, 1), new(6, 5, 5, 16, 3, 2)).Run();
        // z and r over x and h, W_n x, R_n h, and the outputs: 16 blocks each.
        Assert.True(schedule.IntervalCycles >= 16 + 16 + 16 + 16 + 16, $"{schedule.IntervalCycles}");
    }

    [Fact]
    public void Run_MoreStreams_HideTheRecurrence()
    {
        // One block of rows and columns: the time from a state to the next is all latency.
        var program = new StepProgram([new LstmLayer(8, 8, 0, false, 8, 8, 1), new DenseLayer(8, 8, 8)]);
        var latency = new UnitLatencies(10, 6, 9, 18, 3, 2);
        int[] intervals = [.. new[] { 1, 2, 4, 8 }.Select(streams =>
        {
            var groups = new RowGroups(program, 8, 1, recurrentFirst: streams > 1);
            return new Scheduler(program, groups, new(groups.Elements, 1, groups.Elements, 8, streams), latency).Run().IntervalCycles;
        })];
        int loop = latency.Fft + latency.Product + latency.Ifft + latency.Cell;
        Assert.True(intervals[0] >= loop, $"{intervals[0]} cycles, shorter than the loop of {loop}");
        Assert.Equal(intervals.OrderDescending(), intervals);
        Assert.True(intervals[3] <= intervals[0] / 4, string.Join(", ", intervals));
    }

    /// <summary>One mistake each, where the design has what it takes.</summary>
    private static IEnumerable<(string What, Schedule Bad)> Corrupted(Case c, Schedule good, Random random)
    {
        StepProgram program = c.Program;
        int interval = good.IntervalCycles, turn = c.Shape.Streams * interval;
        int group = random.Next(good.Groups.Count), drain = random.Next(good.Drains.Count);
        yield return ("a group one cycle early", good with { Groups = Change(good.Groups, group, g => g with { Time = g.Time - 1 }) });
        yield return ("a group left out", good with { Groups = [.. good.Groups.Skip(1)] });
        yield return ("a drain one cycle late", good with { Drains = Change(good.Drains, drain, d => d with { Time = d.Time + 1 }) });
        yield return ("an FFT left out", good with { Ffts = [.. good.Ffts.Skip(1)] });
        yield return ("an FFT twice", good with { Ffts = [.. good.Ffts, good.Ffts[^1] with { Time = good.Ffts[^1].Time + 1 }] });
        yield return ("an interval too short", new(c.Groups.Groups.Sum(g => g.Columns.Count) - 1 is var i and > 0 ? i : 1,
            good.Ffts, good.Groups, good.Drains, good.Cells, good.Linears, good.Outputs));
        if (c.Shape.IfftUnits > 1)
            yield return ("a drain into another unit", good with { Drains = Change(good.Drains, drain, d => d with { Unit = (d.Unit + 1) % c.Shape.IfftUnits }) });
        if (good.Cells.Count > 0)
        {
            int cell = random.Next(good.Cells.Count);
            CellOp op = good.Cells[cell];
            int ready = program.Cells[op.Cell].Sums.Where(s => s >= 0).Max(s => good.Drains.Single(d => d.Row == new RowBlock(s, op.Block)).Time) + c.Latency.Ifft;
            yield return ("a cell before its sums", good with { Cells = Change(good.Cells, cell, o => o with { Time = ready - 1 }) });
            yield return ("a cell after its sums are gone", good with { Cells = Change(good.Cells, cell, o => o with { Time = ready + interval }) });
            if (good.Cells.Count > 1)
                yield return ("two cells at once", good with { Cells = Change(good.Cells, cell, o => o with { Time = good.Cells[cell == 0 ? 1 : 0].Time + interval }) });
        }
        if (good.Linears.Count > 0)
        {
            int linear = random.Next(good.Linears.Count);
            LinearOp op = good.Linears[linear];
            LinearPlan plan = program.Linears[op.Linear];
            int ready = plan.Windows[0].Select((_, m) => good.Drains.Single(d => d.Row == new RowBlock(plan.Sum, op.Block, op.Group, m)).Time + c.Latency.Ifft - m).Max();
            yield return ("a linear before its sums", good with { Linears = Change(good.Linears, linear, o => o with { Time = ready - 1 }) });
            yield return ("a linear after its sums are gone", good with { Linears = Change(good.Linears, linear, o => o with { Time = ready + 5 * interval }) });
        }
        int word = good.Ffts.ToList().FindIndex(f => program.Spectra[f.Spectrum].Vector > 0);
        if (word >= 0)
        {
            FftOp op = good.Ffts[word];
            int there = Written(c, good, program.Spectra[op.Spectrum].Vector, op.Block);
            yield return ("an FFT before its words", good with { Ffts = Change(good.Ffts, word, f => f with { Time = there - 1 }) });
            yield return ("an FFT after its words are gone", good with { Ffts = Change(good.Ffts, word, f => f with { Time = there + interval }) });
        }
        if (good.Groups.FirstOrDefault(g => g.Group.Columns.Any(s => s.Recurrent)) is { Group: not null } recurrent)
        {
            int at = recurrent.Group.Columns.ToList().FindIndex(s => s.Recurrent);
            ColumnStep step = recurrent.Group.Columns[at];
            int spectrum = good.Ffts.ToList().FindIndex(f => f.Spectrum == step.Spectrum && f.Block == step.Row * c.Shape.Columns);
            yield return ("a recurrent spectrum too late", good with { Ffts = Change(good.Ffts, spectrum, f => f with { Time = recurrent.Time + at + turn - c.Latency.Fft + 1 }) });
        }
        int last = good.Outputs.Count - 1;
        yield return ("an output before its words", good with { Outputs = Change(good.Outputs, last, o => o with { Time = Written(c, good, program.Output, o.Block) - 1 }) });
        if (last > 0)
            yield return ("two outputs the wrong way round", good with { Outputs = Change(Change(good.Outputs, last, o => o with { Block = last - 1 }), last - 1, o => o with { Block = last }) });
    }

    /// <summary>First cycle in which a block that the cell or linear unit makes can be read.</summary>
    private static int Written(Case c, Schedule schedule, int vector, int block)
    {
        StepProgram program = c.Program;
        VectorPlan plan = program.Vectors[vector];
        return plan.Source == VectorSource.Cell
            ? schedule.Cells.Where(o => program.Cells[o.Cell].Vector == vector && o.Block == block).Max(o => o.Time) + c.Latency.Cell
            : schedule.Linears.Where(o => program.Linears[o.Linear].Vector == vector && o.Group * plan.GroupBlocks + o.Block == block)
                .Max(o => o.Time + program.Linears[o.Linear].Windows[0].Length - 1) + c.Latency.Linear;
    }

    private static IReadOnlyList<T> Change<T>(IReadOnlyList<T> list, int at, Func<T, T> change) =>
        [.. list.Select((item, i) => i == at ? change(item) : item)];

    /// <summary>A design drawn from a seed, on an engine with latencies drawn from it too.</summary>
    private sealed class Case
    {
        private readonly RandomDesign _network;

        public Case(int seed)
        {
            _network = RandomDesign.DrawAny(seed);
            var random = new Random(seed);
            Program = new(_network.Layers);
            Groups = new(Program, _network.Hardware.ProcessingElements, _network.Hardware.ColumnsPerCycle, recurrentFirst: _network.Hardware.Streams > 1);
            Shape = new(Groups.Elements, Groups.Columns, random.Next(1, Groups.Elements + 1), Math.Min(_network.Hardware.VectorLanes, Program.BlockSize), _network.Hardware.Streams);
            Latency = new(random.Next(4, 24), random.Next(5, 8), random.Next(3, 24), random.Next(4, 20), random.Next(2, 5), 2);
        }

        public StepProgram Program { get; }

        public RowGroups Groups { get; }

        public EngineShape Shape { get; }

        public UnitLatencies Latency { get; }

        public Schedule Run() => new Scheduler(Program, Groups, Shape, Latency).Run();

        public Schedule Run(int proven) => new Scheduler(Program, Groups, Shape, Latency).Run(proven);

        public IReadOnlyCollection<string> Check(Schedule schedule) => new ScheduleChecker(Program, Groups, Shape, Latency).Check(schedule);

        public override string ToString() => $"{_network}, {Shape}, {Latency}";
    }
}
