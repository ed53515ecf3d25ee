using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>Both networks with their accuracies on the whole test set, 0..1.</summary>
/// <param name="Dense">Every block size 1: the baseline.</param>
/// <param name="Circulant">The design's block sizes.</param>
public sealed record TrainingOutcome(TrainedNetwork Dense, TrainedNetwork Circulant, double DenseAccuracy, double CirculantAccuracy, TrainingLog Log);
