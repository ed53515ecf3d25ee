using HwGen.Core.Design;
using HwGen.Frontend.Data.Speech;

namespace HwGen.Frontend.Tests.Speech;

public sealed class FeatureExtractorTests
{
    private const int Window = FeatureExtractor.WindowSamples, Fft = FeatureExtractor.FftSize;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(399, 0)]
    [InlineData(400, 1)]
    [InlineData(559, 1)]
    [InlineData(560, 2)]
    [InlineData(16_000, 98)]
    public void Frames_OfSamples_AreWholeWindows(int samples, int frames)
    {
        Assert.Equal(frames, FeatureExtractor.Frames(samples));
        Assert.Equal(frames * 27, new FeatureExtractor(Settings(FeatureKind.LogMel, 8)).Extract(new short[samples]).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Power_RandomWindow_IsTheDirectTransforms(int seed)
    {
        short[] samples = TimitFiles.Sound(seed, Window);
        double[] direct = DirectPower(samples, out double sum);
        // Each of two sums of 512 terms, rounded at every step, is off by at most 512·2u·Σ|x|, and |X| ≤ Σ|x|.
        double off = 2 * Fft * 2 * Math.Pow(2, -53) * sum;
        Assert.All(Power(samples).Zip(direct), p => Assert.InRange(p.First - p.Second, -(2 * sum + off) * off, (2 * sum + off) * off));
    }

    [Fact]
    public void Power_Constant_IsTheWindowsSumSquared()
    {
        // Pre-emphasis leaves 0.03 of it; Hamming's window of N points adds up to 0.54·N − 0.46.
        double expected = Math.Pow(0.03 * 1000 * (0.54 * Window - 0.46), 2);
        Assert.Equal(1, Power([.. Enumerable.Repeat((short)1000, Window)])[0] / expected, 1e-12);
    }

    [Fact]
    public void Extract_RandomSound_IsTheNaiveFilterbanks()
    {
        const int bands = 20;
        var settings = new FeatureSettings(FeatureKind.LogMel, bands, 0, false, false);
        short[] samples = TimitFiles.Sound(3, 1200);
        float[] features = new FeatureExtractor(settings).Extract(samples);
        for (int t = 0; t < FeatureExtractor.Frames(samples.Length); t++)
        {
            double[] mel = NaiveMel(DirectPower(samples.AsSpan(t * 160, Window), out _), bands);
            // One rounding to float; the energies' own errors are far below it.
            for (int b = 0; b < bands; b++) Assert.Equal(Math.Log(mel[b]), features[t * bands + b], 2 * Sample.Unit * Math.Log(mel[b]));
        }
    }

    [Theory]
    [InlineData(300)]
    [InlineData(1000)]
    [InlineData(2500)]
    [InlineData(6000)]
    public void Extract_Sinusoid_IsLoudestInTheNearestBand(double hertz)
    {
        const int bands = 24;
        float[] frame = new FeatureExtractor(new(FeatureKind.LogMel, bands, 0, false, false)).Extract(
            [.. Enumerable.Range(0, Window).Select(i => (short)Math.Round(8000 * Math.Sin(2 * Math.PI * hertz * i / 16_000)))]);
        double width = 2595 * Math.Log10(1 + 8000 / 700.0) / (bands + 1);
        int nearest = (int)Math.Round(2595 * Math.Log10(1 + hertz / 700) / width) - 1;
        Assert.Equal(nearest, Array.IndexOf(frame, frame.Max()));
    }

    [Fact]
    public void Extract_KnownSignal_HasItsEnergy()
    {
        var extractor = new FeatureExtractor(new(FeatureKind.LogMel, 8, 0, true, false));
        short[] alternating = [.. Enumerable.Range(0, Window).Select(i => (short)(i % 2 == 0 ? 70 : -70))];
        Assert.Equal(Math.Log(400 * 70.0 * 70), extractor.Extract(alternating)[8], 1e-5);
        Assert.All(extractor.Extract(new short[Window]), v => Assert.Equal(0, v));      // silence is at the floor, not at −∞
    }

    [Fact]
    public void Differences_Ramp_IsItsSlopeAwayFromTheEdges()
    {
        double[] ramp = [.. Enumerable.Range(0, 8).SelectMany(t => (double[])[3.0 * t, 7])];
        double[] slopes = FeatureExtractor.Differences(ramp, 2);
        // With repeated edges: (1·1 + 2·2)/10 and (1·2 + 2·3)/10 of the slope.
        double[] expected = [1.5, 2.4, 3, 3, 3, 3, 2.4, 1.5];
        for (int t = 0; t < 8; t++)
        {
            Assert.Equal(expected[t], slopes[2 * t], 1e-14);
            Assert.Equal(0, slopes[2 * t + 1]);
        }
    }

    [Fact]
    public void CosineTransform_ConstantSpectrum_HasTheFirstCoefficientAlone()
    {
        var cepstrum = new double[13];
        new CosineTransform(13, 26).Apply([.. Enumerable.Repeat(5.0, 26)], cepstrum);
        Assert.Equal(5 * Math.Sqrt(26), cepstrum[0], 1e-12);
        Assert.All(cepstrum[1..], c => Assert.Equal(0, c, 1e-12));
    }

    [Fact]
    public void CosineTransform_AllRows_AreOrthonormal()
    {
        const int n = 12;
        var transform = new CosineTransform(n, n);
        var columns = new double[n][];
        for (int i = 0; i < n; i++)
        {
            var unit = new double[n];
            unit[i] = 1;
            transform.Apply(unit, columns[i] = new double[n]);
        }
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) Assert.Equal(i == j ? 1 : 0, columns[i].Zip(columns[j], (a, b) => a * b).Sum(), 1e-14);
    }

    [Fact]
    public void Extract_Cepstra_AreTheTransformOfLogMel()
    {
        short[] samples = TimitFiles.Sound(4, 900);
        float[] mel = new FeatureExtractor(new(FeatureKind.LogMel, 26, 0, false, false)).Extract(samples);
        float[] cepstra = new FeatureExtractor(new(FeatureKind.Mfcc, 26, 13, false, false)).Extract(samples);
        var expected = new double[13];
        for (int t = 0; t < 4; t++)
        {
            double[] frame = [.. mel.Skip(t * 26).Take(26).Select(v => (double)v)];
            new CosineTransform(13, 26).Apply(frame, expected);
            // The norm of 26 roundings to float, and one more.
            double off = 2 * Sample.Unit * Math.Sqrt(frame.Sum(v => v * v));
            for (int k = 0; k < 13; k++) Assert.Equal(expected[k], cepstra[t * 13 + k], off);
        }
    }

    [Theory]
    [InlineData(FeatureKind.LogMel, 9)]
    [InlineData(FeatureKind.Mfcc, 6)]
    public void Extract_Deltas_FollowTheStatics(FeatureKind kind, int statics)
    {
        short[] samples = TimitFiles.Sound(5, 2000);
        var settings = Settings(kind, 8);
        float[] plain = new FeatureExtractor(settings with { Deltas = false }).Extract(samples), all = new FeatureExtractor(settings).Extract(samples);
        double[] first = FeatureExtractor.Differences([.. plain.Select(v => (double)v)], statics), second = FeatureExtractor.Differences(first, statics);
        Assert.Equal((3 * statics, plain.Length * 3), (settings.Size, all.Length));
        for (int t = 0; t < plain.Length / statics; t++)
        {
            for (int i = 0; i < statics; i++)
            {
                // Statics below 32 are rounded before the differences here and after them there: twice weights of 0.6 in sum.
                Assert.Equal(plain[t * statics + i], all[t * 3 * statics + i]);
                Assert.Equal(first[t * statics + i], all[t * 3 * statics + statics + i], 2 * 32 * Sample.Unit);
                Assert.Equal(second[t * statics + i], all[t * 3 * statics + 2 * statics + i], 2 * 32 * Sample.Unit);
            }
        }
    }

    [Fact]
    public void Constructor_AnyBandsOfADesign_HoldABinEach()
    {
        for (int bands = 8; bands <= FeatureSettings.MaxBands; bands++)
        {
            var energies = new double[bands];
            new MelFilterbank(bands, Fft).Apply([.. Enumerable.Repeat(1.0, Fft / 2 + 1)], energies);
            Assert.All(energies, e => Assert.True(e > 0));
        }
    }

    [Fact]
    public void Constructor_BandsTooNarrowForTheTransform_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FeatureExtractor(Settings(FeatureKind.LogMel, 200)));

    private static FeatureSettings Settings(FeatureKind kind, int bands) => new(kind, bands, 5, true, true);

    private static double[] Power(short[] samples)
    {
        var power = new double[Fft / 2 + 1];
        FeatureExtractor.Power(samples, new double[Fft + 2], power);
        return power;
    }

    /// <summary>The sum that defines the transform.</summary>
    private static double[] DirectPower(ReadOnlySpan<short> samples, out double sum)
    {
        var x = new double[Window];
        for (int i = 0; i < Window; i++)
            x[i] = (0.54 - 0.46 * Math.Cos(2 * Math.PI * i / (Window - 1))) * (samples[i] - 0.97 * samples[i == 0 ? 0 : i - 1]);
        sum = x.Sum(Math.Abs);
        var power = new double[Fft / 2 + 1];
        for (int k = 0; k < power.Length; k++)
        {
            double re = 0, im = 0;
            for (int i = 0; i < Window; i++)
            {
                double angle = 2 * Math.PI * (k * i % Fft) / Fft;
                re += x[i] * Math.Cos(angle);
                im -= x[i] * Math.Sin(angle);
            }
            power[k] = re * re + im * im;
        }
        return power;
    }

    /// <summary>Each bin's share in each band, from the band's edges.</summary>
    private static double[] NaiveMel(double[] power, int bands)
    {
        double step = 1127 * Math.Log(1 + 8000 / 700.0) / (bands + 1);
        var mel = new double[bands];
        for (int b = 0; b < bands; b++)
        {
            for (int k = 0; k < power.Length; k++)
            {
                double at = 1127 * Math.Log(1 + 31.25 * k / 700), low = b * step, centre = (b + 1) * step, high = (b + 2) * step;
                if (at > low && at <= centre) mel[b] += power[k] * (at - low) / (centre - low);
                else if (at > centre && at < high) mel[b] += power[k] * (high - at) / (high - centre);
            }
        }
        return mel;
    }
}
