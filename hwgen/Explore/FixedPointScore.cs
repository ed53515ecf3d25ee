using HwGen.Sim.Reference;

namespace HwGen.Explore;

/// <summary>How a planned accelerator does on labelled sequences, by its integer reference.</summary>
/// <param name="Accuracy">Share classified right after the last step, 0..1.</param>
/// <param name="Saturations">What its saturations met.</param>
public sealed record FixedPointScore(double Accuracy, SaturationCounts Saturations);
