namespace HwGen.Core.Design;

/// <summary>What is taken of a frame of speech.</summary>
/// <param name="Kind">Log-mel filterbank or cepstral coefficients.</param>
/// <param name="Bands">Mel bands, at most <see cref="MaxBands"/>.</param>
/// <param name="Coefficients">Cepstral coefficients, c0 among them; counts for nothing with a log-mel filterbank.</param>
/// <param name="Energy">Whether the frame's log energy is added.</param>
/// <param name="Deltas">Whether first and second differences over time are added.</param>
public sealed record FeatureSettings(FeatureKind Kind, int Bands, int Coefficients, bool Energy, bool Deltas)
{
    /// <summary>With some more, the lowest bands would lie between two bins of a 512-point transform at 16 kHz.</summary>
    public const int MaxBands = 100;

    /// <summary>51 features with both differences: the 153 inputs of ESE, C-LSTM and E-RNN.</summary>
    public static FeatureSettings Default { get; } = new(FeatureKind.LogMel, 50, 13, true, true);

    /// <summary>Features of a frame.</summary>
    public int Size => ((Kind == FeatureKind.LogMel ? Bands : Coefficients) + (Energy ? 1 : 0)) * (Deltas ? 3 : 1);
}

public enum FeatureKind
{
    LogMel,
    Mfcc,
}
