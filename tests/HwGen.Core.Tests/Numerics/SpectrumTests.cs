using System.Text.Json;
using HwGen.Core.Numerics;

namespace HwGen.Core.Tests.Numerics;

public sealed class SpectrumTests
{
    [Fact]
    public void Forward_Fixture_MatchesPackedOrder()
    {
        foreach (JsonElement c in Fixture.Cases("circulant.json"))
        {
            int k = c.Int("k");
            foreach (string name in new[] { "w", "x" })
            {
                double[] spectra = [.. c.Numbers(name).Chunk(k).SelectMany(block => Spectrum.Forward(block.AsSpan()))];
                Fixture.AssertClose(c.Numbers(name + "_spectrum"), spectra, 1e-10);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void Forward_ProductOfSpectra_IsTheCirculantProduct(int k)
    {
        var random = new Random(k);
        double[] w = [.. Enumerable.Range(0, k).Select(_ => random.NextDouble() - 0.5)], x = [.. Enumerable.Range(0, k).Select(_ => random.NextDouble() - 0.5)];
        double[] a = Spectrum.Forward(w.AsSpan()), b = Spectrum.Forward(x.AsSpan()), product = new double[k];
        product[0] = a[0] * b[0];
        if (k > 1) product[1] = a[1] * b[1];
        for (int i = 2; i < k; i += 2)
            (product[i], product[i + 1]) = (a[i] * b[i] - a[i + 1] * b[i + 1], a[i] * b[i + 1] + a[i + 1] * b[i]);
        double[] y = [.. Enumerable.Range(0, k).Select(r => Enumerable.Range(0, k).Sum(c => w[(r - c + k) % k] * x[c]))];
        Fixture.AssertClose(y, NaiveTransform.Inverse(product), 1e-12);
        Fixture.AssertClose(NaiveTransform.Forward(x), b, 1e-12);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 2, 2)]
    [InlineData(8, 14, 11)]
    [InlineData(64, 126, 95)]
    public void ProductMultiplies_BlockSize_IsTwoRealsAndTheRestComplex(int k, int four, int three) =>
        Assert.Equal((four, three), (Spectrum.ProductMultiplies(k), Spectrum.ProductMultiplies(k, threeMultiply: true)));
}
