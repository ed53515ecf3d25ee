using System.Runtime.Intrinsics;

namespace HwGen.Frontend.Kernels;

/// <summary><see cref="PoolKernel"/> on one row in vectors of eight.</summary>
internal static unsafe class SimdPool
{
    /// <param name="sources">Rows of the positions that the window sees, tap by tap.</param>
    public static void Max(float** sources, int taps, float* to, float* winners, int width)
    {
        int c = 0;
        for (; c + Simd.Width <= width; c += Simd.Width)
        {
            Vector256<float> best = Vector256.Load(sources[0] + c), winner = Vector256<float>.Zero;
            for (int tap = 1; tap < taps; tap++)
            {
                var value = Vector256.Load(sources[tap] + c);
                var larger = Vector256.GreaterThan(value, best);
                best = Vector256.ConditionalSelect(larger, value, best);
                winner = Vector256.ConditionalSelect(larger, Vector256.Create((float)tap), winner);
            }
            best.Store(to + c);
            winner.Store(winners + c);
        }
        for (; c < width; c++)
        {
            (to[c], winners[c]) = (sources[0][c], 0f);
            for (int tap = 1; tap < taps; tap++)
                if (sources[tap][c] > to[c]) (to[c], winners[c]) = (sources[tap][c], tap);
        }
    }

    /// <param name="gradients">Rows of the places that see the position.</param>
    /// <param name="winners">Of the same places.</param>
    /// <param name="taps">At which each sees it.</param>
    public static void MaxBack(float** gradients, float** winners, int* taps, int count, float* to, int width)
    {
        int c = 0;
        for (; c + Simd.Width <= width; c += Simd.Width)
        {
            var sum = Vector256<float>.Zero;
            for (int i = 0; i < count; i++)
                sum += Vector256.ConditionalSelect(Vector256.Equals(Vector256.Load(winners[i] + c), Vector256.Create((float)taps[i])),
                    Vector256.Load(gradients[i] + c), Vector256<float>.Zero);
            sum.Store(to + c);
        }
        for (; c < width; c++)
        {
            float sum = 0f;
            for (int i = 0; i < count; i++)
                if (winners[i][c] == taps[i]) sum += gradients[i][c];
            to[c] = sum;
        }
    }

    /// <summary>Sum of rows, times <paramref name="scale"/>.</summary>
    public static void Sum(float** sources, int count, float* to, int width, float scale)
    {
        int c = 0;
        for (; c + Simd.Width <= width; c += Simd.Width)
        {
            var sum = Vector256<float>.Zero;
            for (int i = 0; i < count; i++) sum += Vector256.Load(sources[i] + c);
            (sum * scale).Store(to + c);
        }
        for (; c < width; c++)
        {
            float sum = 0f;
            for (int i = 0; i < count; i++) sum += sources[i][c];
            to[c] = sum * scale;
        }
    }
}
