using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using HwGen.Core.Plan;

namespace HwGen.Explore.Batch;

/// <summary>A block-circulant matrix times the spectra of all <see cref="Lanes"/>, accumulated in the frequency domain.</summary>
/// <remarks>Rows go in groups whose accumulators stay in registers while the columns pass. All sums are exact, so their order
/// doesn't matter, nor whether a product and a sum are fused.</remarks>
internal sealed class LaneMatrix
{
    /// <summary>Rows of a group: real products have one accumulator of two vectors a row, complex ones two.</summary>
    private const int RealRows = 4, ComplexRows = 2;

    private readonly int _columns;
    private readonly int _blockSize;
    private readonly int _groupRows;
    private readonly double[] _weights;      // shape (groups, k / 2, columns, rows of a group, 2), for k = 1 (groups, columns, rows of a group)

    public LaneMatrix(QuantizedMatrix matrix)
    {
        (_columns, _blockSize) = (matrix.ColumnBlocks, matrix.BlockSize);
        _groupRows = _blockSize == 1 ? RealRows : ComplexRows;
        Rows = (matrix.RowBlocks + _groupRows - 1) / _groupRows * _groupRows;
        _weights = new double[Rows * _columns * _blockSize];
        int at = 0, pairWords = Math.Min(2, _blockSize);
        for (int first = 0; first < Rows; first += _groupRows)
            for (int pair = 0; pair < _blockSize / pairWords; pair++)
                for (int j = 0; j < _columns; j++)
                    for (int r = 0; r < _groupRows; r++)
                        for (int w = 0; w < pairWords; w++)
                            _weights[at++] = first + r < matrix.RowBlocks ? matrix.Block(first + r, j)[pair * 2 + w] : 0;
    }

    /// <summary>Row blocks, padded to whole groups.</summary>
    public int Rows { get; }

    /// <param name="spectra">Shape (columns, k, lanes).</param>
    /// <param name="sums">Shape (<see cref="Rows"/>, k, lanes); added to.</param>
    public void Accumulate(ReadOnlySpan<double> spectra, Span<double> sums)
    {
        var x = MemoryMarshal.Cast<double, Vector256<double>>(spectra);
        var y = MemoryMarshal.Cast<double, Vector256<double>>(sums);
        if (_blockSize == 1) Real(x, y);
        else
            for (int first = 0, group = 0; first < Rows; first += ComplexRows, group++)
                for (int pair = 0; pair < _blockSize / 2; pair++)
                {
                    var weights = _weights.AsSpan((group * _blockSize / 2 + pair) * _columns * 2 * ComplexRows, _columns * 2 * ComplexRows);
                    var upper = y.Slice((first * _blockSize + pair * 2) * 2, 4);
                    var lower = y.Slice(((first + 1) * _blockSize + pair * 2) * 2, 4);
                    if (pair == 0) Edges(weights, x, upper, lower);
                    else Complex(weights, x[(pair * 4)..], upper, lower);
                }
    }

    private void Real(ReadOnlySpan<Vector256<double>> x, Span<Vector256<double>> y)
    {
        for (int first = 0; first < Rows; first += RealRows)
        {
            var weights = _weights.AsSpan(first * _columns, _columns * RealRows);
            var sums = y.Slice(first * 2, 2 * RealRows);
            Vector256<double> a0 = sums[0], a1 = sums[1], b0 = sums[2], b1 = sums[3], c0 = sums[4], c1 = sums[5], d0 = sums[6], d1 = sums[7];
            for (int j = 0; j < _columns; j++)
            {
                Vector256<double> x0 = x[2 * j], x1 = x[2 * j + 1];
                var w = weights.Slice(j * RealRows, RealRows);
                Vector256<double> wa = Vector256.Create(w[0]), wb = Vector256.Create(w[1]), wc = Vector256.Create(w[2]), wd = Vector256.Create(w[3]);
                (a0, a1) = (Add(wa, x0, a0), Add(wa, x1, a1));
                (b0, b1) = (Add(wb, x0, b0), Add(wb, x1, b1));
                (c0, c1) = (Add(wc, x0, c0), Add(wc, x1, c1));
                (d0, d1) = (Add(wd, x0, d0), Add(wd, x1, d1));
            }
            (sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6], sums[7]) = (a0, a1, b0, b1, c0, c1, d0, d1);
        }
    }

    /// <summary>DC and Nyquist: real products each.</summary>
    private void Edges(ReadOnlySpan<double> weights, ReadOnlySpan<Vector256<double>> x, Span<Vector256<double>> upper, Span<Vector256<double>> lower)
    {
        Vector256<double> a0 = upper[0], a1 = upper[1], a2 = upper[2], a3 = upper[3], b0 = lower[0], b1 = lower[1], b2 = lower[2], b3 = lower[3];
        for (int j = 0; j < _columns; j++)
        {
            var lanes = x.Slice(j * _blockSize * 2, 4);
            var w = weights.Slice(j * 4, 4);
            (a0, a1) = (Add(Vector256.Create(w[0]), lanes[0], a0), Add(Vector256.Create(w[0]), lanes[1], a1));
            (a2, a3) = (Add(Vector256.Create(w[1]), lanes[2], a2), Add(Vector256.Create(w[1]), lanes[3], a3));
            (b0, b1) = (Add(Vector256.Create(w[2]), lanes[0], b0), Add(Vector256.Create(w[2]), lanes[1], b1));
            (b2, b3) = (Add(Vector256.Create(w[3]), lanes[2], b2), Add(Vector256.Create(w[3]), lanes[3], b3));
        }
        (upper[0], upper[1], upper[2], upper[3]) = (a0, a1, a2, a3);
        (lower[0], lower[1], lower[2], lower[3]) = (b0, b1, b2, b3);
    }

    private void Complex(ReadOnlySpan<double> weights, ReadOnlySpan<Vector256<double>> x, Span<Vector256<double>> upper, Span<Vector256<double>> lower)
    {
        Vector256<double> a0 = upper[0], a1 = upper[1], a2 = upper[2], a3 = upper[3], b0 = lower[0], b1 = lower[1], b2 = lower[2], b3 = lower[3];
        for (int j = 0; j < _columns; j++)
        {
            var lanes = x.Slice(j * _blockSize * 2, 4);
            Vector256<double> re0 = lanes[0], re1 = lanes[1], im0 = lanes[2], im1 = lanes[3];
            var w = weights.Slice(j * 4, 4);
            Vector256<double> re = Vector256.Create(w[0]), im = Vector256.Create(w[1]);
            (a0, a1) = (Add(re, re0, a0), Add(re, re1, a1));
            (a2, a3) = (Add(re, im0, a2), Add(re, im1, a3));
            (a0, a1) = (Add(-im, im0, a0), Add(-im, im1, a1));
            (a2, a3) = (Add(im, re0, a2), Add(im, re1, a3));
            (re, im) = (Vector256.Create(w[2]), Vector256.Create(w[3]));
            (b0, b1) = (Add(re, re0, b0), Add(re, re1, b1));
            (b2, b3) = (Add(re, im0, b2), Add(re, im1, b3));
            (b0, b1) = (Add(-im, im0, b0), Add(-im, im1, b1));
            (b2, b3) = (Add(im, re0, b2), Add(im, re1, b3));
        }
        (upper[0], upper[1], upper[2], upper[3]) = (a0, a1, a2, a3);
        (lower[0], lower[1], lower[2], lower[3]) = (b0, b1, b2, b3);
    }

    private static Vector256<double> Add(Vector256<double> weight, Vector256<double> x, Vector256<double> sum) => Vector256.MultiplyAddEstimate(weight, x, sum);
}
