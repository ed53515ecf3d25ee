using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;

namespace HwGen.Sim.Tests.CoSimulation;

public sealed class TapComparerTests
{
    private static readonly AcceleratorPlan Plan = new RandomDesign(640, 4, 16, 2, 6, [7], 6).Plan();
    private static readonly Stimulus Stimulus = new(Stimulus.Stress(Plan, 1)[..5]);
    private static readonly int Beat = Plan.Taps.Count;

    [Fact]
    public async Task ReadAsync_FaithfulRecords_HasNoMismatch()
    {
        TapComparer comparer = await Record.CompareAsync(Plan, Stimulus, Record.Run(Plan, Stimulus));
        Assert.Null(comparer.First);
        Assert.Equal(0, comparer.Mismatches);
        Assert.Equal(Plan.TotalCycles(Stimulus.Streams), comparer.Cycles);
        Assert.Equal(comparer.ReferencePredictions, comparer.Predictions);
        Assert.Equal(Stimulus.Steps.Count * (Plan.Taps.Sum(t => (long)t.Entries.Count * t.Lanes) + Plan.OutputBlocks * Plan.BlockSize), comparer.Words);
    }

    [Theory]
    [InlineData("fft")]
    [InlineData("accumulator_0")]
    [InlineData("ifft_0")]
    [InlineData("gru_z")]
    [InlineData("gru_r")]
    [InlineData("gru_n")]
    [InlineData("state")]
    [InlineData("cell")]
    [InlineData("linear")]
    [InlineData("output")]
    [InlineData("schedule")]
    public async Task ReadAsync_OneWordOfATapChanged_NamesTapStepAndBothWords(string tap)
    {
        List<Record> records = Record.Run(Plan, Stimulus);
        int t = Plan.Taps.ToList().FindIndex(p => p.Name == tap);
        int at = records.FindLastIndex(r => r.Tap == t);
        long word = records[at].Words[1];
        records[at] = records[at] with { Words = [.. records[at].Words.Select((w, i) => i == 1 ? w ^ 1 : w)] };
        TapComparer comparer = await Record.CompareAsync(Plan, Stimulus, records);
        Assert.Equal(1, comparer.Mismatches);
        (int sequence, int step, _) = Stimulus.Steps[^1];
        Assert.Equal((tap, sequence, step, $"{word}", $"{word ^ 1}"),
            (comparer.First!.Tap, comparer.First.Sequence, comparer.First.Step, comparer.First.Expected, comparer.First.Actual));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    public async Task ReadAsync_MissingWord_IsAMismatch(int tap)
    {
        List<Record> records = Record.Run(Plan, Stimulus);
        records.RemoveAt(records.FindLastIndex(r => r.Tap == tap));
        TapComparer comparer = await Record.CompareAsync(Plan, Stimulus, records);
        Assert.Equal((Plan.Taps[tap].Name, "a word"), (comparer.First!.Tap, comparer.First.Expected));
    }

    [Fact]
    public async Task ReadAsync_ExtraWord_IsAMismatch()
    {
        List<Record> records = Record.Run(Plan, Stimulus);
        records.Insert(records.Count - 1, records.Last(r => r.Tap == 2));
        Assert.Equal("no such word", (await Record.CompareAsync(Plan, Stimulus, records)).First!.Expected);
    }

    [Fact]
    public async Task ReadAsync_WordOfAnIndexThatTheScheduleLacks_IsAMismatch()
    {
        List<Record> records = Record.Run(Plan, Stimulus);
        int index = Enumerable.Range(0, 1 << Plan.Taps[1].IndexBits).First(i => Plan.Taps[1].Entries.All(e => e.Index != i));
        records.Insert(1, records.First(r => r.Tap == 1) with { Index = index });
        Assert.Equal("no such word", (await Record.CompareAsync(Plan, Stimulus, records)).First!.Expected);
    }

    [Fact]
    public async Task ReadAsync_ExtraBeat_IsAMismatch()
    {
        List<Record> records = Record.Run(Plan, Stimulus);
        records.Insert(records.Count - 1, records.Last(r => r.Tap == Beat));
        Assert.Equal("the end of the stream", (await Record.CompareAsync(Plan, Stimulus, records)).First!.Expected);
    }

    [Fact]
    public async Task ReadAsync_MissingBeat_IsAMismatch()
    {
        List<Record> records = Record.Run(Plan, Stimulus);
        records.RemoveAt(records.FindLastIndex(r => r.Tap == Beat));
        Assert.Equal("a beat", (await Record.CompareAsync(Plan, Stimulus, records)).First!.Expected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_WrongTlast_IsAMismatch(bool missing)
    {
        List<Record> records = Record.Run(Plan, Stimulus);
        int at = records.FindIndex(r => r.Tap == Beat && r.Index == (missing ? 1 : 0));
        records[at] = records[at] with { Index = missing ? 0 : 1 };
        TapComparer comparer = await Record.CompareAsync(Plan, Stimulus, records);
        Assert.Equal(("output", "TLAST", 1L), (comparer.First!.Tap, comparer.First.Bin, comparer.Mismatches));
    }

    [Fact]
    public async Task ReadAsync_BeatOneCycleLate_IsAMismatchWhereNothingStalls()
    {
        List<Record> records = Record.Run(Plan, Stimulus);
        int at = records.FindIndex(r => r.Tap == Beat);
        records[at] = records[at] with { Cycle = records[at].Cycle + 1 };
        Assert.StartsWith("cycle", (await Record.CompareAsync(Plan, Stimulus, records)).First!.Bin, StringComparison.Ordinal);
        Assert.Null((await Record.CompareAsync(Plan, Stimulus, records, false)).First);
    }

    [Fact]
    public async Task ReadAsync_BeatChangedWhileHeldBack_IsAMismatch()
    {
        List<Record> records = Record.Run(Plan, Stimulus);
        records.Insert(records.Count / 2, new(Beat + 2, 0, 50, [], 0));
        Assert.StartsWith("beat held back", (await Record.CompareAsync(Plan, Stimulus, records)).First!.Bin, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_StreamThatBreaksOff_IsAMismatch()
    {
        List<Record> records = Record.Run(Plan, Stimulus);
        TapComparer comparer = await Record.CompareAsync(Plan, Stimulus, records.Take(records.Count - 20));
        Assert.Contains("broke off", comparer.First!.Actual, StringComparison.Ordinal);
    }

    /// <summary>Three streams of 1 + 2, 2 and 9 steps: those that have ended leave their turns empty.</summary>
    [Fact]
    public async Task ReadAsync_StreamsOfUnequalLength_TakeTurns()
    {
        AcceleratorPlan plan = Turns.Plan();
        Stimulus stimulus = Unequal(plan);
        Assert.Equal([0, 1, 2, 0, 1, 2, 0, 2, 2, 2, 2, 2, 2, 2], stimulus.Streams);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 8, 11, 14, 17, 20, 23, 26], plan.Turns(stimulus.Streams));
        TapComparer comparer = await Record.CompareAsync(plan, stimulus, Record.Run(plan, stimulus));
        Assert.Null(comparer.First);
        Assert.Equal(26L * plan.Schedule.IntervalCycles + plan.SingleStreamCycles, comparer.Cycles);
        Assert.Equal(comparer.ReferencePredictions, comparer.Predictions);
    }

    [Fact]
    public async Task ReadAsync_WrongTid_IsAMismatch()
    {
        AcceleratorPlan plan = Turns.Plan();
        Stimulus stimulus = Unequal(plan);
        List<Record> records = Record.Run(plan, stimulus);
        int at = records.FindIndex(r => r.Tap == plan.Taps.Count && r.Index >> 1 == 2);
        records[at] = records[at] with { Index = records[at].Index ^ 2 };
        TapComparer comparer = await Record.CompareAsync(plan, stimulus, records);
        Assert.Equal(("output", "TID", "2", "3", 1L), (comparer.First!.Tap, comparer.First.Bin, comparer.First.Expected, comparer.First.Actual, comparer.Mismatches));
    }

    /// <summary>A step that does not wait for its stream's turn comes too early.</summary>
    [Fact]
    public async Task ReadAsync_TurnNotWaitedFor_IsAMismatch()
    {
        AcceleratorPlan plan = Turns.Plan();
        Stimulus stimulus = Unequal(plan);
        List<Record> records = Record.Run(plan, stimulus);
        int at = records.FindIndex(r => r.Tap == plan.Taps.Count && r.Cycle == records[^2].Cycle);
        records[at] = records[at] with { Cycle = records[at].Cycle - plan.Schedule.IntervalCycles };
        Assert.StartsWith("cycle", (await Record.CompareAsync(plan, stimulus, records)).First!.Bin, StringComparison.Ordinal);
    }

    private static readonly RandomDesign Turns = new(642, [new GruLayer(6, 7, 4), new DenseLayer(7, 6, 4)], 12, new(2, 100, 1) { Streams = 3 });

    private static Stimulus Unequal(AcceleratorPlan plan)
    {
        List<long[][]> stress = Stimulus.Stress(plan, 1);
        return new([stress[0], stress[1][..2], stress[2], stress[4][..2]], plan.Shape.Streams);
    }

    /// <summary>A deep pipeline behind a reader that pauses: as many steps are under way as the output buffer holds.</summary>
    [Fact]
    public async Task ReadAsync_BeatsBehindByTheWholeBuffer_AreCompared()
    {
        AcceleratorPlan deep = new RandomDesign(641, 32, 12, 1000, 32, [.. Enumerable.Repeat(32, 12)], 70).Plan();
        int lag = deep.OutputBufferBeats / deep.OutputBlocks;
        Assert.True(lag > 16, $"{deep.Schedule.Stages} stages, {lag} steps");
        var stimulus = new Stimulus(Stimulus.Stress(deep, 1)[..10]);
        Assert.Null((await Record.CompareAsync(deep, stimulus, Record.Run(deep, stimulus, lag), false)).First);
    }
}
