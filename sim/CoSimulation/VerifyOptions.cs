namespace HwGen.Sim.CoSimulation;

/// <param name="Cache">Folder for kept builds.</param>
/// <param name="StalledSequences">Sequences of the stimulus that run again with pauses on both sides.</param>
/// <param name="SingleSteps">Sequences of the stimulus that run with one step in flight at a time, for the single-stream latency, and again after a reset.</param>
/// <param name="PausePermille">How often a side pauses in the stalled run, in 1/1000 of the cycles.</param>
/// <param name="Seed">Seed of the pauses.</param>
/// <param name="Builds">Folder for builds that are not to be kept in <paramref name="Cache"/>, and are made to compile fast, not to run fast; null keeps them.</param>
/// <param name="WaveformFolder">Where the waveform of a divergence goes; null for none.</param>
public sealed record VerifyOptions(
    string Cache, int StalledSequences = 64, int SingleSteps = 2, int PausePermille = 300, int Seed = 1, string? WaveformFolder = null, string? Builds = null);
