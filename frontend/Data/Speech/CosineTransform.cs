namespace HwGen.Frontend.Data.Speech;

/// <summary>The first rows of the orthonormal DCT-II: c[k] = √(2/N)·Σ x[n]·cos(πk(n + ½)/N), and √(1/N) for k = 0.</summary>
internal sealed class CosineTransform
{
    private readonly double[][] _rows;

    /// <param name="coefficients">Rows, 1..size.</param>
    /// <param name="size">N.</param>
    /// <exception cref="ArgumentOutOfRangeException">No rows, or more than columns.</exception>
    public CosineTransform(int coefficients, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(coefficients, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(coefficients, size);
        _rows = [.. Enumerable.Range(0, coefficients).Select(k =>
            Enumerable.Range(0, size).Select(n => Math.Sqrt((k == 0 ? 1.0 : 2.0) / size) * Math.Cos(Math.PI * k * (n + 0.5) / size)).ToArray())];
    }

    /// <param name="values">Shape (size).</param>
    /// <param name="target">Takes shape (coefficients) at its start.</param>
    public void Apply(ReadOnlySpan<double> values, Span<double> target)
    {
        for (int k = 0; k < _rows.Length; k++)
        {
            double sum = 0;
            for (int n = 0; n < values.Length; n++) sum += _rows[k][n] * values[n];
            target[k] = sum;
        }
    }
}
