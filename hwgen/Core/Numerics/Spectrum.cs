using System.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace HwGen.Core.Numerics;

/// <summary>The spectrum of a real block of k words as exactly k real words: DC, Nyquist, Re1, Im1, Re2, Im2, …
/// (k = 1: DC alone). DC and Nyquist are real, so they share what would be one complex slot.</summary>
public static class Spectrum
{
    /// <summary>X[f] = Σ x[t]·exp(−2πi·f·t/k), unscaled.</summary>
    /// <param name="x">Shape (k), k a power of two.</param>
    /// <returns>Shape (k), packed.</returns>
    public static double[] Forward(ReadOnlySpan<double> x)
    {
        int k = x.Length;
        var bins = new Complex[k];
        for (int t = 0; t < k; t++) bins[t] = x[t];
        Fourier.Forward(bins, FourierOptions.AsymmetricScaling);
        var packed = new double[k];
        packed[0] = bins[0].Real;
        if (k > 1) packed[1] = bins[k / 2].Real;
        for (int f = 1; f < k / 2; f++) (packed[2 * f], packed[2 * f + 1]) = (bins[f].Real, bins[f].Imaginary);
        return packed;
    }

    /// <inheritdoc cref="Forward(ReadOnlySpan{double})"/>
    public static double[] Forward(ReadOnlySpan<float> x)
    {
        Span<double> wide = stackalloc double[x.Length];
        for (int t = 0; t < x.Length; t++) wide[t] = x[t];
        return Forward(wide);
    }

    /// <summary>x whose <see cref="Forward(ReadOnlySpan{double})"/> is this.</summary>
    /// <param name="spectrum">Shape (k), packed.</param>
    public static double[] Inverse(ReadOnlySpan<double> spectrum)
    {
        int k = spectrum.Length;
        var bins = new Complex[k];
        bins[0] = spectrum[0];
        if (k > 1) bins[k / 2] = spectrum[1];
        for (int f = 1; f < k / 2; f++) bins[k - f] = Complex.Conjugate(bins[f] = new(spectrum[2 * f], spectrum[2 * f + 1]));
        Fourier.Inverse(bins, FourierOptions.AsymmetricScaling);
        return [.. bins.Select(b => b.Real)];
    }

    /// <summary>Real multiplies of one product of two spectra: 2k − 2 (k = 1: one), or with three to a complex product (3k − 2) / 2.</summary>
    public static int ProductMultiplies(int blockSize, bool threeMultiply = false) =>
        blockSize == 1 ? 1 : 2 + (threeMultiply ? 3 : 4) * (blockSize / 2 - 1);
}
