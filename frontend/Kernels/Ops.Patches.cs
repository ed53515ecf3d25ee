namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    /// <summary>Rows of patches, one a place of the window: what it sees there, word after word, each of all taps and lanes; zeros outside the map.</summary>
    /// <param name="maps">Word w of lane l of position p of map m is at Offset + m·GroupStride + w·WordStride + p·lanes + l.</param>
    /// <param name="patches">Rows of words·taps·lanes, from its start.</param>
    /// <param name="first">First row; row map·places + place.</param>
    public void GatherPatches(WindowGrid grid, BlockArgs maps, Tensor patches, int first, int rows, int words, int lanes)
    {
        var args = Arguments(grid, maps, patches, first, words, lanes);
        if (_simd) SimdPatches.Gather(maps.Tensor.Host + maps.Offset, patches.Host, args, first, rows);
        else LaunchRows(PatchKernel.Gather, args, rows, words * grid.Taps * lanes);
    }

    /// <summary>Gradients at the maps from those at the patches: the sum, at each position, of what the patches hold of it.</summary>
    /// <param name="maps">As in <see cref="GatherPatches"/>; overwritten.</param>
    /// <param name="first">First position; map·positions + position.</param>
    /// <param name="rows">Positions.</param>
    public void CollectPatches(WindowGrid grid, BlockArgs maps, Tensor patches, int first, int rows, int words, int lanes)
    {
        var args = Arguments(grid, maps, patches, first, words, lanes);
        if (_simd) SimdPatches.Collect(maps.Tensor.Host + maps.Offset, patches.Host, args, first, rows);
        else LaunchRows(PatchKernel.Collect, args, rows, words * lanes);
    }

    private void LaunchRows(Action<ILGPU.Index1D, PatchKernelArgs> kernel, PatchKernelArgs args, int rows, int width)
    {
        args.FloatsPerItem = PerItem(width);
        Launch<PatchKernelArgs>(kernel, rows * Divide(width, args.FloatsPerItem), args);
    }

    private static PatchKernelArgs Arguments(WindowGrid grid, BlockArgs maps, Tensor patches, int first, int words, int lanes) => new()
    {
        Maps = maps.Tensor.View,
        Patches = patches.View,
        Grid = grid,
        Words = words,
        Lanes = lanes,
        MapOffset = maps.Offset,
        MapStride = maps.GroupStride,
        MapWord = maps.WordStride,
        FirstRow = first,
    };
}
