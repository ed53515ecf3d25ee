namespace HwGen.Frontend.Scoring;

/// <summary>One figure over several seeds.</summary>
/// <param name="Count">Seeds, at least 1.</param>
/// <param name="Mean">Their arithmetic mean.</param>
/// <param name="Deviation">Sample standard deviation (over n − 1); null for one seed, which says nothing about spread.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
public sealed record SeedStatistics(int Count, double Mean, double? Deviation, double Min, double Max)
{
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static SeedStatistics Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0) throw new ArgumentException("0 values have no mean; give at least 1.", nameof(values));
        double mean = values.Average();
        double? deviation = values.Count == 1 ? null : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
        return new(values.Count, mean, deviation, values.Min(), values.Max());
    }
}
