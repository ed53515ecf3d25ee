using HwGen.Core.Design;
using MathNet.Numerics.IntegralTransforms;

namespace HwGen.Frontend.Data.Speech;

/// <summary>Samples to features: windows of 25 ms every 10 ms, log-mel filterbank or cepstra, log energy, differences.</summary>
/// <remarks>A window is pre-emphasised (0.97, its first sample against itself), weighted by Hamming's window and transformed
/// with 512 points; its power spectrum goes into the filterbank. Logarithms are natural, of values in units of the 16-bit
/// sample and not below 1. Log energy is that of the window as it was recorded. Cepstra are the orthonormal DCT-II of the
/// log-mel energies, not liftered. Source: Young et al., "The HTK Book" 3.4, chapter 5. Safe for several threads at once.</remarks>
public sealed class FeatureExtractor
{
    public const int WindowSamples = 400, HopSamples = 160, FftSize = 512;

    private const double PreEmphasis = 0.97, Floor = 1;

    private static readonly double[] Window =
        [.. Enumerable.Range(0, WindowSamples).Select(i => 0.54 - 0.46 * Math.Cos(2 * Math.PI * i / (WindowSamples - 1)))];

    private readonly FeatureSettings _settings;
    private readonly MelFilterbank _bank;
    private readonly CosineTransform? _cepstrum;
    private readonly int _statics;

    /// <exception cref="ArgumentOutOfRangeException">Too many bands for the transform, or more coefficients than bands.</exception>
    public FeatureExtractor(FeatureSettings settings)
    {
        _settings = settings;
        _bank = new(settings.Bands, FftSize);
        _statics = settings.Size / (settings.Deltas ? 3 : 1);
        _cepstrum = settings.Kind == FeatureKind.Mfcc ? new(settings.Coefficients, settings.Bands) : null;
    }

    /// <summary>Whole windows in a recording; 0 when it is shorter than one.</summary>
    public static int Frames(int samples) => samples < WindowSamples ? 0 : 1 + (samples - WindowSamples) / HopSamples;

    /// <param name="samples">A recording.</param>
    /// <returns>Shape (frames, <see cref="FeatureSettings.Size"/>), row-major: static features, first, second differences.</returns>
    public float[] Extract(ReadOnlySpan<short> samples)
    {
        int frames = Frames(samples.Length);
        var statics = new double[frames * _statics];
        var spectrum = new double[FftSize + 2];
        var power = new double[FftSize / 2 + 1];
        var mel = new double[_settings.Bands];
        for (int t = 0; t < frames; t++)
            Static(samples.Slice(t * HopSamples, WindowSamples), spectrum, power, mel, statics.AsSpan(t * _statics, _statics));

        var features = new float[frames * _settings.Size];
        Place(statics, features, 0);
        if (!_settings.Deltas) return features;
        double[] first = Differences(statics, _statics);
        Place(first, features, 1);
        Place(Differences(first, _statics), features, 2);
        return features;
    }

    /// <summary>Slopes over time by regression over five frames, d[t] = Σ n·(x[t+n] − x[t−n]) / 10 for n = 1, 2; edges are repeated.</summary>
    /// <param name="values">Shape (frames, width), row-major.</param>
    /// <param name="width">Values of a frame.</param>
    internal static double[] Differences(double[] values, int width)
    {
        int frames = values.Length / width;
        var slopes = new double[values.Length];
        for (int t = 0; t < frames; t++)
        {
            for (int n = 1; n <= 2; n++)
            {
                int later = Math.Min(t + n, frames - 1) * width, earlier = Math.Max(t - n, 0) * width;
                for (int i = 0; i < width; i++) slopes[t * width + i] += n * (values[later + i] - values[earlier + i]) / 10;
            }
        }
        return slopes;
    }

    /// <summary>Power spectrum of one window, shape (257), after pre-emphasis and Hamming's window.</summary>
    internal static void Power(ReadOnlySpan<short> window, double[] spectrum, Span<double> power)
    {
        for (int i = 0; i < WindowSamples; i++) spectrum[i] = Window[i] * (window[i] - PreEmphasis * window[Math.Max(i - 1, 0)]);
        Array.Clear(spectrum, WindowSamples, spectrum.Length - WindowSamples);
        Fourier.ForwardReal(spectrum, FftSize, FourierOptions.NoScaling);
        for (int k = 0; k < power.Length; k++) power[k] = spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
    }

    private void Static(ReadOnlySpan<short> window, double[] spectrum, double[] power, double[] mel, Span<double> target)
    {
        Power(window, spectrum, power);
        _bank.Apply(power, mel);
        for (int b = 0; b < mel.Length; b++) mel[b] = Math.Log(Math.Max(mel[b], Floor));
        if (_cepstrum is null) mel.CopyTo(target);
        else _cepstrum.Apply(mel, target);
        if (!_settings.Energy) return;
        double energy = 0;
        foreach (short sample in window) energy += (double)sample * sample;
        target[^1] = Math.Log(Math.Max(energy, Floor));
    }

    private void Place(double[] values, float[] features, int block)
    {
        for (int t = 0; t < values.Length / _statics; t++)
            for (int i = 0; i < _statics; i++) features[t * _settings.Size + block * _statics + i] = (float)values[t * _statics + i];
    }
}
