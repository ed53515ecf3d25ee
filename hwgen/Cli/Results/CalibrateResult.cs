using System.Globalization;
using HwGen.Core.Cost;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using HwGen.Sim.Synthesis;
using HwGen.Sim.Synthesis.Calibration;

namespace HwGen.Cli.Results;

/// <param name="Part">The target.</param>
/// <param name="Command">Yosys's.</param>
/// <param name="HeldOut">Whether no fit has seen the designs.</param>
/// <param name="Designs">Each with what was predicted and measured.</param>
public sealed record CalibrateResult(string Part, string Command, bool HeldOut, IReadOnlyList<CalibratedDesign> Designs) : VerbResult
{
    /// <summary>Errors that are allowed: of multiplier blocks and block memory, median and worst, of look-up tables and flip-flops the worst.</summary>
    private const double MedianBlocks = 0.05, WorstBlocks = 0.10, WorstLogic = 0.15;

    public required RelativeErrors Lut { get; init; }

    public required RelativeErrors Ff { get; init; }

    /// <summary>One block is no error.</summary>
    public required RelativeErrors Dsp { get; init; }

    /// <summary>One block, the family's smallest, is no error.</summary>
    public required RelativeErrors Bram { get; init; }

    /// <summary>The constants that were used.</summary>
    public required AreaCoefficients Coefficients { get; init; }

    public override bool Passed => !HeldOut || (Lut.Worst <= WorstLogic && Ff.Worst <= WorstLogic && Within(Dsp) && Within(Bram));

    /// <summary>Predictions beside measurements.</summary>
    public static CalibrateResult Of(Part part, IReadOnlyList<AreaSample> samples, AreaCoefficients coefficients, bool heldOut)
    {
        CalibratedDesign[] designs = [.. samples.Select(s => new CalibratedDesign(s.Seed, Describe(s), ResourceEstimate.Of(s.Terms, coefficients), s.Measured))];
        double unit = part.Family == FpgaFamily.Ice40 ? 1 / 9.0 : 0.5;
        return new(part.Name, Yosys.Command(part), heldOut, designs)
        {
            Lut = Errors(r => r.Lut, 0),
            Ff = Errors(r => r.Ff, 0),
            Dsp = Errors(r => r.Dsp, 1),
            Bram = Errors(r => r.Bram36, unit + 1e-9),
            Coefficients = coefficients,
        };

        RelativeErrors Errors(Func<ResourceCount, double> of, double allowed) => AreaCalibration.Errors(designs.Select(d => (of(d.Predicted), of(d.Measured), allowed)));
    }

    internal override IEnumerable<string> Lines()
    {
        yield return $"{Part}, {Command}: {Designs.Count} designs, {(HeldOut ? "held out: no fit has seen them" : "fitted")}; predicted and measured";
        yield return $"{"seed",7}  {"design",-72}{"LUT",7}{"meas.",7}{"error",8}{"FF",7}{"meas.",7}{"error",8}{"DSP",5}{"meas.",6}{"BRAM36",8}{"meas.",7}";
        foreach (CalibratedDesign d in Designs)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{d.Seed,7}  {d.Design,-72}{d.Predicted.Lut,7}{d.Measured.Lut,7}{Error(d.Predicted.Lut, d.Measured.Lut),8}{d.Predicted.Ff,7}{d.Measured.Ff,7}{Error(d.Predicted.Ff, d.Measured.Ff),8}{d.Predicted.Dsp,5}{d.Measured.Dsp,6}{d.Predicted.Bram36,8:0.##}{d.Measured.Bram36,7:0.##}");
        foreach (var (name, errors, allowed) in new[] { ("LUT", Lut, "worst 15 %"), ("FF", Ff, "worst 15 %"), ("DSP", Dsp, "median 5 %, worst 10 % or one"), ("BRAM36", Bram, "median 5 %, worst 10 % or one block") })
            yield return string.Create(CultureInfo.InvariantCulture, $"{name,-7} median {Percent(errors.Median)}, worst {Percent(errors.Worst)} (asked: {allowed})");
        yield return "LUT a bit: " + string.Join(", ", Coefficients.Lut.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value:0.###}")));
        yield return "FF a bit: " + string.Join(", ", Coefficients.Ff.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value:0.###}")));
    }

    private static bool Within(RelativeErrors errors) => errors.Median <= MedianBlocks && errors.Worst <= WorstBlocks;

    private static string Describe(AreaSample s) => string.Create(CultureInfo.InvariantCulture,
        $"{string.Join(' ', s.Plan.Layers.Select(l => l.GetType().Name.Replace("Layer", "", StringComparison.Ordinal)))}, K={s.Plan.BlockSize}{(s.Plan.IsMixed ? " mixed" : "")} b={s.Plan.WordBits}/{s.Plan.WeightBits} R={s.Plan.Shape.Elements} Q={s.Plan.Shape.Columns} I={s.Plan.Shape.IfftUnits} V={s.Plan.Shape.Lanes} S={s.Plan.Shape.Streams}{Kind(s.Plan)}");

    private static string Kind(AcceleratorPlan plan) =>
        (plan.Shape.Sparse ? " sparse" : plan.Shape.ThreeMultiply && plan.BlockSize > 2 ? " three" : "") + (plan.ReloadableWeights ? " reloadable" : "");

    private static string Error(double predicted, double measured) => (predicted / measured - 1).ToString("+0.0 %;-0.0 %;0.0 %", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);
}

/// <param name="Seed">That drew it.</param>
/// <param name="Design">In words.</param>
/// <param name="Predicted">By the model.</param>
/// <param name="Measured">By Yosys.</param>
public sealed record CalibratedDesign(int Seed, string Design, ResourceCount Predicted, ResourceCount Measured);
