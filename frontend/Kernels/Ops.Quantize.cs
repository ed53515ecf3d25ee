using System.Runtime.Intrinsics;
using HwGen.Core.Numerics;

namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    /// <summary>target = source as words of the format of <paramref name="bits"/> that covers its largest value with most fraction
    /// bits: nearest, ties to even, saturating, as the hardware's weight memory is filled.</summary>
    /// <param name="count">Floats, from <paramref name="offset"/> of the source and from 0 of the target.</param>
    /// <param name="bits">2..18.</param>
    public void Quantize(Tensor source, int offset, int count, int bits, Tensor target)
    {
        var format = FixedFormat.Covering(bits, Largest(source, offset, count));
        var args = new QuantizeKernelArgs
        {
            Source = source.View,
            Target = target.View,
            SourceOffset = offset,
            Count = count,
            CountPerItem = _lanes ? 1 : ParametersPerItem,
            Scale = (float)Math.ScaleB(1, format.FracBits),
            Min = format.Min,
            Max = format.Max,
        };
        if (!_simd)
        {
            Launch<QuantizeKernelArgs>(QuantizeKernel.Round, Divide(count, args.CountPerItem), args);
            return;
        }
        float* from = source.Host + offset, to = target.Host;
        Vector256<float> scale = Vector256.Create(args.Scale), min = Vector256.Create(args.Min), max = Vector256.Create(args.Max);
        int i = 0;
        for (; i + Simd.Width <= count; i += Simd.Width)
            (Vector256.Round(Vector256.Min(Vector256.Max(Vector256.Load(from + i) * scale, min), max)) / scale).Store(to + i);
        for (; i < count; i++) to[i] = MathF.Round(Math.Clamp(from[i] * args.Scale, args.Min, args.Max)) / args.Scale;
    }

    private float Largest(Tensor source, int offset, int count)
    {
        if (_simd)
        {
            float largest = 0;
            foreach (float value in new ReadOnlySpan<float>(source.Host + offset, count)) largest = Math.Max(largest, Math.Abs(value));
            return largest;
        }
        int chunks = Divide(count, SumKernel.Chunk);
        if (!_partials.TryGetValue(chunks, out var partials)) partials = _partials[chunks] = Allocate(chunks);
        Launch<QuantizeKernelArgs>(QuantizeKernel.Largest, chunks,
            new() { Source = source.View, Target = partials.View, SourceOffset = offset, Count = count, CountPerItem = SumKernel.Chunk });
        var values = new float[chunks];
        Download(partials, values);
        return values.Max();
    }
}
