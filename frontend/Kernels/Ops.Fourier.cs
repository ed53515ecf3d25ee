namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    /// <summary>Spectra of blocks of k words (a power of two), words DC, Nyquist, Re1, Im1, ….</summary>
    public void Transform(BlockArgs time, BlockArgs spectrum, int rows, int groups, int lanes, int k)
    {
        var twiddles = Twiddles(k);
        if (_simd)
        {
            for (int r = 0; r < rows; r++)
                for (int g = 0; g < groups; g++)
                    SimdFourier.Forward(Host(time, r, g), time.WordStride, Host(spectrum, r, g), spectrum.WordStride, k, lanes, twiddles.Host, (int*)twiddles.Host + 2 * k);
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
            for (int r = 0; r < rows; r++)
                for (int g = 0; g < groups; g++)
                    SimdFourier.Inverse(Host(time, r, g), time.WordStride, Host(spectrum, r, g), spectrum.WordStride, k, lanes, twiddles.Host, (int*)twiddles.Host + 2 * k, accumulate);
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
