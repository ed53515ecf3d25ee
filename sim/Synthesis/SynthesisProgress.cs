namespace HwGen.Sim.Synthesis;

/// <param name="Stage">What is being synthesised or placed.</param>
/// <param name="Fraction">How much of it is done, 0..1: passes run, of those that there are as a rule.</param>
/// <param name="Detail">The pass.</param>
public sealed record SynthesisProgress(string Stage, double Fraction, string Detail);
