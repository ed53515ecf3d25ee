namespace HwGen.Core.Design;

/// <summary>Projection of a network's channels to fewer ones, the projections trained together.</summary>
/// <param name="Phase">Epochs and learning rate of the projections.</param>
/// <param name="Keep">Share of each hidden layer's channels that is left.</param>
/// <param name="Multiple">What is left is a multiple of this, where the layer has as many.</param>
/// <param name="Reconstruction">γ: weight of the reconstruction losses beside the classification loss.</param>
/// <remarks>Source: Minnehan and Savakis, Cascaded Projection, CVPR 2019, arXiv:1903.04988.</remarks>
public sealed record CapSettings(PhaseSettings Phase, double Keep, int Multiple, double Reconstruction)
{
    /// <summary>Of the projections' gradient descent.</summary>
    public const double Momentum = 0.9;

    /// <summary>Channels that are left of <paramref name="channels"/>.</summary>
    public int Rank(int channels) =>
        Math.Min(channels, (Math.Max((int)Math.Round(Keep * channels), 1) + Multiple - 1) / Multiple * Multiple);
}
