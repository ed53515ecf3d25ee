using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HwGen.Frontend.Kernels;

/// <summary>Matrix products in the host's memory: tiles of 6 × 16 in registers. Each element is summed over the depth in
/// order, so a result doesn't depend on how rows and columns are shared out among threads.</summary>
internal static unsafe class SimdGemm
{
    /// <summary>Columns of a panel of a packed matrix: panel p holds columns 16p … 16p+15, row after row, zero-padded.</summary>
    public const int Panel = 16;

    private const int DepthBlock = 256, NearBlock = 64, TileRows = 6, Half = Panel / 2;

    /// <summary>C (+)= A·B with B packed in panels. A[r, d] is at a[r·rowStride + d].</summary>
    public static void Multiply(float* a, int rowStride, float* panels, float* c, int cStride, int rows, int columns, int depth, bool accumulate)
    {
        for (int d = 0; d < depth; d += DepthBlock)
        {
            int block = Math.Min(DepthBlock, depth - d);
            for (int n = 0; n < columns; n += Panel)
            {
                float* b = panels + (n * (nint)depth) + (d * Panel);
                for (int r = 0, height; r < rows; r += height)
                {
                    height = Height(rows - r);
                    Tile(height, a + (r * (nint)rowStride) + d, rowStride, 1, b, c + (r * (nint)cStride) + n, cStride, block,
                        Math.Min(Panel, columns - n), accumulate || d > 0);
                }
            }
        }
    }

    /// <summary>C = Aᵀ·B; A is depth × rows, B depth × columns, both plain.</summary>
    public static void MultiplyTransposed(float* a, int aStride, float* b, int bStride, float* c, int cStride, int rows, int columns, int depth)
    {
        // Strips of A that are not packed have to stay in the first cache, for all of them read the same lines.
        int panels = (columns + Panel - 1) / Panel, most = panels == 1 ? NearBlock : DepthBlock;
        float* packed = Simd.Scratch((panels * Panel + TileRows) * DepthBlock), strip = packed + panels * Panel * DepthBlock;
        for (int d = 0; d < depth; d += most)
        {
            int block = Math.Min(most, depth - d);
            for (int p = 0; p < panels; p++)
                PackPanel(b + (d * (nint)bStride) + (p * Panel), bStride, Math.Min(Panel, columns - p * Panel), block, packed + p * Panel * block);
            for (int r = 0, height; r < rows; r += height)
            {
                height = Height(rows - r);
                float* from = a + (d * (nint)aStride) + r;
                if (panels == 1)
                {
                    // A packed strip would be read only once.
                    Tile(height, from, 1, aStride, packed, c + (r * (nint)cStride), cStride, block, columns, d > 0);
                    continue;
                }
                PackStrip(from, aStride, height, block, strip);
                for (int p = 0; p < panels; p++)
                    Tile(height, strip, 1, height, packed + p * Panel * block, c + (r * (nint)cStride) + (p * Panel), cStride, block,
                        Math.Min(Panel, columns - p * Panel), d > 0);
            }
        }
    }

    private static int Height(int left) => left switch { 8 or 9 or 4 or 5 => 4, >= TileRows => TileRows, _ => 1 };

    private static void PackStrip(float* a, int stride, int height, int depth, float* target)
    {
        for (int k = 0; k < depth; k++, a += stride, target += height)
        {
            if (height == 1) target[0] = a[0];
            else
            {
                Vector128.Load(a).Store(target);
                if (height == TileRows) Vector64.Load(a + 4).Store(target + 4);
            }
        }
    }

    private static void PackPanel(float* b, int stride, int width, int depth, float* target)
    {
        for (int k = 0; k < depth; k++, b += stride, target += Panel)
        {
            if (width == Panel)
            {
                Vector256.Load(b).Store(target);
                Vector256.Load(b + 8).Store(target + 8);
            }
            else
                for (int i = 0; i < Panel; i++) target[i] = i < width ? b[i] : 0f;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile(int height, float* a, int rs, int ks, float* b, float* c, int cStride, int depth, int width, bool accumulate)
    {
        if (width != Panel) PartTile(height, a, rs, ks, b, c, cStride, depth, width, accumulate);
        else Inner(height, a, rs, ks, b, c, cStride, depth, accumulate);
    }

    private static void PartTile(int height, float* a, int rs, int ks, float* b, float* c, int cStride, int depth, int width, bool accumulate)
    {
        if (width == Half)
        {
            Narrow(height, a, rs, ks, b, c, cStride, depth, accumulate);
            return;
        }
        float* full = stackalloc float[TileRows * Panel];
        if (width < Half) Narrow(height, a, rs, ks, b, full, Panel, depth, false);
        else Inner(height, a, rs, ks, b, full, Panel, depth, false);
        for (int r = 0; r < height; r++) Put(full + r * Panel, c + r * cStride, width, accumulate);
    }

    private static void Put(float* from, float* to, int width, bool accumulate)
    {
        int j = 0;
        for (; j + 4 <= width; j += 4)
        {
            var value = Vector128.Load(from + j);
            (accumulate ? value + Vector128.Load(to + j) : value).Store(to + j);
        }
        for (; j < width; j++) to[j] = accumulate ? to[j] + from[j] : from[j];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Inner(int height, float* a, int rs, int ks, float* b, float* c, int cStride, int depth, bool accumulate)
    {
        if (height == 6) Six(a, rs, ks, b, c, cStride, depth, accumulate);
        else if (height == 4) Four(a, rs, ks, b, c, cStride, depth, accumulate);
        else One(a, ks, b, c, depth, accumulate);
    }

    /// <summary>The first half of a panel alone.</summary>
    private static void Narrow(int height, float* a, int rs, int ks, float* b, float* c, int cStride, int depth, bool accumulate)
    {
        if (height == 6) NarrowSix(a, rs, ks, b, c, cStride, depth, accumulate);
        else
            for (int r = 0; r < height; r++) NarrowOne(a + r * rs, ks, b, c + r * cStride, depth, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NarrowSix(float* a, nint rs, nint ks, float* b, float* c, nint cStride, int depth, bool accumulate)
    {
        Vector256<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        float* a3 = a + 3 * rs;
        for (int k = 0; k < depth; k++, a += ks, a3 += ks, b += Panel)
        {
            var v = Vector256.Load(b);
            c0 = Simd.Fma(Vector256.Create(a[0]), v, c0);
            c1 = Simd.Fma(Vector256.Create(a[rs]), v, c1);
            c2 = Simd.Fma(Vector256.Create(a[2 * rs]), v, c2);
            c3 = Simd.Fma(Vector256.Create(a3[0]), v, c3);
            c4 = Simd.Fma(Vector256.Create(a3[rs]), v, c4);
            c5 = Simd.Fma(Vector256.Create(a3[2 * rs]), v, c5);
        }
        Store(c, c0, accumulate);
        Store(c + cStride, c1, accumulate);
        Store(c + 2 * cStride, c2, accumulate);
        Store(c + 3 * cStride, c3, accumulate);
        Store(c + 4 * cStride, c4, accumulate);
        Store(c + 5 * cStride, c5, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NarrowOne(float* a, nint ks, float* b, float* c, int depth, bool accumulate)
    {
        Vector256<float> sum = default;
        for (int k = 0; k < depth; k++, a += ks, b += Panel) sum = Simd.Fma(Vector256.Create(a[0]), Vector256.Load(b), sum);
        Store(c, sum, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Six(float* a, nint rs, nint ks, float* b, float* c, nint cStride, int depth, bool accumulate)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        float* a3 = a + 3 * rs;
        for (int k = 0; k < depth; k++, a += ks, a3 += ks, b += Panel)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + 8);
            var v = Vector256.Create(a[0]);
            c00 = Simd.Fma(v, b0, c00);
            c01 = Simd.Fma(v, b1, c01);
            v = Vector256.Create(a[rs]);
            c10 = Simd.Fma(v, b0, c10);
            c11 = Simd.Fma(v, b1, c11);
            v = Vector256.Create(a[2 * rs]);
            c20 = Simd.Fma(v, b0, c20);
            c21 = Simd.Fma(v, b1, c21);
            v = Vector256.Create(a3[0]);
            c30 = Simd.Fma(v, b0, c30);
            c31 = Simd.Fma(v, b1, c31);
            v = Vector256.Create(a3[rs]);
            c40 = Simd.Fma(v, b0, c40);
            c41 = Simd.Fma(v, b1, c41);
            v = Vector256.Create(a3[2 * rs]);
            c50 = Simd.Fma(v, b0, c50);
            c51 = Simd.Fma(v, b1, c51);
        }
        Store(c, c00, c01, accumulate);
        Store(c + cStride, c10, c11, accumulate);
        Store(c + 2 * cStride, c20, c21, accumulate);
        Store(c + 3 * cStride, c30, c31, accumulate);
        Store(c + 4 * cStride, c40, c41, accumulate);
        Store(c + 5 * cStride, c50, c51, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(float* a, nint rs, nint ks, float* b, float* c, nint cStride, int depth, bool accumulate)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default;
        Vector256<float> c20 = default, c21 = default, c30 = default, c31 = default;
        for (int k = 0; k < depth; k++, a += ks, b += Panel)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + 8);
            var v = Vector256.Create(a[0]);
            c00 = Simd.Fma(v, b0, c00);
            c01 = Simd.Fma(v, b1, c01);
            v = Vector256.Create(a[rs]);
            c10 = Simd.Fma(v, b0, c10);
            c11 = Simd.Fma(v, b1, c11);
            v = Vector256.Create(a[2 * rs]);
            c20 = Simd.Fma(v, b0, c20);
            c21 = Simd.Fma(v, b1, c21);
            v = Vector256.Create(a[3 * rs]);
            c30 = Simd.Fma(v, b0, c30);
            c31 = Simd.Fma(v, b1, c31);
        }
        Store(c, c00, c01, accumulate);
        Store(c + cStride, c10, c11, accumulate);
        Store(c + 2 * cStride, c20, c21, accumulate);
        Store(c + 3 * cStride, c30, c31, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(float* a, nint ks, float* b, float* c, int depth, bool accumulate)
    {
        Vector256<float> c00 = default, c01 = default;
        for (int k = 0; k < depth; k++, a += ks, b += Panel)
        {
            var v = Vector256.Create(a[0]);
            c00 = Simd.Fma(v, Vector256.Load(b), c00);
            c01 = Simd.Fma(v, Vector256.Load(b + 8), c01);
        }
        Store(c, c00, c01, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector256<float> value, bool accumulate) => (accumulate ? value + Vector256.Load(c) : value).Store(c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector256<float> low, Vector256<float> high, bool accumulate)
    {
        if (accumulate)
        {
            low += Vector256.Load(c);
            high += Vector256.Load(c + 8);
        }
        low.Store(c);
        high.Store(c + 8);
    }
}
