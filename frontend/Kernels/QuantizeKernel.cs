using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="QuantizeKernel"/>.</summary>
public struct QuantizeKernelArgs
{
    public ArrayView<float> Source, Target;
    public int SourceOffset, Count, CountPerItem;

    /// <summary>Words of 1/Scale, from Min/Scale to Max/Scale.</summary>
    public float Scale, Min, Max;
}

/// <summary>Rounds floats to the words of a fixed-point format; an item is a range of them.</summary>
public static class QuantizeKernel
{
    /// <summary>Added and taken off again, this rounds a float below 2^22 to the nearest whole number, ties to even.</summary>
    private const float Shift = 12_582_912f;      // 1.5·2^23

    /// <summary>Target[item] = the largest magnitude of its range.</summary>
    public static void Largest(Index1D item, QuantizeKernelArgs a)
    {
        int first = item * a.CountPerItem, last = IntrinsicMath.Min(first + a.CountPerItem, a.Count);
        float largest = 0f;
        for (int i = first; i < last; i++) largest = IntrinsicMath.Max(largest, IntrinsicMath.Abs(a.Source[a.SourceOffset + i]));
        a.Target[item] = largest;
    }

    /// <summary>Target[i] = Source[i], rounded and saturated; a power of two as Scale makes every word exact.</summary>
    public static void Round(Index1D item, QuantizeKernelArgs a)
    {
        int first = item * a.CountPerItem, last = IntrinsicMath.Min(first + a.CountPerItem, a.Count);
        for (int i = first; i < last; i++)
        {
            float scaled = IntrinsicMath.Min(IntrinsicMath.Max(a.Source[a.SourceOffset + i] * a.Scale, a.Min), a.Max);
            a.Target[i] = (scaled + Shift - Shift) / a.Scale;
        }
    }
}
