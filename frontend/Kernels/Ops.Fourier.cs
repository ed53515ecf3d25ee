namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    /// <summary>Spectra of blocks of k words (a power of two), words DC, Nyquist, Re1, Im1, ….</summary>
    public void Transform(BlockArgs time, BlockArgs spectrum, int rows, int groups, int lanes, int k)
    {
        var twiddles = Twiddles(k);
        if (_simd)
        {
            if (lanes >= Simd.Width)
                for (int r = 0; r < rows; r++)
                    for (int g = 0; g < groups; g++)
                        SimdFourier.Forward(Host(time, r, g), time.WordStride, Host(spectrum, r, g), spectrum.WordStride, k, lanes, twiddles.Host, (int*)twiddles.Host + 2 * k);
            ForRuns(time, spectrum, rows, groups, lanes, (times, spectra, run, count) =>
                SimdFourier.ForwardRuns(times, time.WordStride, spectra, spectrum.WordStride, k, run, count, twiddles.Host, (int*)twiddles.Host + 2 * k));
            return;
        }
        var args = Arguments(time, spectrum, groups, lanes, k, twiddles);
        Launch<FourierKernelArgs>(FourierKernel.Forward, rows * groups * Divide(lanes, args.LanesPerItem), args);
    }

    /// <summary>Blocks of their spectra, which may be overwritten; added to <paramref name="time"/> or put there.</summary>
    public void Restore(BlockArgs spectrum, BlockArgs time, int rows, int groups, int lanes, int k, bool accumulate)
    {
        var twiddles = Twiddles(k);
        if (_simd)
        {
            if (lanes >= Simd.Width)
                for (int r = 0; r < rows; r++)
                    for (int g = 0; g < groups; g++)
                        SimdFourier.Inverse(Host(time, r, g), time.WordStride, Host(spectrum, r, g), spectrum.WordStride, k, lanes, twiddles.Host, (int*)twiddles.Host + 2 * k, accumulate);
            ForRuns(time, spectrum, rows, groups, lanes, (times, spectra, run, count) =>
                SimdFourier.InverseRuns(times, time.WordStride, spectra, spectrum.WordStride, k, run, count, twiddles.Host, (int*)twiddles.Host + 2 * k, accumulate));
            return;
        }
        var args = Arguments(time, spectrum, groups, lanes, k, twiddles);
        args.Accumulate = accumulate ? 1 : 0;
        Launch<FourierKernelArgs>(FourierKernel.Inverse, rows * groups * Divide(lanes, args.LanesPerItem), args);
    }

    /// <summary>Makes the tables that <see cref="Transform"/> needs, so that worker threads only read them.</summary>
    public Tensor Twiddles(int k)
    {
        if (_twiddles.TryGetValue(k, out var table)) return table;
        var values = new float[3 * k];      // cosines, sines, and the bits of the bit-reversed indices
        for (int i = 0; i < k; i++)
        {
            (values[i], values[k + i]) = ((float)Math.Cos(2 * Math.PI * i / k), (float)Math.Sin(2 * Math.PI * i / k));
            values[2 * k + i] = BitConverter.Int32BitsToSingle(FourierKernel.Reverse(i, k));
        }
        return _twiddles[k] = Allocate(values);
    }

    private delegate void RunsAction(float** times, float** spectra, int run, int count);

    /// <summary>Fills vectors with the lanes that are left over by whole ones, of several rows and groups together, in runs.</summary>
    private static void ForRuns(BlockArgs time, BlockArgs spectrum, int rows, int groups, int lanes, RunsAction body)
    {
        int left = lanes % Simd.Width;
        if (left == 0) return;
        int run = left % 4 == 0 ? 4 : left % 2 == 0 ? 2 : 1, count = 0;
        float** times = stackalloc float*[2 * Simd.Width], spectra = times + Simd.Width;
        for (int r = 0; r < rows; r++)
            for (int g = 0; g < groups; g++)
                for (int l = lanes - left; l < lanes; l += run)
                {
                    times[count] = Host(time, r, g) + l;
                    spectra[count] = Host(spectrum, r, g) + l;
                    if (++count * run < Simd.Width) continue;
                    body(times, spectra, run, count);
                    count = 0;
                }
        if (count > 0) body(times, spectra, run, count);
    }

    private static float* Host(BlockArgs a, int row, int group) => a.Tensor.Host + a.Offset + row * a.RowStride + group * a.GroupStride;

    private FourierKernelArgs Arguments(BlockArgs time, BlockArgs spectrum, int groups, int lanes, int k, Tensor twiddles) => new()
    {
        Time = time.Tensor.View,
        Spectrum = spectrum.Tensor.View,
        Twiddles = twiddles.View,
        Size = k,
        Groups = groups,
        Lanes = lanes,
        LanesPerItem = PerItem(lanes),
        TimeOffset = time.Offset,
        TimeRow = time.RowStride,
        TimeGroup = time.GroupStride,
        TimeWord = time.WordStride,
        SpectrumOffset = spectrum.Offset,
        SpectrumRow = spectrum.RowStride,
        SpectrumGroup = spectrum.GroupStride,
        SpectrumWord = spectrum.WordStride,
    };
}
