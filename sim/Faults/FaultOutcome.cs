using HwGen.Sim.CoSimulation;

namespace HwGen.Sim.Faults;

/// <summary>What became of an injected fault.</summary>
/// <param name="Fault">The mutation.</param>
/// <param name="Seed">Seed that drew it.</param>
/// <param name="CaughtBy">The first word that gave it away, or null if none did.</param>
public sealed record FaultOutcome(Fault Fault, int Seed, Divergence? CaughtBy);
