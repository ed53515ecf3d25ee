namespace HwGen.Core.Design;

/// <summary>Sparse training whose connections are rewired after each epoch.</summary>
/// <param name="Density">Share of the prunable weights, or channels, that are kept.</param>
/// <param name="Unit">What is pruned and grown.</param>
/// <param name="PruneRate">Share of a layer's units that the first rewiring moves.</param>
/// <param name="FinalPruneRate">The same at the end; between lies half a cosine.</param>
/// <remarks>Source: Kundu et al., ASP-DAC 2021, arXiv:2011.03083; the sparse engine: Dettmers and Zettlemoyer, arXiv:1907.04840.</remarks>
public sealed record DnrSettings(double Density, PruningUnit Unit, double PruneRate, double FinalPruneRate)
{
    /// <summary>ρ of the pull towards the weights that the last rewiring kept; 0 is none.</summary>
    public double Rho { get; init; }

    /// <summary>ρ is multiplied by this after each epoch.</summary>
    public double RhoGrowth { get; init; } = 1.3;

    /// <summary>In channel mode the channels that a layer keeps are a multiple of this.</summary>
    public int Multiple { get; init; } = 1;

    /// <summary>Of single weights: every row of a matrix, of all its gates, keeps as many, as a sparse engine without padding wants.</summary>
    public bool IsBalanced { get; init; }
}

public enum PruningUnit
{
    /// <summary>Single weights.</summary>
    Weight,

    /// <summary>Channels, with all weights that read them and the filter that makes them.</summary>
    Channel,
}
