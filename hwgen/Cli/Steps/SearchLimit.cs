namespace HwGen.Cli.Steps;

/// <summary>What a search of words has to keep: one of the two.</summary>
/// <param name="Loss">Share of accuracy that may be lost against the float network.</param>
/// <param name="Decibels">Signal to noise of the outputs against the float network's, at least.</param>
public sealed record SearchLimit(double? Loss, double? Decibels);
