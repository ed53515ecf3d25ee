using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Functions of one float that every device computes with the same operations.</summary>
public static class Scalar
{
    /// <summary>log2 e.</summary>
    public const float Log2E = 1.44269504f;

    /// <summary>ln 2 in two parts; the first has few enough bits that n·High is exact for |n| ≤ 2^7.</summary>
    public const float Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;

    /// <summary>Arguments are clamped here, so that e^x stays a normal number.</summary>
    public const float Range = 87f;

    /// <summary>e^x for |x| ≤ 87; relative error below 4·2^-24: n ln 2 is taken off, the rest (|g| ≤ 0.35) goes into the
    /// Taylor polynomial of degree 7, whose remainder g^8/8! is below 2^-27.</summary>
    public static float Exp(float x)
    {
        x = IntrinsicMath.Min(IntrinsicMath.Max(x, -Range), Range);
        float y = x * Log2E;
        int n = (int)(y + (y >= 0f ? 0.5f : -0.5f));
        float g = x - n * Ln2High - n * Ln2Low;
        float p = 1f + g * (1f + g * (1f / 2 + g * (1f / 6 + g * (1f / 24 + g * (1f / 120 + g * (1f / 720 + g * (1f / 5040)))))));
        return p * Interop.IntAsFloat((uint)((n + 127) << 23));
    }

    /// <summary>1 / (1 + e^-x); absolute error below 2^-22.</summary>
    public static float Sigmoid(float x) => 1f / (1f + Exp(-x));

    /// <summary>2σ(2x) − 1; absolute error below 2^-21.</summary>
    public static float Tanh(float x) => 2f / (1f + Exp(-2f * x)) - 1f;
}
