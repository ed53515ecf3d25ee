using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="ElementKernel"/>.</summary>
public struct ElementKernelArgs
{
    public ArrayView<float> Target, Source;
    public int Offset, Count, CountPerItem;
    public float TargetScale, SourceScale;
}

/// <summary>Elementwise work on vectors; an item is a range.</summary>
public static class ElementKernel
{
    /// <summary>Target = TargetScale·Target + SourceScale·Source; with a scale of 0 what stood in Target does not matter.</summary>
    public static void Accumulate(Index1D item, ElementKernelArgs a)
    {
        int first = item * a.CountPerItem, last = IntrinsicMath.Min(first + a.CountPerItem, a.Count);
        for (int i = a.Offset + first; i < a.Offset + last; i++)
            a.Target[i] = (a.TargetScale == 0f ? 0f : a.TargetScale * a.Target[i]) + (a.SourceScale == 0f ? 0f : a.SourceScale * a.Source[i]);
    }

    /// <summary>Target = Target·Source.</summary>
    public static void Multiply(Index1D item, ElementKernelArgs a)
    {
        int first = item * a.CountPerItem, last = IntrinsicMath.Min(first + a.CountPerItem, a.Count);
        for (int i = a.Offset + first; i < a.Offset + last; i++) a.Target[i] = a.Source[i] == 0f ? 0f : a.Target[i] * a.Source[i];
    }

    /// <summary>Target = sign(Target)·max(|Target| − SourceScale, 0).</summary>
    public static void Shrink(Index1D item, ElementKernelArgs a)
    {
        int first = item * a.CountPerItem, last = IntrinsicMath.Min(first + a.CountPerItem, a.Count);
        for (int i = a.Offset + first; i < a.Offset + last; i++)
        {
            float value = a.Target[i];
            a.Target[i] = value > a.SourceScale ? value - a.SourceScale : value < -a.SourceScale ? value + a.SourceScale : 0f;
        }
    }
}
