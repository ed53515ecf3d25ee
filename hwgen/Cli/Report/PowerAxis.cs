namespace HwGen.Cli.Report;

/// <summary>An axis of powers of two, 100 units long, that all tensors of a report share.</summary>
/// <param name="From">Exponent at its left end.</param>
/// <param name="To">Exponent at its right end.</param>
internal sealed record PowerAxis(int From, int To)
{
    /// <summary>From the finest place of any format to the largest limit or value.</summary>
    public static PowerAxis Of(IReadOnlyList<TensorFacts> tensors) => tensors.Count == 0 ? new(0, 1)
        : new(tensors.Min(t => -t.FracBits), tensors.Max(t => Math.Max(t.Width - 1 - t.FracBits, t.Magnitude > 0 ? (int)Math.Ceiling(Math.Log2(t.Magnitude)) : int.MinValue)));

    /// <summary>Where 1 is.</summary>
    public string One => Results.Show.Number(Place(0));

    /// <param name="exponent">Of a power of two.</param>
    /// <returns>0..100.</returns>
    public double Place(double exponent) => 100 * Math.Clamp((exponent - From) / (To - From), 0, 1);
}
