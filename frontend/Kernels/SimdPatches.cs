using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HwGen.Frontend.Kernels;

/// <summary><see cref="PatchKernel"/> in the host's memory, by runs of lanes.</summary>
internal static unsafe class SimdPatches
{
    /// <summary>Rows from <paramref name="first"/>; the taps of a row of the window are one run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(float* maps, float* patches, in PatchKernelArgs a, int first, int rows)
    {
        WindowGrid grid = a.Grid;
        int lanes = a.Lanes, run = grid.WindowWidth * lanes;
        float* to = patches + (nint)first * a.Words * grid.Taps * lanes;
        for (int row = first; row < first + rows; row++)
        {
            int place = row % grid.Places, top = place / grid.OutWidth * grid.Stride - grid.Padding, x = place % grid.OutWidth * grid.Stride - grid.Padding;
            int left = Math.Clamp(-x, 0, grid.WindowWidth), right = Math.Clamp(grid.Width - x, left, grid.WindowWidth);
            int before = left * lanes, inside = (right - left) * lanes, after = run - before - inside;
            float* map = maps + (nint)(row / grid.Places) * a.MapStride + (x + left) * lanes;
            for (int word = 0; word < a.Words; word++, map += a.MapWord)
                for (int y = top; y < top + grid.WindowHeight; y++, to += run)
                {
                    if (y < 0 || y >= grid.Height)
                    {
                        Clear(to, run);
                        continue;
                    }
                    if (before > 0) Clear(to, before);
                    Copy(map + (y * grid.Width * lanes), to + before, inside);
                    if (after > 0) Clear(to + before + inside, after);
                }
        }
    }

    /// <summary>Positions from <paramref name="first"/>, counted over all maps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Collect(float* maps, float* patches, in PatchKernelArgs a, int first, int rows)
    {
        WindowGrid grid = a.Grid;
        if (first % grid.Positions == 0 && rows % grid.Positions == 0)
        {
            for (int map = first / grid.Positions; map < (first + rows) / grid.Positions; map++)
                Scatter(maps + (nint)map * a.MapStride, patches + (nint)map * grid.Places * a.Words * grid.Taps * a.Lanes, a);
            return;
        }
        int taps = grid.Taps, lanes = a.Lanes, width = a.Words * taps * lanes;
        float** seen = stackalloc float*[taps];
        for (int row = first; row < first + rows; row++)
        {
            int map = row / grid.Positions, position = row % grid.Positions, y = position / grid.Width, x = position % grid.Width, count = 0;
            var (top, bottom) = grid.RowsSeeing(y);
            var (left, right) = grid.ColumnsSeeing(x);
            for (int r = top; r <= bottom; r++)
            {
                int tapRow = (y + grid.Padding - r * grid.Stride) * grid.WindowWidth;
                float* places = patches + (nint)(map * grid.Places + r * grid.OutWidth) * width;
                for (int c = left; c <= right; c++)
                    seen[count++] = places + c * width + (tapRow + x + grid.Padding - c * grid.Stride) * lanes;
            }
            float* to = maps + (nint)map * a.MapStride + position * lanes;
            for (int word = 0, offset = 0; word < a.Words; word++, to += a.MapWord, offset += taps * lanes) Sum(seen, count, offset, to, lanes);
        }
    }

    /// <summary>A whole map, place by place: the same sums in the same order, but by runs of a window's row, which few lanes make much longer than a position's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(float* map, float* patches, in PatchKernelArgs a)
    {
        WindowGrid grid = a.Grid;
        int lanes = a.Lanes, run = grid.WindowWidth * lanes, line = grid.Width * lanes;
        for (int word = 0; word < a.Words; word++) Clear(map + (nint)word * a.MapWord, grid.Positions * lanes);
        float* from = patches;
        for (int row = 0; row < grid.OutHeight; row++)
        {
            int top = row * grid.Stride - grid.Padding, above = Math.Clamp(-top, 0, grid.WindowHeight), below = Math.Clamp(grid.Height - top, above, grid.WindowHeight);
            for (int column = 0; column < grid.OutWidth; column++)
            {
                int x = column * grid.Stride - grid.Padding, left = Math.Clamp(-x, 0, grid.WindowWidth), right = Math.Clamp(grid.Width - x, left, grid.WindowWidth);
                float* to = map + (top * line + (x + left) * lanes);
                for (int word = 0; word < a.Words; word++, to += a.MapWord, from += grid.WindowHeight * run)
                    for (int y = above; y < below; y++) Add(from + y * run + left * lanes, to + y * line, (right - left) * lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* from, float* to, int count)
    {
        int i = 0;
        for (; i + 8 <= count; i += 8) (Vector256.Load(to + i) + Vector256.Load(from + i)).Store(to + i);
        for (; i + 4 <= count; i += 4) (Vector128.Load(to + i) + Vector128.Load(from + i)).Store(to + i);
        for (; i < count; i++) to[i] += from[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum(float** sources, int count, int offset, float* to, int lanes)
    {
        int lane = 0;
        for (; lane + 8 <= lanes; lane += 8)
        {
            var sum = Vector256<float>.Zero;
            for (int i = 0; i < count; i++) sum += Vector256.Load(sources[i] + offset + lane);
            sum.Store(to + lane);
        }
        for (; lane + 4 <= lanes; lane += 4)
        {
            var sum = Vector128<float>.Zero;
            for (int i = 0; i < count; i++) sum += Vector128.Load(sources[i] + offset + lane);
            sum.Store(to + lane);
        }
        for (; lane + 2 <= lanes; lane += 2)
        {
            var sum = Vector128<float>.Zero;
            for (int i = 0; i < count; i++) sum += Vector128.CreateScalar(*(double*)(sources[i] + offset + lane)).AsSingle();
            *(double*)(to + lane) = sum.AsDouble().ToScalar();
        }
        for (; lane < lanes; lane++)
        {
            float sum = 0f;
            for (int i = 0; i < count; i++) sum += sources[i][offset + lane];
            to[lane] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* from, float* to, int count)
    {
        int i = 0;
        for (; i + 8 <= count; i += 8) Vector256.Load(from + i).Store(to + i);
        if (i + 4 <= count)
        {
            Vector128.Load(from + i).Store(to + i);
            i += 4;
        }
        if (i + 2 <= count)
        {
            *(double*)(to + i) = *(double*)(from + i);
            i += 2;
        }
        if (i < count) to[i] = from[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear(float* to, int count)
    {
        int i = 0;
        for (; i + 4 <= count; i += 4) Vector128<float>.Zero.Store(to + i);
        for (; i < count; i++) to[i] = 0f;
    }
}
