namespace HwGen.Frontend.Data.Speech;

/// <summary>Triangular bands, equally wide on the mel scale, from 0 Hz to half the sample rate.</summary>
/// <remarks>mel(f) = 1127·ln(1 + f/700). Band b rises from the centre of band b−1 and falls to that of band b+1, both
/// linearly in mel. Source: Young et al., "The HTK Book" 3.4, section 5.4.</remarks>
public sealed class MelFilterbank
{
    private readonly (int FirstBin, double[] Weights)[] _bands;

    /// <param name="bands">At least 1.</param>
    /// <param name="fftSize">Points of the transform.</param>
    /// <exception cref="ArgumentOutOfRangeException">A band is so narrow that no bin falls into it.</exception>
    public MelFilterbank(int bands, int fftSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bands, 1);
        double width = Mel(AudioFile.SampleRate / 2.0) / (bands + 1);
        _bands = new (int, double[])[bands];
        for (int b = 0; b < bands; b++)
        {
            double centre = (b + 1) * width;
            var weights = Enumerable.Range(0, fftSize / 2 + 1)
                .Select(bin => (Bin: bin, Weight: 1 - Math.Abs(Mel((double)bin * AudioFile.SampleRate / fftSize) - centre) / width))
                .Where(w => w.Weight > 0).ToArray();
            if (weights.Length == 0) throw new ArgumentOutOfRangeException(nameof(bands), bands, $"Band {b} holds none of the transform's {fftSize} bins; use fewer bands.");
            _bands[b] = (weights[0].Bin, [.. weights.Select(w => w.Weight)]);
        }
    }

    public int Bands => _bands.Length;

    public static double Mel(double hertz) => 1127 * Math.Log(1 + hertz / 700);

    /// <summary>Weighted sums of a power spectrum.</summary>
    /// <param name="power">Shape (fftSize/2 + 1).</param>
    /// <param name="energies">Takes shape (bands).</param>
    public void Apply(ReadOnlySpan<double> power, Span<double> energies)
    {
        for (int b = 0; b < _bands.Length; b++)
        {
            var (first, weights) = _bands[b];
            double sum = 0;
            for (int i = 0; i < weights.Length; i++) sum += weights[i] * power[first + i];
            energies[b] = sum;
        }
    }
}
