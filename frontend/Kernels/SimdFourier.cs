using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HwGen.Frontend.Kernels;

/// <summary><see cref="FourierKernel"/> in vectors of eight lanes; blocks of eight run in registers, the
/// levels above in a buffer of the stack.</summary>
internal static unsafe class SimdFourier
{
    private const float HalfRoot = 0.707106781f;

    /// <summary>One row and group: forward from time to spectrum, k words of <paramref name="lanes"/> lanes, whole vectors of them.</summary>
    /// <param name="order">Bit-reversed indices, k of them.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* time, nint timeWord, float* spectrum, nint spectrumWord, int k, int lanes, float* twiddles, int* order)
    {
        var y = stackalloc Vector256<float>[k];
        for (int l = 0; l + Simd.Width <= lanes; l += Simd.Width)
        {
            if (k == 8)
            {
                Forward8(time + l, timeWord, spectrum + l, spectrumWord);
                continue;
            }
            Forward(time + l, timeWord, y, k, twiddles, order);
            for (int i = 0; i < k; i++) y[i].Store(spectrum + i * spectrumWord + l);
        }
    }

    /// <summary>The inverse, of whole vectors; the spectrum stays as it was.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Inverse(float* time, nint timeWord, float* spectrum, nint spectrumWord, int k, int lanes, float* twiddles, int* order, bool accumulate)
    {
        var y = stackalloc Vector256<float>[k];
        var scale = Vector256.Create(1f / k);
        for (int l = 0; l + Simd.Width <= lanes; l += Simd.Width)
        {
            if (k == 8)
            {
                Inverse8(spectrum + l, spectrumWord, time + l, timeWord, scale, accumulate);
                continue;
            }
            for (int i = 0; i < k; i++) y[i] = Vector256.Load(spectrum + i * spectrumWord + l);
            Inverse(y, time + l, timeWord, k, twiddles, order, scale, accumulate);
        }
    }

    /// <summary>One vector of lanes from anywhere: <paramref name="count"/> runs of 1, 2 or 4 lanes, which fill at most a vector.</summary>
    /// <param name="times">Where each run's first word lies.</param>
    /// <param name="spectra">The same of the spectra.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void ForwardRuns(float** times, nint timeWord, float** spectra, nint spectrumWord, int k, int run, int count, float* twiddles, int* order)
    {
        var y = stackalloc Vector256<float>[2 * k];
        var x = (float*)(y + k);
        if (run * count < Simd.Width) new Span<Vector256<float>>(y + k, k).Clear();
        for (int r = 0; r < count; r++) CopyRun(times[r], timeWord, x + r * run, Simd.Width, k, run);
        Forward(x, Simd.Width, y, k, twiddles, order);
        for (int r = 0; r < count; r++) CopyRun((float*)y + r * run, Simd.Width, spectra[r], spectrumWord, k, run);
    }

    /// <summary>The inverse of <see cref="ForwardRuns"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void InverseRuns(float** times, nint timeWord, float** spectra, nint spectrumWord, int k, int run, int count, float* twiddles, int* order, bool accumulate)
    {
        var y = stackalloc Vector256<float>[2 * k];
        var x = (float*)(y + k);
        if (run * count < Simd.Width) new Span<Vector256<float>>(y, k).Clear();
        for (int r = 0; r < count; r++) CopyRun(spectra[r], spectrumWord, (float*)y + r * run, Simd.Width, k, run);
        if (accumulate)
            for (int r = 0; r < count; r++) CopyRun(times[r], timeWord, x + r * run, Simd.Width, k, run);
        Inverse(y, x, Simd.Width, k, twiddles, order, Vector256.Create(1f / k), accumulate);
        for (int r = 0; r < count; r++) CopyRun(x + r * run, Simd.Width, times[r], timeWord, k, run);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRun(float* from, nint fromWord, float* to, nint toWord, int k, int run)
    {
        if (run == 4)
            for (int i = 0; i < k; i++, from += fromWord, to += toWord) Vector128.Load(from).Store(to);
        else if (run == 2)
            for (int i = 0; i < k; i++, from += fromWord, to += toWord) *(double*)to = *(double*)from;
        else
            for (int i = 0; i < k; i++, from += fromWord, to += toWord) *to = *from;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Inverse(Vector256<float>* y, float* time, nint timeWord, int k, float* twiddles, int* order, Vector256<float> scale, bool accumulate)
    {
        Split(y, k, twiddles);
        if (k >= 8)
            for (int b = 0; b < k; b += 8)
                Inverse8((float*)(y + b), Simd.Width, time + order[b] * timeWord, k / 8 * timeWord, scale, accumulate);
        else
            for (int i = 0; i < k; i++) Put(time + order[i] * timeWord, y[i] * scale, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Forward(float* time, nint word, Vector256<float>* y, int k, float* twiddles, int* order)
    {
        if (k >= 8)
        {
            for (int b = 0; b < k; b += 8) Forward8(time + order[b] * word, k / 8 * word, (float*)(y + b), Simd.Width);
            for (int m = 16; m <= k; m *= 2)
                for (int b = 0; b < k; b += m)
                    Combine(y + b, m, k / m, twiddles, twiddles + k);
            return;
        }
        for (int i = 0; i < k; i++) y[i] = Vector256.Load(time + order[i] * word);
        if (k == 2) (y[0], y[1]) = (y[0] + y[1], y[0] - y[1]);
        if (k == 4) Four(y[0] + y[1], y[0] - y[1], y[2] + y[3], y[2] - y[3], out y[0], out y[1], out y[2], out y[3]);
    }

    /// <summary>Undoes the levels above eight; for smaller k all of them. Times k / 8 or k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split(Vector256<float>* y, int k, float* twiddles)
    {
        for (int m = k; m >= 16; m /= 2)
            for (int b = 0; b < k; b += m)
                Split(y + b, m, k / m, twiddles, twiddles + k);
        if (k == 2) (y[0], y[1]) = (y[0] + y[1], y[0] - y[1]);
        if (k != 4) return;
        Vector256<float> even = y[0] + y[1], odd = y[0] - y[1], re = y[2] + y[2], im = y[3] + y[3];
        y[0] = even + re;
        y[1] = even - re;
        y[2] = odd - im;
        y[3] = odd + im;
    }

    /// <summary>Spectrum of four samples from the sums and differences of the pairs (0, 2) and (1, 3).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(Vector256<float> sum0, Vector256<float> difference0, Vector256<float> sum1, Vector256<float> difference1,
        out Vector256<float> dc, out Vector256<float> nyquist, out Vector256<float> re, out Vector256<float> im)
    {
        dc = sum0 + sum1;
        nyquist = sum0 - sum1;
        re = difference0;
        im = -difference1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Forward8(float* x, nint step, float* y, nint word)
    {
        Vector256<float> a = Vector256.Load(x), b = Vector256.Load(x + 4 * step), c = Vector256.Load(x + 2 * step), d = Vector256.Load(x + 6 * step);
        Four(a + b, a - b, c + d, c - d, out var e0, out var e2, out var er, out var ei);
        (a, b, c, d) = (Vector256.Load(x + step), Vector256.Load(x + 5 * step), Vector256.Load(x + 3 * step), Vector256.Load(x + 7 * step));
        Four(a + b, a - b, c + d, c - d, out var o0, out var o2, out var or, out var oi);
        var half = Vector256.Create(HalfRoot);
        Vector256<float> tr = half * (or + oi), ti = half * (oi - or);
        (e0 + o0).Store(y);
        (e0 - o0).Store(y + word);
        (er + tr).Store(y + 2 * word);
        (ei + ti).Store(y + 3 * word);
        e2.Store(y + 4 * word);
        (-o2).Store(y + 5 * word);
        (er - tr).Store(y + 6 * word);
        (ti - ei).Store(y + 7 * word);
    }

    /// <summary>Eight times the inverse, times <paramref name="scale"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Inverse8(float* y, nint word, float* x, nint step, Vector256<float> scale, bool accumulate)
    {
        Vector256<float> dc = Vector256.Load(y) * scale, nyquist = Vector256.Load(y + word) * scale, twice = scale + scale;
        Vector256<float> r1 = Vector256.Load(y + 2 * word), i1 = Vector256.Load(y + 3 * word), r3 = Vector256.Load(y + 6 * word), i3 = Vector256.Load(y + 7 * word);
        Vector256<float> r2 = Vector256.Load(y + 4 * word) * twice, i2 = Vector256.Load(y + 5 * word) * twice;
        Vector256<float> sum = dc + nyquist, difference = dc - nyquist, half = Vector256.Create(HalfRoot) * twice;
        Vector256<float> a0 = sum + r2, a2 = sum - r2, a1 = twice * (r1 + r3), a3 = twice * (i3 - i1);
        Put(x, a0 + a1, accumulate);
        Put(x + 4 * step, a0 - a1, accumulate);
        Put(x + 2 * step, a2 + a3, accumulate);
        Put(x + 6 * step, a2 - a3, accumulate);
        Vector256<float> dr = r1 - r3, di = i1 + i3;
        Vector256<float> b0 = difference - i2, b2 = difference + i2, b1 = half * (dr - di), b3 = -(half * (dr + di));
        Put(x + step, b0 + b1, accumulate);
        Put(x + 5 * step, b0 - b1, accumulate);
        Put(x + 3 * step, b2 + b3, accumulate);
        Put(x + 7 * step, b2 - b3, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* to, Vector256<float> value, bool accumulate) =>
        (accumulate ? Vector256.Load(to) + value : value).Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Combine(Vector256<float>* y, int m, int step, float* cosines, float* sines)
    {
        int half = m / 2;
        Vector256<float> dc = y[0], middle = y[1], odd = y[half];
        y[0] = dc + odd;
        y[1] = dc - odd;
        y[half] = middle;
        y[half + 1] = -y[half + 1];
        for (int f = 1; f <= m / 8; f++)
        {
            int g = m / 4 - f;
            Vector256<float>* pe = y + 2 * f, po = pe + half, qe = y + 2 * g, qo = qe + half;
            Vector256<float> c = Vector256.Create(cosines[f * step]), s = Vector256.Create(sines[f * step]);
            Vector256<float> tr = Simd.Fma(c, po[0], s * po[1]), ti = Simd.Fma(c, po[1], -(s * po[0]));
            Vector256<float> er = pe[0], ei = pe[1];
            if (f == g)
            {
                pe[0] = er + tr;
                pe[1] = ei + ti;
                po[0] = er - tr;
                po[1] = ti - ei;
                continue;
            }
            c = Vector256.Create(cosines[g * step]);
            s = Vector256.Create(sines[g * step]);
            Vector256<float> vr = Simd.Fma(c, qo[0], s * qo[1]), vi = Simd.Fma(c, qo[1], -(s * qo[0]));
            Vector256<float> hr = qe[0], hi = qe[1];
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split(Vector256<float>* y, int m, int step, float* cosines, float* sines)
    {
        int half = m / 2;
        Vector256<float> dc = y[0], nyquist = y[1], re = y[half], im = y[half + 1];
        y[0] = dc + nyquist;
        y[half] = dc - nyquist;
        y[1] = re + re;
        y[half + 1] = -(im + im);
        for (int f = 1; f <= m / 8; f++)
        {
            int g = m / 4 - f;
            Vector256<float>* pe = y + 2 * f, po = pe + half, qe = y + 2 * g, qo = qe + half;
            Vector256<float> xr = pe[0], xi = pe[1], yr = qo[0], yi = qo[1];
            Vector256<float> c = Vector256.Create(cosines[f * step]), s = Vector256.Create(sines[f * step]);
            Vector256<float> dr = xr - yr, di = xi + yi;
            Vector256<float> tr = Simd.Fma(c, dr, -(s * di)), ti = Simd.Fma(c, di, s * dr);
            if (f != g)
            {
                Vector256<float> zr = qe[0], zi = qe[1], vr = po[0], vi = po[1];
                c = Vector256.Create(cosines[g * step]);
                s = Vector256.Create(sines[g * step]);
                Vector256<float> er = zr - vr, ei = zi + vi;
                qe[0] = zr + vr;
                qe[1] = zi - vi;
                qo[0] = Simd.Fma(c, er, -(s * ei));
                qo[1] = Simd.Fma(c, ei, s * er);
            }
            pe[0] = xr + yr;
            pe[1] = xi - yi;
            po[0] = tr;
            po[1] = ti;
        }
    }
}
