using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HwGen.Frontend.Kernels;

/// <summary>Vector forms of <see cref="Scalar"/>, and scratch memory of a thread.</summary>
internal static unsafe class Simd
{
    public const int Width = 8;

    [ThreadStatic] private static float* t_scratch;
    [ThreadStatic] private static int t_scratchLength;

    /// <summary>At least that many floats, aligned to a cache line, the same memory at every call of a thread.</summary>
    public static float* Scratch(int length)
    {
        if (t_scratchLength < length)
        {
            NativeMemory.AlignedFree(t_scratch);
            t_scratch = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 64);
            t_scratchLength = length;
        }
        return t_scratch;
    }

    /// <summary>Fewer than eight floats, then zeros.</summary>
    public static Vector256<float> LoadPart(float* p, int count)
    {
        float* padded = stackalloc float[Width];
        for (int i = 0; i < Width; i++) padded[i] = i < count ? p[i] : 0f;
        return Vector256.Load(padded);
    }

    /// <summary>The first few of eight floats.</summary>
    public static void StorePart(float* p, Vector256<float> value, int count)
    {
        for (int i = 0; i < count; i++) p[i] = value.GetElement(i);
    }

    /// <inheritdoc cref="Scalar.Exp"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-Scalar.Range)), Vector256.Create(Scalar.Range));
        var n = Vector256.Round(x * Vector256.Create(Scalar.Log2E));
        var g = Fma(n, Vector256.Create(-Scalar.Ln2Low), Fma(n, Vector256.Create(-Scalar.Ln2High), x));
        var p = Fma(g, Vector256.Create(1f / 5040), Vector256.Create(1f / 720));
        p = Fma(p, g, Vector256.Create(1f / 120));
        p = Fma(p, g, Vector256.Create(1f / 24));
        p = Fma(p, g, Vector256.Create(1f / 6));
        p = Fma(p, g, Vector256.Create(1f / 2));
        p = Fma(p, g, Vector256<float>.One);
        p = Fma(p, g, Vector256<float>.One);
        return p * Vector256.ShiftLeft(Vector256.ConvertToInt32(n) + Vector256.Create(127), 23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sigmoid(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x) =>
        Vector256.Create(2f) / (Vector256<float>.One + Exp(x * Vector256.Create(-2f))) - Vector256<float>.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Fma(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.MultiplyAddEstimate(a, b, c);
}
