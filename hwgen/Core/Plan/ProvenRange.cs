using HwGen.Core.Numerics;

namespace HwGen.Core.Plan;

/// <summary>What one kind of net can hold, whatever comes in: proven from the quantized weights, the tables and the butterflies themselves.</summary>
/// <param name="Tap">Observation point that shows it; null where none does.</param>
/// <param name="Name">What it is, with its layer.</param>
/// <param name="Range">Raw words.</param>
/// <param name="Word">Word that carries it.</param>
/// <param name="Before">What its saturation can meet; equal to <paramref name="Range"/> where nothing saturates.</param>
public sealed record ProvenRange(string? Tap, string Name, Interval Range, FixedFormat Word, Interval Before)
{
    /// <summary>Whether it is meant to clip: some input could need more than the word holds.</summary>
    public bool Saturates => Before != Range;
}
