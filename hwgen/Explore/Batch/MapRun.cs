using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;

namespace HwGen.Explore.Batch;

/// <summary>For networks without recurrent layers.</summary>
/// <remarks>All sums are exact, so their order doesn't matter, nor whether a product and a sum are fused.</remarks>
internal sealed class MapRun : LaneEngine
{
    private readonly MapNetwork _network;
    private readonly AcceleratorPlan _plan;
    private readonly StepProgram _program;
    private readonly FixedFormat _word;
    private readonly double[][] _spectra;       // of each spectrum
    private readonly double[][] _sums;          // of each sum: (window · members + member) · blocks
    private readonly double[] _scratch;
    private readonly (int X, int Weights, int Row)[] _columns;     // of the group at work: words before the column's, its weights' row and their place there

    public MapRun(MapNetwork network) : base(network.Plan)
    {
        (_network, _plan, _program) = (network, network.Plan, network.Plan.Program);
        int length = _plan.BlockSize * Lanes.Count;
        _word = new(_plan.WordBits, _plan.WordBits - 1);
        _spectra = [.. _program.Spectra.Select(s => new double[_program.Vectors[s.Vector].Blocks * length])];
        _sums = [.. _program.Sums.Select((s, m) => new double[_plan.Positions(m) * s.Blocks * length])];
        _scratch = new double[network.Ffts.Concat(network.Iffts).Max(t => t.ScratchLength)];
        _columns = new (int, int, int)[_plan.Groups.Groups.Max(g => g.Columns.Count) * _plan.Shape.Columns];
    }

    /// <inheritdoc/>
    public override void Step(bool output)
    {
        Transform(0);
        foreach (var (l, linear) in _program.Linears.Index())
        {
            int members = linear.Windows[0].Length;
            foreach (RowGroup group in _network.Groups[l]) Accumulate(group, members);
            FromSpectra(linear.Sum);
            Update(linear, members);
            Transform(linear.Vector);
        }
    }

    /// <summary>A vector's words to its spectra.</summary>
    private void Transform(int vector)
    {
        for (int s = 0; s < _spectra.Length; s++)
        {
            if (_program.Spectra[s].Vector != vector) continue;
            Each(_network.Ffts[s], _program.Spectra[s].BlockSize, Words(vector), _spectra[s]);
            Lanes.RoundSaturate(_spectra[s], _plan.Formats.FftShift(_program, s), _word, _spectra[s]);
        }
    }

    private void Each(LaneTransform transform, int k, double[] from, double[] to)
    {
        int length = k * Lanes.Count;
        for (int at = 0; at < from.Length; at += length) transform.Run(from.AsSpan(at, length), to.AsSpan(at, length), _scratch);
    }

    /// <summary>The row blocks of a group over its columns, in the frequency domain.</summary>
    private void Accumulate(RowGroup group, int members)
    {
        SumPlan sum = _program.Sums[group.Rows[0].Sum];
        int k = sum.BlockSize, size = _plan.BlockSize, rows = group.Rows.Count, count = 0;
        foreach (ColumnStep step in group.Columns)
            for (int q = 0; q < _plan.Shape.Columns; q++)
                if (_plan.Groups.WeightRows[step.WeightRow].Columns[q] >= 0)
                    _columns[count++] = ((step.Row * _plan.Shape.Columns + q) * size + step.Part * k, step.WeightRow, q * rows * size);
        var columns = _columns.AsSpan(0, count);
        var x = MemoryMarshal.Cast<double, Vector512<double>>(_spectra[sum.Terms[0].Spectrum]);
        for (int r = 0; r < rows; r++)
        {
            RowBlock row = group.Rows[r];
            var y = MemoryMarshal.Cast<double, Vector512<double>>(_sums[row.Sum].AsSpan()).Slice(((row.Window * members + row.Member) * sum.Blocks + row.Block) * size, size);
            for (int part = 0; part < size; part += k)
                if (k == 1) y[part] = Real(columns, x, r * size + part);
                else
                {
                    (y[part], y[part + 1]) = (Real(columns, x, r * size + part), Real(columns, x[1..], r * size + part + 1));
                    for (int i = 2; i < k; i += 2) (y[part + i], y[part + i + 1]) = Complex(columns, x[i..], r * size + part + i);
                }
        }
    }

    private Vector512<double> Real(ReadOnlySpan<(int X, int Weights, int Row)> columns, ReadOnlySpan<Vector512<double>> x, int word)
    {
        // Two sums, so that one need not wait for the other.
        Vector512<double> even = Vector512<double>.Zero, odd = even;
        int c = 0;
        for (; c + 1 < columns.Length; c += 2)
        {
            even = Add(Weight(columns[c], word), x[columns[c].X], even);
            odd = Add(Weight(columns[c + 1], word), x[columns[c + 1].X], odd);
        }
        return c < columns.Length ? Add(Weight(columns[c], word), x[columns[c].X], even) + odd : even + odd;
    }

    private (Vector512<double> Re, Vector512<double> Im) Complex(ReadOnlySpan<(int X, int Weights, int Row)> columns, ReadOnlySpan<Vector512<double>> x, int word)
    {
        Vector512<double> re = Vector512<double>.Zero, im = re;
        foreach (var column in columns)
        {
            Vector512<double> a = Weight(column, word), b = Weight(column, word + 1), u = x[column.X], v = x[column.X + 1];
            re = Add(a, u, Add(-b, v, re));
            im = Add(a, v, Add(b, u, im));
        }
        return (re, im);
    }

    private Vector512<double> Weight((int X, int Weights, int Row) column, int word) => Vector512.Create(_network.Weights[column.Weights][column.Row + word]);

    private static Vector512<double> Add(Vector512<double> weight, Vector512<double> x, Vector512<double> sum) => Vector512.MultiplyAddEstimate(weight, x, sum);

    /// <summary>Rounded once, transformed back, rounded.</summary>
    private void FromSpectra(int sum)
    {
        double[] words = _sums[sum];
        SumFormats formats = _plan.Formats.Sums[sum];
        Lanes.RoundSaturate(words, formats.DrainShift, formats.Spectrum, words);
        Each(_network.Iffts[sum], _program.Sums[sum].BlockSize, words, words);
        Lanes.RoundSaturate(words, _plan.Formats.IfftShift(_program, sum), _word, words);
    }

    /// <summary>Bias, rectifier and pool.</summary>
    private void Update(LinearPlan linear, int members)
    {
        VectorPlan vector = _program.Vectors[linear.Vector];
        SumPlan sum = _program.Sums[linear.Sum];
        int size = _plan.BlockSize, length = size * Lanes.Count, shift = ControlPlan.PoolShift(linear);
        long[] bias = _plan.Parameters[linear.Layer].Biases[0];
        double floor = linear.Rectify ? 0 : _word.Min;
        bool average = linear.Pool is { Kind: PoolKind.Average };
        double[] words = Words(linear.Vector), sums = _sums[linear.Sum];
        for (int target = 0; target < vector.Blocks; target++)
        {
            int window = target / vector.GroupBlocks, block = target % vector.GroupBlocks;
            for (int i = 0; i < length; i++)
            {
                int unit = block * size + i / Lanes.Count;
                double offset = unit < bias.Length ? bias[unit] : 0, pooled = average ? 0 : double.NegativeInfinity;
                for (int member = 0; member < members; member++)
                {
                    double value = Math.Clamp(sums[((window * members + member) * sum.Blocks + block) * length + i] + offset, floor, _word.Max);
                    pooled = average ? pooled + value : Math.Max(pooled, value);
                }
                words[target * length + i] = i / Lanes.Count >= vector.Used(target) ? 0
                    : Math.Floor((pooled + Lanes.Half(shift)) * Lanes.Scale(shift));
            }
        }
    }
}
