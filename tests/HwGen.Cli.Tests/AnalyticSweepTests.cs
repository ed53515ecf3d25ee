using HwGen.Cli.Progress;
using HwGen.Cli.Steps;
using HwGen.Cli.Tests.EndToEnd;
using HwGen.Core.Design;

namespace HwGen.Cli.Tests;

/// <summary>Fronts found by bounds against those of all engines planned whole.</summary>
public sealed class AnalyticSweepTests
{
    private const string Axes = "\nexplore: { network.block_size: [2, 4], hardware.processing_elements: { from: 1, to: 4 }, hardware.columns_per_cycle: [1, 2], "
        + "hardware.streams: [1, 2], hardware.vector_lanes: [1, 4], hardware.clock_megahertz: [50, 100], seed: [1, 2], front: ";

    [Theory]
    [InlineData("[cycles_per_frame, multipliers], quantization.bits: [10, 12]", "10", 0.8)]
    [InlineData("[latency_microseconds, memory_bits, lut, ff, dsp]", "18, weight_bits: 5", 1)]
    public void Run_ByBounds_FindsTheFrontOfAllPlans(string front, string bits, double share)
    {
        DesignSpace space = DesignReader.ParseSpace(HwGenProcess.Design.Replace("bits: 10", $"bits: {bits}", StringComparison.Ordinal) + Axes + front + " }\n", "tiny.yaml");
        AnalyticSweep whole = new(space, d => d, 2, long.MaxValue), bounded = new(space, d => d, 2, 0), exhaustive = new(space, d => d, 2, 0, exhaustive: true);

        bool[] expected = whole.Run(new Silent(), CancellationToken.None), found = bounded.Run(new Silent(), CancellationToken.None),
            checkedBy = exhaustive.Run(new Silent(), CancellationToken.None);

        Assert.Equal(expected, found);
        Assert.Equal(expected, checkedBy);
        Assert.Contains(true, expected);
        for (int i = 0; i < expected.Length; i++)
            if (expected[i]) Assert.Equal((whole[i], whole[i]), (bounded[i], exhaustive[i]));
        Assert.InRange(bounded.Planned, 1, share * whole.Planned);
        // Where schedules are enough, only the front is planned whole.
        Assert.InRange(exhaustive.Planned, 1, share * whole.Planned);
        // Four lanes do not divide blocks of two: those points have a reason instead of figures.
        Assert.Equal(space.Count / 4, Enumerable.Range(0, expected.Length).Count(i => bounded[i].Reason is not null));
    }

    private sealed class Silent : StepProgress
    {
        public override void Report(string phase, double fraction, string detail = "") { }

        public override void Note(string line) { }
    }
}
