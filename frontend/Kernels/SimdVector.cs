using System.Runtime.Intrinsics;

namespace HwGen.Frontend.Kernels;

/// <summary>Packing of weights, Adam and sums in the host's memory.</summary>
internal static unsafe class SimdVector
{
    /// <summary>As <see cref="AdamKernel"/>; pointers are at the first of <paramref name="count"/> parameters.</summary>
    public static void Adam(float* w, float* gradient, float* first, float* second, float* target, int count, in AdamKernelArgs a)
    {
        Vector256<float> beta1 = Vector256.Create(a.Beta1), beta2 = Vector256.Create(a.Beta2);
        Vector256<float> rest1 = Vector256.Create(1f - a.Beta1), rest2 = Vector256.Create(1f - a.Beta2);
        Vector256<float> scale = Vector256.Create(a.GradientScale), strength = Vector256.Create(a.Pull), one = Vector256<float>.One;
        Vector256<float> rate = Vector256.Create(a.Rate), epsilon = Vector256.Create(a.Epsilon);
        int i = 0;
        for (; i + Simd.Width <= count; i += Simd.Width)
        {
            var v = Vector256.Load(w + i);
            var g = scale * Vector256.Load(gradient + i);
            var m = Simd.Fma(beta1, Vector256.Load(first + i), rest1 * g);
            var s = Simd.Fma(beta2, Vector256.Load(second + i), rest2 * g * g);
            m.Store(first + i);
            s.Store(second + i);
            var d = Vector256.Sqrt(s) + epsilon;
            var pull = strength / d;
            (Simd.Fma(pull, Vector256.Load(target + i), v - rate * m / d) / (one + pull)).Store(w + i);
        }
        for (; i < count; i++)
        {
            float g = a.GradientScale * gradient[i];
            first[i] = a.Beta1 * first[i] + (1f - a.Beta1) * g;
            second[i] = a.Beta2 * second[i] + (1f - a.Beta2) * g * g;
            float d = MathF.Sqrt(second[i]) + a.Epsilon, pull = a.Pull / d;
            w[i] = (w[i] - a.Rate * first[i] / d + pull * target[i]) / (1f + pull);
        }
    }

    /// <summary>Sums of <paramref name="columns"/> columns over all rows.</summary>
    public static void Columns(float* source, int rowStride, int rows, int columns, float* target)
    {
        new Span<float>(target, columns).Clear();
        for (int r = 0; r < rows; r++, source += rowStride)
        {
            int c = 0;
            for (; c + Simd.Width <= columns; c += Simd.Width) (Vector256.Load(target + c) + Vector256.Load(source + c)).Store(target + c);
            for (; c < columns; c++) target[c] += source[c];
        }
    }

    /// <summary>Sums over all rows of the products of two tensors' columns.</summary>
    public static void Products(float* a, int aStride, float* b, int bStride, int rows, int columns, float* target)
    {
        new Span<float>(target, columns).Clear();
        for (int r = 0; r < rows; r++, a += aStride, b += bStride)
        {
            int c = 0;
            for (; c + Simd.Width <= columns; c += Simd.Width)
                Simd.Fma(Vector256.Load(a + c), Vector256.Load(b + c), Vector256.Load(target + c)).Store(target + c);
            for (; c < columns; c++) target[c] += a[c] * b[c];
        }
    }

    /// <summary>Σ of squares, in eight partial sums.</summary>
    public static float Squares(float* source, int count)
    {
        var sum = Vector256<float>.Zero;
        int i = 0;
        for (; i + Simd.Width <= count; i += Simd.Width) sum = Simd.Fma(Vector256.Load(source + i), Vector256.Load(source + i), sum);
        float result = Vector256.Sum(sum);
        for (; i < count; i++) result += source[i] * source[i];
        return result;
    }

    /// <summary>As <see cref="WeightKernel.Pack"/>, all bins, in panels of <see cref="SimdGemm.Panel"/> columns.</summary>
    public static void Pack(float* spectra, int k, int inputs, int outputs, bool transposed, float* target)
    {
        int plane = inputs * outputs;
        for (int word = 0; word < k; word += word < 2 ? 1 : 2)
        {
            bool complex = word >= 2;
            float* re = spectra + word * plane, im = re + plane;
            int rows = (transposed ? outputs : inputs) * (complex ? 2 : 1), columns = (transposed ? inputs : outputs) * (complex ? 2 : 1);
            for (int first = 0; first < columns; first += SimdGemm.Panel)
                for (int row = 0; row < rows; row++, target += SimdGemm.Panel)
                    for (int c = 0; c < SimdGemm.Panel; c++)
                    {
                        int column = first + c;
                        target[c] = column >= columns ? 0f : transposed
                            ? Entry(re, im, inputs, outputs, column, row) : Entry(re, im, inputs, outputs, row, column);
                    }
        }
    }

    private static float Entry(float* re, float* im, int inputs, int outputs, int row, int column)
    {
        bool low = row >= inputs, right = column >= outputs;
        int at = (low ? row - inputs : row) * outputs + (right ? column - outputs : column);
        return low == right ? re[at] : low ? -im[at] : im[at];
    }
}
