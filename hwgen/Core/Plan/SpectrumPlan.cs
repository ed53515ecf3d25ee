namespace HwGen.Core.Plan;

/// <summary>The spectra of a vector for matrices of one block size: every block of K words is K/k spectra of k words.</summary>
/// <param name="Vector">Index of the vector.</param>
/// <param name="BlockSize">k.</param>
public sealed record SpectrumPlan(int Vector, int BlockSize);
