using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="PatchKernel"/>.</summary>
public struct PatchKernelArgs
{
    /// <summary>Word w of lane l of position p of map m is at MapOffset + m·MapStride + w·MapWord + p·Lanes + l.</summary>
    public ArrayView<float> Maps;

    /// <summary>Rows, one a place of the window; word w of lane l of tap t is at (w·Taps + t)·Lanes + l.</summary>
    public ArrayView<float> Patches;

    public WindowGrid Grid;
    public int Words, Lanes, MapOffset, MapStride, MapWord, PatchOffset;

    /// <summary>Floats of a row that an item takes.</summary>
    public int FloatsPerItem;

    /// <summary>Of the first item.</summary>
    public int FirstRow;
}

/// <summary>What a window sees at each place, and back; an item is a row and a range of its floats.</summary>
public static class PatchKernel
{
    /// <summary>Each row of patches from its map, zeros outside; a row is a place.</summary>
    public static void Gather(Index1D item, PatchKernelArgs a)
    {
        int taps = a.Grid.Taps, width = a.Words * taps * a.Lanes, ranges = (width + a.FloatsPerItem - 1) / a.FloatsPerItem;
        int row = a.FirstRow + item / ranges, at = item % ranges * a.FloatsPerItem, last = IntrinsicMath.Min(at + a.FloatsPerItem, width);
        int map = a.MapOffset + row / a.Grid.Places * a.MapStride, place = row % a.Grid.Places, patch = a.PatchOffset + row * width;
        while (at < last)
        {
            int run = at / a.Lanes, lane = at % a.Lanes, count = IntrinsicMath.Min(a.Lanes - lane, last - at);
            int position = a.Grid.Seen(place, run % taps), from = map + run / taps * a.MapWord + position * a.Lanes + lane;
            for (int i = 0; i < count; i++) a.Patches[patch + at + i] = position < 0 ? 0f : a.Maps[from + i];
            at += count;
        }
    }

    /// <summary>The sum, at each position, of what the patches hold of it: the gradient of <see cref="Gather"/>; a row is a position.</summary>
    public static void Collect(Index1D item, PatchKernelArgs a)
    {
        int taps = a.Grid.Taps, width = a.Words * a.Lanes, ranges = (width + a.FloatsPerItem - 1) / a.FloatsPerItem;
        int row = a.FirstRow + item / ranges, at = item % ranges * a.FloatsPerItem, last = IntrinsicMath.Min(at + a.FloatsPerItem, width);
        int map = row / a.Grid.Positions, position = row % a.Grid.Positions;
        while (at < last)
        {
            int word = at / a.Lanes, lane = at % a.Lanes, count = IntrinsicMath.Min(a.Lanes - lane, last - at);
            int to = a.MapOffset + map * a.MapStride + word * a.MapWord + position * a.Lanes + lane;
            for (int i = 0; i < count; i++) a.Maps[to + i] = 0f;
            for (int tap = 0; tap < taps; tap++)
            {
                int place = a.Grid.Seeing(position, tap);
                if (place < 0) continue;
                int from = a.PatchOffset + (map * a.Grid.Places + place) * width * taps + (word * taps + tap) * a.Lanes + lane;
                for (int i = 0; i < count; i++) a.Maps[to + i] += a.Patches[from + i];
            }
            at += count;
        }
    }
}
