using HwGen.Frontend.Data;

namespace HwGen.Frontend.Robustness;

/// <summary>What an attack left of a network's accuracy.</summary>
/// <param name="Plan">The attack.</param>
/// <param name="Images">Inputs that it counts over.</param>
/// <param name="CleanAccuracy">Share that is named rightly as it is, 0..1.</param>
/// <param name="Accuracy">Share that is named rightly as it is and at every point where the attack ended, or that it met without noise.</param>
/// <param name="Noise">Whether the weights were noisy.</param>
/// <param name="Examples">The points where the attack ended; inputs that were wrong from the start are as they were.</param>
public sealed record AttackResult(AttackPlan Plan, int Images, double CleanAccuracy, double Accuracy, bool Noise, SequenceDataset Examples);
