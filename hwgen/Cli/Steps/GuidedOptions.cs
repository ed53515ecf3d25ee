namespace HwGen.Cli.Steps;

/// <summary>What the command line says about a guided exploration.</summary>
/// <param name="Loss">Accuracy that may be lost against the dense network, 0..1.</param>
/// <param name="Trainings">Networks that may be trained.</param>
/// <param name="Objective">Of the second phase.</param>
public sealed record GuidedOptions(double Loss, int Trainings, Objective Objective);
