using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;

namespace HwGen.Sim.Tests.CoSimulation;

/// <summary>Co-simulation can fail, and says where.</summary>
public sealed class MutationTests
{
    private static readonly AcceleratorPlan Plan = new RandomDesign(620, 4, 8, 3, 6, [7], 3, 1.5).Plan();

    /// <summary>Peepholes, projection, and two streams.</summary>
    private static readonly AcceleratorPlan Lstm = new RandomDesign(621, [new LstmLayer(6, 7, 5, true, 4, 4, 4)], 8, new(3, 100, 1) { Streams = 2 }, 1.5).Plan();

    private static readonly AcceleratorPlan Sparse = new RandomDesign(622, [new GruLayer(6, 7, 1)], 8, new(2, 100, 1) { Sparse = true, VectorLanes = 4 }, 1.5) { Density = 0.5 }.Plan();

    [Theory]
    [InlineData("rtl/random_net_fft_unit.v", "out   <= chosen;", "out   <= ~chosen;", "fft")]
    [InlineData("rtl/hwgen_accumulator.v", "acc + sum", "acc - sum", "accumulator_0")]
    [InlineData("rtl/random_net_ifft_unit.v", "out <= chosen;", "out <= ~chosen;", "ifft_0")]
    [InlineData("rtl/hwgen_gru_lane.v", "in_z <= sat_z;", "in_z <= ~sat_z;", "gru_z")]
    [InlineData("rtl/hwgen_gru_lane.v", "in_r <= sat_r;", "in_r <= ~sat_r;", "gru_r")]
    [InlineData("rtl/hwgen_gru_lane.v", "wn_6  <= wn_5;", "wn_6  <= ~wn_5;", "gru_n")]
    [InlineData("rtl/hwgen_gru_lane.v", "next       <= sum[SW-1:0];", "next       <= ~sum[SW-1:0];", "state")]
    [InlineData("rtl/hwgen_gru_lane.v", "assign word  = next_word;", "assign word  = ~next_word;", "cell")]
    [InlineData("rtl/random_net_linear.v", "= chosen &", "= ~chosen &", "linear")]
    [InlineData("rtl/random_net_engine.v", "assign m_data  = output_words;", "assign m_data  = ~output_words;", "output")]
    public Task FindDivergenceAsync_MutatedLineOfAGru_NamesTheTapBehindIt(string file, string before, string after, string tap) =>
        AssertNamed(Plan, file, before, after, tap);

    [Theory]
    [InlineData("rtl/hwgen_peephole.v", "out <= word;", "out <= ~word;", "lstm_i")]
    [InlineData("rtl/hwgen_lstm_lane.v", ".weight(peep_o_8),", ".weight(~peep_o_8),", "lstm_o")]
    [InlineData("rtl/hwgen_lstm_lane.v", "f_1  <= {{2{sum_f", "f_1  <= ~{{2{sum_f", "lstm_f")]
    [InlineData("rtl/hwgen_lstm_lane.v", "in_g <= sat_g;", "in_g <= ~sat_g;", "lstm_g")]
    [InlineData("rtl/hwgen_lstm_lane.v", ".in(next_8), .out(next));", ".in(~next_8), .out(next));", "state")]
    [InlineData("rtl/hwgen_lstm_lane.v", "word    <= sat_m;", "word    <= ~sat_m;", "cell")]
    [InlineData("rtl/random_net_linear.v", "= chosen &", "= ~chosen &", "linear")]
    // The other stream's state, spectra and name.
    [InlineData("rtl/random_net_engine.v", ".read_addr ({cell_stream, cell_row}),", ".read_addr ({~cell_stream, cell_row}),", "lstm_i")]
    [InlineData("rtl/random_net_control.v", "assign product_bank = {stream[", "assign product_bank = {~stream[", "accumulator_0")]
    [InlineData("rtl/random_net.v", "assign m_axis_tid    = buffer_id;", "assign m_axis_tid    = ~buffer_id;", "output")]
    public Task FindDivergenceAsync_MutatedLineOfAnLstm_NamesTheTapBehindIt(string file, string before, string after, string tap) =>
        AssertNamed(Lstm, file, before, after, tap);

    // Row, bit, and the tap that shows it first; the weights' word is DC of a column of W, the biases' the first gate's, the
    // tables' an offset's highest bit but one.
    [Theory]
    [InlineData("weights_0", 0, 4, "accumulator_0")]
    [InlineData("weights_2", 1, 12, "accumulator_0")]
    [InlineData("cell", 0, 5, "gru_z")]
    [InlineData("linear", 0, 20, "linear")]
    [InlineData("linear", 0, 3, "linear")]
    [InlineData("sigmoid", 1, 8, "gru_z")]
    [InlineData("tanh", 1, 8, "gru_n")]
    public Task VerifyAsync_FlippedBitInImageOfAGru_FailsAtItsTap(string image, int row, int bit, string tap) => AssertFails(Plan, image, row, bit, tap);

    /// <summary>A weight, and the word and the row that an index above the four weights names.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(4 * 8)]
    [InlineData(4 * 8 + 2)]
    public Task VerifyAsync_FlippedBitInSparseWeights_FailsAtTheAccumulator(int bit) => AssertFails(Sparse, "weights_0", 0, bit, "accumulator_0");

    // Behind four biases come the peepholes of i, o and f, each of four lanes.
    [Theory]
    [InlineData("cell", 0, 6 + 4 * 32, "lstm_i")]
    [InlineData("cell", 0, 6 + 5 * 32, "lstm_o")]
    [InlineData("cell", 0, 6 + 6 * 32, "lstm_f")]
    [InlineData("tanh_cell", 1, 8, "cell")]
    public Task VerifyAsync_FlippedBitInImageOfAnLstm_FailsAtItsTap(string image, int row, int bit, string tap) => AssertFails(Lstm, image, row, bit, tap);

    [Theory]
    [InlineData("fft_valid")]
    [InlineData("product_address")]
    [InlineData("drain_slot_0")]
    [InlineData("cell_valid")]
    [InlineData("linear_target")]
    [InlineData("output_valid")]
    public async Task VerifyAsync_FlippedBitInSchedule_FailsAtATap(string field)
    {
        using var design = new Printed(Plan);
        ScheduleField flipped = Plan.Control.Fields.Single(f => f.Name == field);
        UnitRuns runs = Plan.Control.Runs.Single(r => r.Unit == flipped.Unit);
        int run = runs.Runs.ToList().FindIndex(r => !r.Order.IsEven);
        design.FlipBit("schedule_" + runs.Unit, run, flipped.Lsb - runs.Lsb);
        VerifyResult result = await design.Simulator.VerifyAsync(design.Stress(1), null, default);
        Assert.False(result.Passed(Plan));
        Assert.Contains(result.First!.Tap, Plan.Taps.Select(t => t.Name));
    }

    /// <summary>The last segment's lowest guard bit reaches no word; the read-back of the simulation's memories still sees it.</summary>
    [Fact]
    public async Task VerifyAsync_FlippedBitThatNoRunReaches_IsReadBack()
    {
        using var design = new Printed(Plan);
        design.FlipBit("sigmoid", Plan.Sigmoid.Segments - 1, 0);
        VerifyResult result = await design.Simulator.VerifyAsync(design.Stress(1), null, default);
        Assert.False(result.Passed(Plan));
        Assert.Equal("sigmoid.hex", result.First?.Tap);
        Assert.Equal(1, result.Mismatches);
    }

    [Theory]
    [InlineData("control", "{1{1'b1}}", "{1{1'b0}}")]
    [InlineData("control", "            phase       <= ", "            if (!rst) phase <= ")]
    [InlineData("input", "            full_q <= 2'b00;", "")]
    public async Task VerifyAsync_ResetThatLeavesSomething_FailsAfterReset(string module, string before, string after)
    {
        using var design = new Printed(Plan);
        design.Edit($"rtl/random_net_{module}.v", before, after);
        VerifyResult result = await design.Simulator.VerifyAsync(new(Stimulus.Stress(Plan, 1)[11..14]), null, default);
        Assert.False(result.Passed(Plan));
        Assert.Equal("after-reset", result.First?.Run);
    }

    /// <summary>Every word agrees; what the design's own checks say is enough.</summary>
    [Theory]
    [InlineData("rtl/hwgen_range.v", "> MAX", "> MIN", "u_range_")]
    [InlineData("rtl/random_net_fft_4.v", "if (!told && (", "if (!told || (", "u_fft")]
    public async Task VerifyAsync_RangeBeyondItsProof_FailsByTheCheckThatSaysSo(string file, string before, string after, string instance)
    {
        using var design = new Printed(Plan);
        design.Edit(file, before, after);
        VerifyResult result = await design.Simulator.VerifyAsync(design.Stress(1).Take(2), null, default);
        Assert.False(result.Passed(Plan));
        Assert.Equal("range", result.First?.Tap);
        Assert.Contains(instance, result.First!.Bin, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VerifyAsync_Divergence_LeavesAWaveform()
    {
        using var design = new Printed(Plan);
        design.FlipBit("weights_0", 0, 4);
        string waves = Path.Combine(design.Folder, "wave");
        VerifyResult result = await new CoSimulator(Plan, design.Folder, new VerifyOptions(Printed.Cache, WaveformFolder: waves))
            .VerifyAsync(design.Stress(1).Take(3), null, default);
        Assert.StartsWith(waves, result.Waveform, StringComparison.Ordinal);
        Assert.Contains("$enddefinitions", await File.ReadAllTextAsync(result.Waveform!), StringComparison.Ordinal);
    }

    private static async Task AssertNamed(AcceleratorPlan plan, string file, string before, string after, string tap)
    {
        using var design = new Printed(plan);
        design.Edit(file, before, after);
        Divergence? divergence = await design.Simulator.FindDivergenceAsync(design.Stress(1).Take(6), default);
        Assert.Equal(tap, divergence?.Tap);
        Assert.Equal("unstalled", divergence?.Run);
        Assert.True(divergence?.Cycle > 0);
    }

    private static async Task AssertFails(AcceleratorPlan plan, string image, int row, int bit, string tap)
    {
        using var design = new Printed(plan);
        design.FlipBit(image, row, bit);
        VerifyResult result = await design.Simulator.VerifyAsync(design.Stress(1), null, default);
        Assert.False(result.Passed(plan));
        Assert.True(result.Mismatches > 1);
        // Linear bits reach little further; the others show first where they act.
        Assert.Equal(tap, result.First?.Tap);
    }
}
