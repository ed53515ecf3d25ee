using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;

namespace HwGen.Sim.Tests.CoSimulation;

public sealed class CoSimulatorTests
{
    // Sizes that k does not divide; stacked layers. `verify-random` draws many more.
    [Theory]
    [InlineData(601, 1, 8, 4, 5, new[] { 6 }, 3)]
    [InlineData(604, 8, 12, 3, 12, new[] { 16, 9 }, 6)]
    public Task VerifyAsync_RandomGru_AgreesInEveryWordAndCycle(int seed, int k, int bits, int elements, int input, int[] hidden, int outputs) =>
        AssertAgrees(new(seed, k, bits, elements, input, hidden, outputs, 1.5));

    /// <summary>LSTMs with peepholes and projection, linear_before_reset = 0, maps, and an LSTM, a GRU and a dense layer of unequal block
    /// sizes on one engine; columns, slices and streams of unequal length. Reloadable weights come through AXI4-Lite, by the design's own driver:
    /// in each run anew, in the stalled one at random delays and on top of others.</summary>
    [Theory]
    [InlineData("gru reset first", 10, false)]
    [InlineData("google lstm", 12, true)]
    [InlineData("mixed", 9, true)]
    [InlineData("map", 8, false)]
    [InlineData("sparse gru", 10, false)]
    [InlineData("sparse lstm", 8, false)]
    public Task VerifyAsync_EveryKind_AgreesInEveryWordAndCycle(string name, int bits, bool reloadable)
    {
        RandomDesign design = Designs.Create(name, bits);
        return AssertAgrees(design with { Hardware = design.Hardware with { ReloadableWeights = reloadable } });
    }

    /// <summary>Shifts of every number, a table of two segments beside one of many.</summary>
    [Theory]
    [InlineData("gru", new[] { 3 }, new[] { 3 }, new[] { 2, 128 })]
    [InlineData("mixed", new[] { 1, 0, 2 }, new[] { 0, 2, 1 }, new[] { 64, 4 })]
    public Task VerifyAsync_ShiftsAndSegmentsAskedFor_AgreesInEveryWordAndCycle(string name, int[] fft, int[] ifft, int[] segments) =>
        AssertAgrees(Designs.Create(name, 10) with { FftShifts = fft, IfftShifts = ifft, ActivationSegments = segments });

    private static async Task AssertAgrees(RandomDesign shape)
    {
        using var design = new Printed(shape.Plan());
        Stimulus stimulus = design.Stress(shape.Seed);
        VerifyResult result = await design.Simulator.VerifyAsync(stimulus, null, default);
        Assert.True(result.First is null, $"{shape}: {result.First}");
        Assert.Empty(result.LintWarnings);
        Assert.Equal(result.CyclesPredicted, result.CyclesSimulated);
        Assert.Equal(design.Plan.Schedule.IntervalCycles, result.CyclesPerFrame);
        Assert.Equal(design.Plan.SingleStreamCycles, result.CyclesSingleStream);
        Assert.True(result.Passed(design.Plan));
        Assert.Equal(design.Plan.Images.Sum(i => i.Rows.Count), result.MemoryRows);
        // Every word of every tap in four runs at the least.
        long perStep = design.Plan.Taps.Sum(t => (long)t.Entries.Count * t.Lanes);
        Assert.True(result.Words >= perStep * (2 * stimulus.Steps.Count + 2 * stimulus.Take(2).Steps.Count), $"only {result.Words} words");
    }
}
