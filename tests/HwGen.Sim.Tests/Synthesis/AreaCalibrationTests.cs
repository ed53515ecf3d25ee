using HwGen.Core.Cost;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using HwGen.Sim.Synthesis.Calibration;

namespace HwGen.Sim.Tests.Synthesis;

public sealed class AreaCalibrationTests
{
    private static readonly AcceleratorPlan Plan = new RandomDesign(1, 2, 8, 1, 4, [4], 2).Plan();

    private static readonly AreaCoefficients Prior = new(new Dictionary<LogicKind, double>(), new Dictionary<LogicKind, double>());

    [Fact]
    public void Fit_MeasuredByKnownConstants_FindsThem()
    {
        AreaSample[] samples = [.. Enumerable.Range(1, 12).Select(i => Sample(1_000 * i, 500 + 300 * (i % 5), 1.25, 0.6))];

        AreaCoefficients fitted = AreaCalibration.Fit(samples, Prior);

        // The pull towards 1 is a twentieth of one design's weight.
        Assert.Equal(1.25, fitted.Lut[LogicKind.Adder], 0.01);
        Assert.Equal(0.6, fitted.Lut[LogicKind.Multiplexer], 0.02);
        Assert.Equal(1, fitted.Ff[LogicKind.Register], 0.01);
    }

    [Fact]
    public void Fit_NegativeWouldBeBest_StopsAtZero()
    {
        AreaSample[] samples = [.. Enumerable.Range(1, 12).Select(i => Sample(1_000 * i, 500 + 300 * (i % 5), 1.25, -0.4))];

        Assert.Equal(0, AreaCalibration.Fit(samples, Prior).Lut[LogicKind.Multiplexer]);
    }

    [Fact]
    public void Errors_WithinWhatIsAllowed_AreNone()
    {
        RelativeErrors errors = AreaCalibration.Errors([(11, 10, 1), (0.5, 0, 0.5), (12, 10, 1)]);

        Assert.Equal(0, errors.Median);
        Assert.Equal(0.2, errors.Worst, 1e-12);
    }

    [Fact]
    public void Draw_SameSeed_GivesSameDesigns() =>
        Assert.Equal(CalibrationDesigns.Draw(AreaCalibration.FitSeed, 2).Select(d => d.Seed), CalibrationDesigns.Draw(AreaCalibration.FitSeed, 2).Select(d => d.Seed));

    private static AreaSample Sample(double adders, double multiplexers, double adder, double multiplexer)
    {
        ResourceDemand demand = ResourceDemand.Of((LogicKind.Adder, adders), (LogicKind.Multiplexer, multiplexers), (LogicKind.Register, adders));
        return new(1, Plan, ResourceEstimate.Terms(demand, FpgaFamily.Xilinx7), new((long)Math.Round(adder * adders + multiplexer * multiplexers), (long)adders, 0, 0));
    }
}
