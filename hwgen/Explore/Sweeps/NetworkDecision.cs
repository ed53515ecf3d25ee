namespace HwGen.Explore.Sweeps;

/// <summary>What became of a network in a search.</summary>
/// <param name="Network">The network.</param>
/// <param name="Accuracy">Of the trained network, 0..1; null when it was not trained.</param>
/// <param name="Why">The reason for its being trained or skipped.</param>
public sealed record NetworkDecision(NetworkChoice Network, double? Accuracy, string Why);
