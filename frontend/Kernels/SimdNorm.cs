using System.Runtime.Intrinsics;

namespace HwGen.Frontend.Kernels;

/// <summary><see cref="NormKernel"/>'s work on rows in vectors of eight; <c>columns</c> are its five vectors.</summary>
internal static unsafe class SimdNorm
{
    /// <summary>Sums of squares around the means.</summary>
    public static void Squares(float* x, float* means, int rows, int width, float* target)
    {
        new Span<float>(target, width).Clear();
        for (int r = 0; r < rows; r++, x += width)
        {
            int c = 0;
            for (; c + Simd.Width <= width; c += Simd.Width)
            {
                var d = Vector256.Load(x + c) - Vector256.Load(means + c);
                Simd.Fma(d, d, Vector256.Load(target + c)).Store(target + c);
            }
            for (; c < width; c++) target[c] += (x[c] - means[c]) * (x[c] - means[c]);
        }
    }

    public static void Apply(float* x, float* y, float* columns, float* shift, int rows, int width, bool rectify)
    {
        float* factors = columns + 2 * width;
        for (int r = 0; r < rows; r++, x += width, y += width)
        {
            int c = 0;
            for (; c + Simd.Width <= width; c += Simd.Width)
            {
                var value = Simd.Fma(Vector256.Load(factors + c), Vector256.Load(x + c) - Vector256.Load(columns + c), Vector256.Load(shift + c));
                (rectify ? Vector256.Max(value, Vector256<float>.Zero) : value).Store(y + c);
            }
            for (; c < width; c++)
            {
                float value = factors[c] * (x[c] - columns[c]) + shift[c];
                y[c] = rectify && value <= 0f ? 0f : value;
            }
        }
    }

    /// <summary>Masks gradients; sums of them and of their products with the normalised sums.</summary>
    public static void SumBack(float* x, float* y, float* gradient, float* columns, int rows, int width, bool rectify, float* sums, float* products)
    {
        float* inverse = columns + width;
        new Span<float>(sums, width).Clear();
        new Span<float>(products, width).Clear();
        for (int r = 0; r < rows; r++, x += width, y += width, gradient += width)
        {
            int c = 0;
            for (; c + Simd.Width <= width; c += Simd.Width)
            {
                var g = Vector256.Load(gradient + c);
                if (rectify) g = Vector256.ConditionalSelect(Vector256.GreaterThan(Vector256.Load(y + c), Vector256<float>.Zero), g, Vector256<float>.Zero);
                g.Store(gradient + c);
                var normal = (Vector256.Load(x + c) - Vector256.Load(columns + c)) * Vector256.Load(inverse + c);
                (Vector256.Load(sums + c) + g).Store(sums + c);
                Simd.Fma(g, normal, Vector256.Load(products + c)).Store(products + c);
            }
            for (; c < width; c++)
            {
                float g = rectify && y[c] <= 0f ? 0f : gradient[c];
                gradient[c] = g;
                sums[c] += g;
                products[c] += g * ((x[c] - columns[c]) * inverse[c]);
            }
        }
    }

    public static void ApplyBack(float* x, float* gradient, float* columns, int rows, int width)
    {
        float* inverse = columns + width, factors = inverse + width, means = factors + width, shares = means + width;
        for (int r = 0; r < rows; r++, x += width, gradient += width)
        {
            int c = 0;
            for (; c + Simd.Width <= width; c += Simd.Width)
            {
                var normal = (Vector256.Load(x + c) - Vector256.Load(columns + c)) * Vector256.Load(inverse + c);
                var rest = Vector256.Load(gradient + c) - Vector256.Load(means + c) - normal * Vector256.Load(shares + c);
                (Vector256.Load(factors + c) * rest).Store(gradient + c);
            }
            for (; c < width; c++)
                gradient[c] = factors[c] * (gradient[c] - means[c] - (x[c] - columns[c]) * inverse[c] * shares[c]);
        }
    }
}
