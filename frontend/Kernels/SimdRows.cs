using System.Runtime.Intrinsics;

namespace HwGen.Frontend.Kernels;

/// <summary><see cref="RowKernel"/>'s elementwise work on one row in vectors of eight.</summary>
internal static unsafe class SimdRows
{
    public static void Activate(float* row, float* bias, float* mask, int width, bool rectify)
    {
        int c = 0;
        for (; c + Simd.Width <= width; c += Simd.Width)
        {
            var sum = Vector256.Load(row + c) + Vector256.Load(bias + c);
            if (rectify) sum = Vector256.Max(sum, Vector256<float>.Zero);
            (Vector256.Load(mask + c) * sum).Store(row + c);
        }
        for (; c < width; c++)
        {
            float sum = row[c] + bias[c];
            row[c] = mask[c] * (rectify && sum <= 0f ? 0f : sum);
        }
    }

    public static void ActivateBack(float* gradient, float* output, float* mask, int width, bool rectify)
    {
        int c = 0;
        for (; c + Simd.Width <= width; c += Simd.Width)
        {
            var g = Vector256.Load(mask + c) * Vector256.Load(gradient + c);
            if (rectify) g = Vector256.ConditionalSelect(Vector256.GreaterThan(Vector256.Load(output + c), Vector256<float>.Zero), g, Vector256<float>.Zero);
            g.Store(gradient + c);
        }
        for (; c < width; c++) gradient[c] = mask[c] * (rectify && output[c] <= 0f ? 0f : gradient[c]);
    }
}
