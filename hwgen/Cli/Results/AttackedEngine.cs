namespace HwGen.Cli.Results;

/// <param name="Bits">Of a word.</param>
/// <param name="CyclesPerFrame">By its schedule.</param>
/// <param name="Multiplies">Real products of matrices in a step, by its plan.</param>
/// <param name="EnergyPerFrameNanojoule">An estimate.</param>
public sealed record AttackedEngine(int Bits, long CyclesPerFrame, long Multiplies, double EnergyPerFrameNanojoule);
