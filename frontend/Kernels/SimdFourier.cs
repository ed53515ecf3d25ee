using System.Runtime.Intrinsics;

namespace HwGen.Frontend.Kernels;

/// <summary><see cref="FourierKernel"/> in vectors of eight lanes; the levels run in a buffer of the stack.</summary>
internal static unsafe class SimdFourier
{
    /// <summary>One row and group: forward from time to spectrum, k words of <paramref name="lanes"/> lanes.</summary>
    public static void Forward(float* time, int timeWord, float* spectrum, int spectrumWord, int k, int lanes, float* twiddles)
    {
        var y = stackalloc Vector256<float>[k];
        for (int l = 0; l < lanes; l += Simd.Width)
        {
            int count = Math.Min(Simd.Width, lanes - l);
            for (int i = 0, r = 0; i < k; i++)
            {
                y[i] = Load(time + r * timeWord + l, count);
                r = Next(r, k);
            }
            for (int m = 2; m <= k; m *= 2)
                for (int b = 0; b < k; b += m)
                    Combine(y + b, m, k / m, twiddles, twiddles + k);
            for (int i = 0; i < k; i++) Store(spectrum + i * spectrumWord + l, y[i], count);
        }
    }

    /// <summary>The inverse; the spectrum stays as it was.</summary>
    public static void Inverse(float* time, int timeWord, float* spectrum, int spectrumWord, int k, int lanes, float* twiddles, bool accumulate)
    {
        var y = stackalloc Vector256<float>[k];
        var scale = Vector256.Create(1f / k);
        for (int l = 0; l < lanes; l += Simd.Width)
        {
            int count = Math.Min(Simd.Width, lanes - l);
            for (int i = 0; i < k; i++) y[i] = Load(spectrum + i * spectrumWord + l, count);
            for (int m = k; m >= 2; m /= 2)
                for (int b = 0; b < k; b += m)
                    Split(y + b, m, k / m, twiddles, twiddles + k);
            for (int i = 0, r = 0; i < k; i++)
            {
                float* to = time + r * timeWord + l;
                Store(to, accumulate ? Simd.Fma(y[i], scale, Load(to, count)) : y[i] * scale, count);
                r = Next(r, k);
            }
        }
    }

    /// <summary>Counts in reversed bits.</summary>
    private static int Next(int reversed, int k)
    {
        int bit = k / 2;
        for (; (reversed & bit) != 0; bit /= 2) reversed ^= bit;
        return reversed | bit;
    }

    private static void Combine(Vector256<float>* y, int m, int step, float* cosines, float* sines)
    {
        int half = m / 2;
        if (m == 2)
        {
            (y[0], y[1]) = (y[0] + y[1], y[0] - y[1]);
            return;
        }
        (y[0], y[1], y[half], y[half + 1]) = (y[0] + y[half], y[0] - y[half], y[1], -y[half + 1]);
        for (int f = 1; f <= m / 8; f++)
        {
            int g = m / 4 - f;
            Vector256<float>* pe = y + 2 * f, po = pe + half, qe = y + 2 * g, qo = qe + half;
            var (tr, ti) = Rotate(po, cosines[f * step], -sines[f * step]);
            var (vr, vi) = Rotate(qo, cosines[g * step], -sines[g * step]);
            Vector256<float> er = pe[0], ei = pe[1], hr = qe[0], hi = qe[1];
            pe[0] = er + tr;
            pe[1] = ei + ti;
            qo[0] = er - tr;
            qo[1] = ti - ei;
            qe[0] = hr + vr;
            qe[1] = hi + vi;
            po[0] = hr - vr;
            po[1] = vi - hi;
        }
    }

    private static void Split(Vector256<float>* y, int m, int step, float* cosines, float* sines)
    {
        int half = m / 2;
        if (m == 2)
        {
            (y[0], y[1]) = (y[0] + y[1], y[0] - y[1]);
            return;
        }
        (y[0], y[half], y[1], y[half + 1]) = (y[0] + y[1], y[0] - y[1], y[half] + y[half], -(y[half + 1] + y[half + 1]));
        var difference = stackalloc Vector256<float>[4];
        for (int f = 1; f <= m / 8; f++)
        {
            int g = m / 4 - f;
            Vector256<float>* pe = y + 2 * f, po = pe + half, qe = y + 2 * g, qo = qe + half;
            Vector256<float> xr = pe[0], xi = pe[1], yr = qo[0], yi = qo[1], zr = qe[0], zi = qe[1], vr = po[0], vi = po[1];
            (difference[0], difference[1], difference[2], difference[3]) = (xr - yr, xi + yi, zr - vr, zi + vi);
            pe[0] = xr + yr;
            pe[1] = xi - yi;
            qe[0] = zr + vr;
            qe[1] = zi - vi;
            (po[0], po[1]) = Rotate(difference, cosines[f * step], sines[f * step]);
            (qo[0], qo[1]) = Rotate(difference + 2, cosines[g * step], sines[g * step]);
        }
    }

    private static (Vector256<float> Re, Vector256<float> Im) Rotate(Vector256<float>* v, float cosine, float sine)
    {
        var c = Vector256.Create(cosine);
        var s = Vector256.Create(sine);
        return (Simd.Fma(c, v[0], -(s * v[1])), Simd.Fma(c, v[1], s * v[0]));
    }

    private static Vector256<float> Load(float* from, int count)
    {
        if (count == Simd.Width) return Vector256.Load(from);
        var lanes = stackalloc float[Simd.Width];
        for (int i = 0; i < Simd.Width; i++) lanes[i] = i < count ? from[i] : 0f;
        return Vector256.Load(lanes);
    }

    private static void Store(float* to, Vector256<float> value, int count)
    {
        if (count == Simd.Width) value.Store(to);
        else
            for (int i = 0; i < count; i++) to[i] = value[i];
    }
}
