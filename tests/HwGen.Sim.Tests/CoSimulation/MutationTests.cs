using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;
using HwGen.Tests;

namespace HwGen.Sim.Tests.CoSimulation;

/// <summary>Co-simulation can fail, and says where.</summary>
public sealed class MutationTests
{
    private static readonly AcceleratorPlan Plan = new RandomNetwork(620, 4, 8, 3, 6, [7], 3, 1.5).Plan();

    [Theory]
    [InlineData("rtl/random_net_fft_unit.v", "out   <= chosen;", "out   <= ~chosen;", "fft")]
    [InlineData("rtl/hwgen_accumulator.v", "acc + wide", "acc - wide", "accumulator")]
    [InlineData("rtl/random_net_ifft_unit.v", "out      <= sums;", "out      <= ~sums;", "ifft")]
    [InlineData("rtl/hwgen_gru_lane.v", "in_z <= sat_z;", "in_z <= ~sat_z;", "update")]
    [InlineData("rtl/hwgen_gru_lane.v", "in_r <= sat_r;", "in_r <= ~sat_r;", "reset")]
    [InlineData("rtl/hwgen_gru_lane.v", "wn_6  <= wn_5;", "wn_6  <= ~wn_5;", "candidate")]
    [InlineData("rtl/hwgen_gru_lane.v", "next       <= sum[SW-1:0];", "next       <= ~sum[SW-1:0];", "state")]
    [InlineData("rtl/random_net_output.v", "words         <= saturated;", "words         <= ~saturated;", "output")]
    public async Task FindDivergenceAsync_MutatedLine_NamesTheTapBehindIt(string file, string before, string after, string tap)
    {
        using var design = new Printed(Plan);
        design.Edit(file, before, after);
        Divergence? divergence = await design.Simulator.FindDivergenceAsync(design.Stress(1).Take(6), default);
        Assert.Equal(tap, divergence?.Tap);
        Assert.Equal("unstalled", divergence?.Run);
        Assert.True(divergence?.Cycle > 0);
    }

    // Row, bit, and the tap that shows it first; the weights' word is DC of a column of W, the biases' the first gate's, the
    // tables' an offset's highest bit but one.
    [Theory]
    [InlineData("weights_0", 0, 4, "accumulator")]
    [InlineData("weights_2", 1, 12, "accumulator")]
    [InlineData("bias_cell", 0, 5, "update")]
    [InlineData("bias_output", 0, 24, "output")]
    [InlineData("bias_output", 0, 3, "output")]
    [InlineData("sigmoid", 1, 8, "update")]
    [InlineData("tanh", 1, 8, "candidate")]
    public async Task VerifyAsync_FlippedBitInImage_FailsAtItsTap(string image, int row, int bit, string tap)
    {
        using var design = new Printed(Plan);
        design.FlipBit(image, row, bit);
        VerifyResult result = await design.Simulator.VerifyAsync(design.Stress(1), null, default);
        Assert.False(result.Passed(Plan));
        Assert.True(result.Mismatches > 1);
        // Output bits reach nothing further; the others show first where they act.
        Assert.Equal(tap, result.First?.Tap);
    }

    [Theory]
    [InlineData("fft_valid")]
    [InlineData("product_address")]
    [InlineData("drain_kind")]
    [InlineData("cell_valid")]
    public async Task VerifyAsync_FlippedBitInSchedule_FailsAtATap(string field)
    {
        using var design = new Printed(Plan);
        ScheduleField flipped = Plan.Control.Fields.Single(f => f.Name == field);
        ScheduleField valid = Plan.Control.Fields.Single(f => f.Name == field.Split('_')[0] + "_valid");
        int row = Plan.Control.Rows.ToList().FindIndex(r => !(r >> valid.Lsb).IsEven);
        design.FlipBit("schedule", row, flipped.Lsb);
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
    [InlineData("control", "next_fresh <= 1'b1;", "next_fresh <= 1'b0;")]
    [InlineData("control", "            phase      <= ", "            if (!rst) phase <= ")]
    [InlineData("input", "            full_q <= 2'b00;", "")]
    public async Task VerifyAsync_ResetThatLeavesSomething_FailsAfterReset(string module, string before, string after)
    {
        using var design = new Printed(Plan);
        design.Edit($"rtl/random_net_{module}.v", before, after);
        VerifyResult result = await design.Simulator.VerifyAsync(new(Stimulus.Stress(Plan, 1)[11..14]), null, default);
        Assert.False(result.Passed(Plan));
        Assert.Equal("after-reset", result.First?.Run);
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
}
