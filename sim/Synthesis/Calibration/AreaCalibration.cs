using HwGen.Core;
using HwGen.Core.Cost;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using MathNet.Numerics.LinearAlgebra;

namespace HwGen.Sim.Synthesis.Calibration;

/// <summary>Fits a family's constants to whole designs that Yosys has synthesised.</summary>
/// <param name="part">The target.</param>
/// <param name="cache">Where results of Yosys are kept.</param>
public sealed class AreaCalibration(Part part, SynthesisCache cache)
{
    /// <summary>Seed of the first design that is fitted, and of the first that is only checked.</summary>
    public const int FitSeed = 1_000, CheckSeed = 500_000;

    /// <summary>Draws the constants towards their values before, as far as the samples say little about them: twice a constant counts as this relative error of one design.</summary>
    private const double Pull = 0.05;

    /// <summary>Synthesises small designs, or takes them from the cache.</summary>
    /// <param name="seed">Of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="workers">Yosys runs at once.</param>
    /// <param name="progress">Told each design.</param>
    /// <param name="cancel">Ends Yosys.</param>
    /// <exception cref="ToolException">Yosys is missing, fails, or makes cells that are not known.</exception>
    public async Task<IReadOnlyList<AreaSample>> SampleAsync(int seed, int count, int workers, IProgress<AreaSample>? progress, CancellationToken cancel)
    {
        (int Seed, AcceleratorPlan Plan)[] designs = [.. CalibrationDesigns.Draw(seed, count)];
        var samples = new AreaSample[count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel };
        await Parallel.ForAsync(0, count, options, async (i, c) =>
        {
            var (drawn, plan) = designs[i];
            var (sum, unknown) = StatReport.Price(part.Family, await cache.CellsAsync(plan, part, c).ConfigureAwait(false));
            if (unknown.Count > 0) throw new ToolException("yosys", Yosys.Command(part), string.Join(", ", unknown), "These cells have no known cost: is this another version than 0.23?");
            samples[i] = new(drawn, plan, ResourceEstimate.Terms(PlanDemand.Of(plan), part.Family, part.Dsps > 0), sum);
            progress?.Report(samples[i]);
        }).ConfigureAwait(false);
        return samples;
    }

    /// <summary>Least squares of relative errors; no constant is negative.</summary>
    /// <param name="samples">The designs.</param>
    /// <param name="prior">The constants before, which the fit keeps where the samples say nothing.</param>
    public static AreaCoefficients Fit(IReadOnlyList<AreaSample> samples, AreaCoefficients prior) => new(
        Fit(samples, s => s.Terms.Lut, s => s.Measured.Lut, s => s.Terms.Fixed.Lut, prior.Lut),
        Fit(samples, s => s.Terms.Ff, s => s.Measured.Ff, s => s.Terms.Fixed.Ff, prior.Ff));

    private static SortedDictionary<LogicKind, double> Fit(IReadOnlyList<AreaSample> samples, Func<AreaSample, IReadOnlyDictionary<LogicKind, double>> terms,
        Func<AreaSample, long> measured, Func<AreaSample, long> known, IReadOnlyDictionary<LogicKind, double> prior)
    {
        var fitted = new SortedDictionary<LogicKind, double>();
        List<LogicKind> free = [.. samples.SelectMany(s => terms(s).Keys).Distinct().Order()];
        while (free.Count > 0)
        {
            var matrix = Matrix<double>.Build.Dense(samples.Count + free.Count, free.Count);
            var target = Vector<double>.Build.Dense(samples.Count + free.Count);
            for (int i = 0; i < samples.Count; i++)
            {
                double scale = 1.0 / measured(samples[i]);
                for (int j = 0; j < free.Count; j++) matrix[i, j] = scale * terms(samples[i]).GetValueOrDefault(free[j]);
                target[i] = scale * (measured(samples[i]) - known(samples[i]));
            }
            for (int j = 0; j < free.Count; j++)
            {
                double weight = Pull / Math.Max(0.1, prior.GetValueOrDefault(free[j], 1));
                (matrix[samples.Count + j, j], target[samples.Count + j]) = (weight, weight * prior.GetValueOrDefault(free[j], 1));
            }
            Vector<double> solution = matrix.QR().Solve(target);
            int worst = solution.MinimumIndex();
            if (solution[worst] >= 0)
            {
                for (int j = 0; j < free.Count; j++) fitted[free[j]] = Math.Round(solution[j], 3);
                break;
            }
            fitted[free[worst]] = 0;
            free.RemoveAt(worst);
        }
        foreach (var (kind, value) in prior) fitted.TryAdd(kind, value);
        return fitted;
    }

    /// <summary>Errors of predictions; those of no more than <c>Allowed</c> units count as none.</summary>
    public static RelativeErrors Errors(IEnumerable<(double Predicted, double Measured, double Allowed)> pairs)
    {
        double[] errors = [.. pairs.Select(p => Math.Abs(p.Predicted - p.Measured) <= p.Allowed ? 0 : p.Measured == 0 ? double.PositiveInfinity : Math.Abs(p.Predicted / p.Measured - 1)).Order()];
        return new(errors[errors.Length / 2], errors[^1]);
    }
}
