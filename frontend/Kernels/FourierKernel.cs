using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="FourierKernel"/>; see <see cref="BlockArgs"/> for the strides.</summary>
public struct FourierKernelArgs
{
    public ArrayView<float> Time, Spectrum, Twiddles;
    public int Size, Groups, Lanes, LanesPerItem, Accumulate;
    public int TimeOffset, TimeRow, TimeGroup, TimeWord;
    public int SpectrumOffset, SpectrumRow, SpectrumGroup, SpectrumWord;
}

/// <summary>Real Fourier transforms of blocks of k words, in place in the spectrum; words DC, Nyquist, Re1, Im1, ….</summary>
/// <remarks>Decimation in time on half spectra: with E and O the spectra of the even and odd samples and w = e^{−2πi/m},
/// X[f] = E[f] + w^f O[f] and X[m/2 − f] = conj(E[f] − w^f O[f]). The bins f and m/4 − f read and write the same eight
/// words, so a level needs no second buffer. The inverse undoes the levels and overwrites its spectrum.
/// Twiddles: cos(2πn/k), n = 0..k−1, then sin(2πn/k).</remarks>
public static class FourierKernel
{
    public static void Forward(Index1D item, FourierKernelArgs a)
    {
        int ranges = (a.Lanes + a.LanesPerItem - 1) / a.LanesPerItem;
        int first = item % ranges * a.LanesPerItem, count = IntrinsicMath.Min(a.LanesPerItem, a.Lanes - first);
        int group = item / ranges % a.Groups, row = item / ranges / a.Groups;
        int t = a.TimeOffset + row * a.TimeRow + group * a.TimeGroup + first;
        int s = a.SpectrumOffset + row * a.SpectrumRow + group * a.SpectrumGroup + first;
        for (int i = 0; i < a.Size; i++)
        {
            int from = t + Reverse(i, a.Size) * a.TimeWord, to = s + i * a.SpectrumWord;
            for (int l = 0; l < count; l++) a.Spectrum[to + l] = a.Time[from + l];
        }
        for (int m = 2; m <= a.Size; m *= 2)
            for (int b = 0; b < a.Size; b += m)
                Combine(a, s + b * a.SpectrumWord, m, count);
    }

    public static void Inverse(Index1D item, FourierKernelArgs a)
    {
        int ranges = (a.Lanes + a.LanesPerItem - 1) / a.LanesPerItem;
        int first = item % ranges * a.LanesPerItem, count = IntrinsicMath.Min(a.LanesPerItem, a.Lanes - first);
        int group = item / ranges % a.Groups, row = item / ranges / a.Groups;
        int t = a.TimeOffset + row * a.TimeRow + group * a.TimeGroup + first;
        int s = a.SpectrumOffset + row * a.SpectrumRow + group * a.SpectrumGroup + first;
        for (int m = a.Size; m >= 2; m /= 2)
            for (int b = 0; b < a.Size; b += m)
                Split(a, s + b * a.SpectrumWord, m, count);
        float scale = 1f / a.Size;
        for (int i = 0; i < a.Size; i++)
        {
            int to = t + Reverse(i, a.Size) * a.TimeWord, from = s + i * a.SpectrumWord;
            for (int l = 0; l < count; l++)
                a.Time[to + l] = a.Accumulate != 0 ? a.Time[to + l] + scale * a.Spectrum[from + l] : scale * a.Spectrum[from + l];
        }
    }

    /// <summary>Bits of <paramref name="i"/> below those of <paramref name="size"/>, last first.</summary>
    public static int Reverse(int i, int size)
    {
        int result = 0;
        for (int bit = 1; bit < size; bit *= 2)
        {
            result = result * 2 + i % 2;
            i /= 2;
        }
        return result;
    }

    private static void Combine(FourierKernelArgs a, int s, int m, int count)
    {
        int w = a.SpectrumWord, half = m / 2 * w;
        if (m == 2)
        {
            for (int l = s; l < s + count; l++) Butterfly(a.Spectrum, l, l + w);
            return;
        }
        for (int l = s; l < s + count; l++)
        {
            float even = a.Spectrum[l + w];
            Butterfly2(a.Spectrum, l, l + half, l + w);
            a.Spectrum[l + half] = even;
            a.Spectrum[l + half + w] = -a.Spectrum[l + half + w];
        }
        for (int f = 1; f <= m / 8; f++)
        {
            int g = m / 4 - f, step = a.Size / m;
            float cf = a.Twiddles[f * step], sf = -a.Twiddles[a.Size + f * step];
            float cg = a.Twiddles[g * step], sg = -a.Twiddles[a.Size + g * step];
            for (int l = s; l < s + count; l++)
            {
                int pe = l + 2 * f * w, po = pe + half, qe = l + 2 * g * w, qo = qe + half;
                float er = a.Spectrum[pe], ei = a.Spectrum[pe + w], or = a.Spectrum[po], oi = a.Spectrum[po + w];
                float tr = cf * or - sf * oi, ti = cf * oi + sf * or;
                float hr = a.Spectrum[qe], hi = a.Spectrum[qe + w], ur = a.Spectrum[qo], ui = a.Spectrum[qo + w];
                float vr = cg * ur - sg * ui, vi = cg * ui + sg * ur;
                a.Spectrum[pe] = er + tr;
                a.Spectrum[pe + w] = ei + ti;
                a.Spectrum[qo] = er - tr;
                a.Spectrum[qo + w] = ti - ei;
                a.Spectrum[qe] = hr + vr;
                a.Spectrum[qe + w] = hi + vi;
                a.Spectrum[po] = hr - vr;
                a.Spectrum[po + w] = vi - hi;
            }
        }
    }

    /// <summary>Undoes <see cref="Combine"/>, times two.</summary>
    private static void Split(FourierKernelArgs a, int s, int m, int count)
    {
        int w = a.SpectrumWord, half = m / 2 * w;
        if (m == 2)
        {
            for (int l = s; l < s + count; l++) Butterfly(a.Spectrum, l, l + w);
            return;
        }
        for (int l = s; l < s + count; l++)
        {
            float re = a.Spectrum[l + half], im = a.Spectrum[l + half + w];
            Butterfly2(a.Spectrum, l, l + w, l + half);
            a.Spectrum[l + w] = 2f * re;
            a.Spectrum[l + half + w] = -2f * im;
        }
        for (int f = 1; f <= m / 8; f++)
        {
            int g = m / 4 - f, step = a.Size / m;
            float cf = a.Twiddles[f * step], sf = a.Twiddles[a.Size + f * step];
            float cg = a.Twiddles[g * step], sg = a.Twiddles[a.Size + g * step];
            for (int l = s; l < s + count; l++)
            {
                int pe = l + 2 * f * w, po = pe + half, qe = l + 2 * g * w, qo = qe + half;
                float xr = a.Spectrum[pe], xi = a.Spectrum[pe + w], yr = a.Spectrum[qo], yi = -a.Spectrum[qo + w];
                float zr = a.Spectrum[qe], zi = a.Spectrum[qe + w], vr = a.Spectrum[po], vi = -a.Spectrum[po + w];
                float dr = xr - yr, di = xi - yi, er = zr - vr, ei = zi - vi;
                a.Spectrum[pe] = xr + yr;
                a.Spectrum[pe + w] = xi + yi;
                a.Spectrum[po] = cf * dr - sf * di;
                a.Spectrum[po + w] = cf * di + sf * dr;
                a.Spectrum[qe] = zr + vr;
                a.Spectrum[qe + w] = zi + vi;
                a.Spectrum[qo] = cg * er - sg * ei;
                a.Spectrum[qo + w] = cg * ei + sg * er;
            }
        }
    }

    private static void Butterfly(ArrayView<float> v, int p, int q)
    {
        float a = v[p], b = v[q];
        v[p] = a + b;
        v[q] = a - b;
    }

    /// <summary>The sum of words a and b goes to a; their difference to <paramref name="difference"/>, the word beside a.</summary>
    private static void Butterfly2(ArrayView<float> v, int a, int b, int difference)
    {
        float x = v[a], y = v[b];
        v[a] = x + y;
        v[difference] = x - y;
    }
}
