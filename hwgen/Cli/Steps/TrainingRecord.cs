using HwGen.Cli.Report;
using HwGen.Cli.Results;

namespace HwGen.Cli.Steps;

/// <summary>What the later stages and the report need to know of a training.</summary>
/// <param name="Result">The verb's answer.</param>
/// <param name="Curve">Loss and test accuracy over the epochs.</param>
/// <param name="Residuals">ADMM's, over its iterations.</param>
public sealed record TrainingRecord(TrainResult Result, IReadOnlyList<TrainingPoint> Curve, IReadOnlyList<AdmmPoint> Residuals);
