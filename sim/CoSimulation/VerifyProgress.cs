namespace HwGen.Sim.CoSimulation;

/// <summary>Where a co-simulation is.</summary>
/// <param name="Stage">lint, build, a run's name, or waveform.</param>
/// <param name="Done">Steps done.</param>
/// <param name="Total">Steps in all.</param>
public sealed record VerifyProgress(string Stage, int Done, int Total);
