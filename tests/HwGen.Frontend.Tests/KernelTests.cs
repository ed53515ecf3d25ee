using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

/// <summary>Each operation on each device against a naive twin in double precision.</summary>
public abstract class KernelTests(string device, ITestOutputHelper output)
{
    private const int Seed = 11;

    private Ops Ops => Devices.Get(device);

    protected void CheckMultiply()
    {
        output.WriteLine($"seed {Seed}");
        foreach (var (rows, columns, depth) in new[] { (1, 1, 1), (5, 7, 3), (6, 16, 8), (13, 33, 300), (34, 48, 32), (3, 600, 5) })
            foreach (bool accumulate in new[] { false, true })
            {
                float[] a = Sample.Values(Seed, rows * depth), b = Sample.Values(Seed + 1, depth * columns), c = Sample.Values(Seed + 2, rows * columns);
                using Tensor ta = Ops.Allocate(a), tb = Ops.Allocate(b), tc = Ops.Allocate(c), packed = Ops.Allocate(depth * Ops.PackedWidth(columns));
                Ops.Pack(tb, 0, 1, depth, columns, false, packed);
                Ops.Multiply(new(ta, 0, depth), new(packed, 0, 0), new(tc, 0, columns), rows, columns, depth, 1, accumulate);
                AssertSum(tc, i => (accumulate ? c[i] : 0) + Sum(depth, d => (double)a[i / columns * depth + d] * b[d * columns + i % columns]), depth + 1);
            }
    }

    protected void CheckMultiplyTransposed()
    {
        output.WriteLine($"seed {Seed}");
        foreach (var (rows, columns, depth) in new[] { (1, 1, 1), (5, 7, 3), (28, 100, 300), (34, 48, 257) })
        {
            float[] a = Sample.Values(Seed, 2 * depth * rows), b = Sample.Values(Seed + 1, 2 * depth * columns);
            using Tensor ta = Ops.Allocate(a), tb = Ops.Allocate(b), tc = Ops.Allocate(2 * rows * columns);
            // Two products, side by side in rows.
            Ops.MultiplyTransposed(new(ta, 0, 2 * rows, rows), new(tb, 0, 2 * columns, columns), new(tc, 0, columns, rows * columns), rows, columns, depth, 2);
            AssertSum(tc, i =>
            {
                int batch = i / (rows * columns), r = i / columns % rows, c = i % columns;
                return Sum(depth, d => (double)a[(2 * d + batch) * rows + r] * b[(2 * d + batch) * columns + c]);
            }, depth);
        }
    }

    protected void CheckTransform()
    {
        output.WriteLine($"seed {Seed}");
        for (int k = 1; k <= 64; k *= 2)
            foreach (int lanes in new[] { 1, 4, 8, 11, 19 })
            {
                const int rows = 2, groups = 3;
                var x = Sample.Values(Seed + k, rows * groups * lanes * k);
                using Tensor time = Ops.Allocate(x), spectrum = Ops.Allocate(x.Length), back = Ops.Allocate(x);
                var t = new BlockArgs(time, 0, groups * lanes * k, lanes * k, lanes);
                var s = new BlockArgs(spectrum, 0, groups * lanes * k, lanes, groups * lanes);
                Ops.Transform(t, s, rows, groups, lanes, k);
                // Word w of lane l of group g, by definition. Errors: log2 k levels of a multiply and an add, values up to k.
                AssertClose(spectrum, i =>
                {
                    int row = i / (groups * lanes * k), w = i / (groups * lanes) % k, g = i / lanes % groups, l = i % lanes;
                    int bin = w < 2 ? w * k / 2 : w / 2;
                    return Sum(k, j => x[((row * groups + g) * k + j) * lanes + l]
                        * (w < 2 || w % 2 == 0 ? Math.Cos(2 * Math.PI * bin * j / k) : -Math.Sin(2 * Math.PI * bin * j / k)));
                }, 4 * (Math.Log2(k) + 1) * k * Sample.Unit);
                // The inverse gives the blocks back; here it adds them to what is there.
                Ops.Restore(s, t with { Tensor = back }, rows, groups, lanes, k, true);
                AssertClose(back, i => 2.0 * x[i], 8 * (Math.Log2(k) + 1) * k * Sample.Unit);
            }
    }

    protected void CheckCirculantEqualsExpansion()
    {
        output.WriteLine($"seed {Seed}");
        for (int k = 1; k <= 64; k *= 2)
            foreach (var (p, q, rows) in new[] { (3, 2, 1), (5, 9, 7) })
            {
                float[] w = Sample.Values(Seed, p * q * k), x = Sample.Values(Seed + 1, rows * q * k);
                var matrix = new BlockCirculantMatrix(p * k, q * k, k, w);
                using var weights = new WeightMatrix(Ops, new(0, k, 1, new(q * k, k), new(p * k, k), [0]));
                using var parameters = Ops.Allocate([.. Enumerable.Range(0, w.Length).Select(i => w[(i % p * q + i / p % q) * k + i / p / q])]);
                using Tensor tx = Ops.Allocate([.. Enumerable.Range(0, x.Length).Select(i => x[i / (q * k) * q * k + i % q * k + i / q % k])]);
                using Tensor xs = Ops.Allocate(x.Length), ys = Ops.Allocate(rows * p * k), y = Ops.Allocate(rows * p * k);
                weights.Update(parameters);
                Ops.Transform(new(tx, 0, q * k, 0, q), new(xs, 0, q * k, 0, q), rows, 1, q, k);
                weights.Forward(new(xs, 0, q * k), new(ys, 0, p * k), rows);
                Ops.Restore(new(ys, 0, p * k, 0, p), new(y, 0, p * k, 0, p), rows, 1, p, k, false);
                // Spectra are off by 4 (log2 k + 1) k roundings each, products of size k are summed over 2q and divided by k.
                double bound = q * k * (12 * (Math.Log2(k) + 1) + 2 * q) * Sample.Unit;
                AssertClose(y, i =>
                {
                    int row = i / (p * k), unit = i % p * k + i / p % k;
                    return Sum(q * k, c => (double)matrix[unit, c] * x[row * q * k + c]);
                }, bound);
            }
    }

    protected void CheckAdam()
    {
        const int count = 1037, from = 5;
        output.WriteLine($"seed {Seed}");
        float[] w = Sample.Values(Seed, count), g = Sample.Values(Seed + 1, count), m = Sample.Values(Seed + 2, count), target = Sample.Values(Seed + 4, count);
        float[] v = [.. Sample.Values(Seed + 3, count).Select(x => 0.1f + x * x)];
        using Tensor tw = Ops.Allocate(w), tg = Ops.Allocate(g), tm = Ops.Allocate(m), tv = Ops.Allocate(v), tt = Ops.Allocate(target);
        var settings = new AdamSettings(0.01, 3, 0.5, 0.25);
        Ops.Adam(new(tw, tg, tm, tv, tt), from, count - from - 3, settings);
        (double M, double V, double W) Expected(int i)
        {
            double gradient = 0.5 * g[i], first = 0.9 * m[i] + 0.1 * gradient, second = 0.999 * v[i] + 0.001 * gradient * gradient;
            double a = first / (1 - Math.Pow(0.9, 3)), b = second / (1 - Math.Pow(0.999, 3));
            double d = (Math.Sqrt(b) + 1e-8) / 0.01;     // Adam's metric; the ADMM term is minimised in it
            return (first, second, (d * (w[i] - a / d) + 0.25 * target[i]) / (d + 0.25));
        }
        bool Touched(int i) => i >= from && i < count - 3;
        // About ten roundings of values near 1; rates are floats; OpenCL lets a root or a quotient be off by three units.
        AssertClose(tm, i => Touched(i) ? Expected(i).M : m[i], 20 * Sample.Unit);
        AssertClose(tv, i => Touched(i) ? Expected(i).V : v[i], 20 * Sample.Unit);
        AssertClose(tw, i => Touched(i) ? Expected(i).W : w[i], 40 * Sample.Unit);
    }

    protected void CheckSums()
    {
        const int rows = 37, stride = 90, columns = 70, offset = 3;
        output.WriteLine($"seed {Seed}");
        var x = Sample.Values(Seed, rows * stride + offset);
        using Tensor source = Ops.Allocate(x), target = Ops.Allocate(columns + 1);
        Ops.SumColumns(source, offset, stride, rows, columns, target, 1);
        AssertClose(target, i => i == 0 ? 0 : Sum(rows, r => x[offset + r * stride + i - 1]), rows * rows * Sample.Unit);
        double squares = x.Sum(v => (double)v * v);
        Assert.InRange(Ops.SumSquares(source), squares * (1 - 1025 * Sample.Unit), squares * (1 + 1025 * Sample.Unit));
        Ops.Copy(target, 1, 40, 20);
        AssertClose(target, i => i == 0 ? 0 : Sum(rows, r => x[offset + r * stride + (i is >= 40 and < 60 ? i - 40 : i - 1)]), rows * rows * Sample.Unit);
    }

    protected void CheckCrossEntropy()
    {
        const int rows = 9, classes = 10, k = 8, width = 16;
        output.WriteLine($"seed {Seed}");
        float[] logits = [.. Sample.Values(Seed, rows * width).Select(v => 5 * v)];
        float[] labels = [.. Enumerable.Range(0, rows).Select(r => (float)(r % classes))];
        using Tensor tx = Ops.Allocate(logits), tl = Ops.Allocate(labels), gradient = Ops.Allocate(rows * width), results = Ops.Allocate(3 * rows);
        Ops.CrossEntropy(tx, tl, gradient, results, rows, width, classes, k, 0.5);
        double Logit(int r, int c) => logits[r * width + new LaneLayout(classes, k).Position(c)];
        double Total(int r) => Sum(classes, c => Math.Exp(Logit(r, c)));
        // Exponentials are off by four units and the subtraction before by one of a number up to 10; ten terms are added.
        AssertClose(gradient, i =>
        {
            int r = i / width, c = i % width % (width / k) * k + i % width / (width / k);
            return c < classes ? 0.5 * (Math.Exp(Logit(r, c)) / Total(r) - (c == (int)labels[r] ? 1 : 0)) : 0;
        }, 40 * Sample.Unit);
        var values = new float[3 * rows];
        Ops.Download(results, values);
        for (int r = 0; r < rows; r++)
        {
            double expected = Math.Log(Total(r)) - Logit(r, (int)labels[r]), loss = Math.Log(values[r]) - values[rows + r];
            Assert.InRange(loss, expected - 40 * Sample.Unit, expected + 40 * Sample.Unit);
            bool hit = Enumerable.Range(0, classes).MaxBy(c => Logit(r, c)) == (int)labels[r];
            Assert.Equal(hit ? 1f : 0f, values[2 * rows + r]);
        }
    }

    protected void CheckQuantize()
    {
        const int count = 1500, offset = 3;
        output.WriteLine($"seed {Seed}");
        float[] x = [.. Sample.Values(Seed, count + offset).Select(v => 3 * v)];
        x[7] = 0.375f;                   // a tie for few bits
        using Tensor source = Ops.Allocate(x), target = Ops.Allocate(count);
        foreach (int bits in new[] { 2, 4, 12, 18 })
        {
            var format = FixedFormat.Covering(bits, x.Skip(offset).Max(Math.Abs));
            Ops.Quantize(source, offset, count, bits, target);
            var values = new float[count];
            Ops.Download(target, values);
            // Scaling by a power of two is exact, so that the words are equal.
            Assert.Equal([.. x.Skip(offset).Select(v => (float)format.ToDouble(format.Quantize(v)))], values);
        }
    }

    protected void CheckRows()
    {
        const int rows = 5, width = 19, stride = 23, offset = 2;
        output.WriteLine($"seed {Seed}");
        float[] y = Sample.Values(Seed, rows * stride + offset), g = Sample.Values(Seed + 1, y.Length), bias = Sample.Values(Seed + 2, width + 1);
        using Tensor ty = Ops.Allocate(y), tg = Ops.Allocate(g), tb = Ops.Allocate(bias), mask = Ops.Allocate([.. Enumerable.Range(0, width).Select(c => c % 7 == 3 ? 0f : 1f)]);
        MatrixArgs outputs = new(ty, offset, stride), gradients = new(tg, offset, stride);
        bool Inside(int i) => i >= offset && (i - offset) % stride < width;
        double Unit(int i) => (i - offset) % stride % 7 == 3 ? 0 : 1;
        double Output(int i) => Inside(i) ? Unit(i) * Math.Max(0, y[i] + bias[1 + (i - offset) % stride]) : y[i];
        Ops.Activate(outputs, rows, width, tb, 1, mask, true);
        AssertClose(ty, Output, 2 * Sample.Unit);
        Ops.ActivateBack(outputs, gradients, rows, width, mask, true);
        AssertClose(tg, i => Inside(i) ? Output(i) > 0 ? Unit(i) * g[i] : 0 : g[i], 0);

        // Rows 3, none, 0 of the outputs, put back as rows 3 and 0 of others.
        using IndexTable indices = Ops.AllocateIndices([3, -1, 0]);
        using Tensor picked = Ops.Allocate(3 * width), back = Ops.Allocate(y);
        Ops.GatherRows(outputs, indices, new(picked, 0, width), 3, width);
        AssertClose(picked, i => i / width == 1 ? 0 : Output(offset + (i < width ? 3 : 0) * stride + i % width), 2 * Sample.Unit);
        Ops.ScatterRows(new(picked, 0, width), indices, new(back, offset, stride), 3, width);
        AssertClose(back, i => Inside(i) && (i - offset) / stride is 0 or 3 && Inside(i) ? Output(i) : y[i], 2 * Sample.Unit);

        Ops.Clear(tg, 4, 40);
        Ops.SumProducts(new(back, offset, stride), new(tg, offset, stride), rows, width, picked, 1);
        var left = new float[g.Length];
        Ops.Download(tg, left);
        Assert.All(left[4..44], v => Assert.Equal(0f, v));
        var product = new float[y.Length];
        Ops.Download(back, product);
        AssertClose(picked, i => i is >= 1 and <= width ? Sum(rows, r => (double)product[offset + r * stride + i - 1] * left[offset + r * stride + i - 1])
            : i == 0 ? Output(offset + 3 * stride) : i / width == 1 ? 0 : Output(offset + i % width), 2 * rows * rows * Sample.Unit);
    }

    /// <summary>Copies to and from the device while a collection moves arrays all the time.</summary>
    protected void CheckCopiesUnderCollection()
    {
        output.WriteLine($"seed {Seed}");
        bool done = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref done)) GC.Collect(0, GCCollectionMode.Forced, true, true);
        });
        collector.Start();
        try
        {
            int wrong = 0;
            const int copies = 1500;
            for (int n = 0; n < copies; n++)
            {
                // New arrays are the ones that a collection moves.
                float[] values = Sample.Values(Seed + n, 700), back = new float[values.Length];
                using Tensor tensor = Ops.Allocate(values);
                Ops.Download(tensor, back);
                if (!back.AsSpan().SequenceEqual(values)) wrong++;
            }
            Assert.True(wrong == 0, $"{wrong} of {copies} copies differ");
        }
        finally
        {
            Volatile.Write(ref done, true);
            collector.Join();
        }
    }

    private static double Sum(int count, Func<int, double> term)
    {
        double sum = 0;
        for (int i = 0; i < count; i++) sum += term(i);
        return sum;
    }

    /// <summary>A sum of <paramref name="terms"/> products of numbers below 1 is off by at most that many roundings of it.</summary>
    private void AssertSum(Tensor actual, Func<int, double> expected, int terms) => AssertClose(actual, expected, (double)terms * terms * Sample.Unit);

    private void AssertClose(Tensor actual, Func<int, double> expected, double bound)
    {
        var values = new float[actual.Length];
        Ops.Download(actual, values);
        double worst = 0, largest = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double e = expected(i);
            worst = Math.Max(worst, Math.Abs(values[i] - e));
            largest = Math.Max(largest, Math.Abs(e));
        }
        Assert.True(worst <= bound, $"{worst:E3} off, bound {bound:E3}");
        Assert.True(largest > 4 * bound, $"bound {bound:E3} could not fail on values up to {largest:E3}");
    }
}
