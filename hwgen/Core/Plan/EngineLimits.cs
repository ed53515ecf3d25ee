using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>What the accelerator can't run of what can be trained.</summary>
public static class EngineLimits
{
    /// <summary>Every layer and setting of a design that the engine does not take, each with what to do; empty if it takes all.</summary>
    public static IReadOnlyList<InputError> Complaints(DesignFile design)
    {
        var errors = new List<InputError>();
        for (int l = 0; l < design.Layers.Count; l++)
            if (Complaint(design.Layers, l) is { } complaint)
                errors.Add((design.LayerLocations.Count > l ? design.LayerLocations[l] : design.Data.Location).Error(complaint));
        int k = design.Layers.Max(l => l.BlockSize);
        HardwareSettings hardware = design.Hardware;
        if (hardware.Sparse) errors.AddRange(SparseComplaints(design));
        else if (hardware.VectorLanes > 0 && k % hardware.VectorLanes != 0)
            errors.Add(design.HardwareLocation.Error($"{hardware.VectorLanes} vector_lanes do not divide a block of {k} words: take a power of two up to {k}"));
        if (hardware.ColumnsPerCycle > 1 && design.Layers.Any(l => l is ConvLayer))
            errors.Add(design.HardwareLocation.Error("a convolution takes one column a cycle: leave 'columns_per_cycle' out"));
        return errors;
    }

    private static IEnumerable<InputError> SparseComplaints(DesignFile design)
    {
        for (int l = 0; l < design.Layers.Count; l++)
        {
            InputLocation location = design.LayerLocations.Count > l ? design.LayerLocations[l] : design.Data.Location;
            if (design.Layers[l] is ConvLayer or PoolLayer) yield return location.Error("a sparse engine takes no convolutions and pools: leave 'hardware.sparse' out");
            else if (design.Layers[l].Matrices.FirstOrDefault(m => m.BlockSize > 1) is { } matrix)
                yield return location.Error($"a sparse engine takes single weights, and this layer has blocks of {matrix.BlockSize}: give it block_size 1, or leave 'hardware.sparse' out");
        }
        if (design.Hardware.ReloadableWeights)
            yield return design.HardwareLocation.Error("a sparse engine's schedule follows from which weights are zero: leave 'weights: reloadable' out, or 'sparse'");
        if (design.Hardware.ThreeMultiply == true)
            yield return design.HardwareLocation.Error("a sparse engine has no complex products: leave 'three_multiply' out, or 'sparse'");
    }

    private static string? Complaint(IReadOnlyList<LayerDescription> layers, int l) => layers[l] switch
    {
        ConvLayer c when c.Padding >= Math.Min(c.KernelHeight, c.KernelWidth) => $"padding of {c.Padding} puts whole kernels outside the map: the engine takes less than the kernel's size",
        ConvLayer c when l == 0 && c.Input.Channels % c.BlockSize != 0 =>
            $"the input's {c.Input.Channels} channels come packed, and blocks of {c.BlockSize} would reach over positions: give the first convolution block_size 1, or one that divides its channels",
        PoolLayer when l == 0 || layers[l - 1] is not ConvLayer => "the engine pools what a convolution right before makes: put the pool behind one",
        PoolLayer { Kind: PoolKind.Average } p when !int.IsPow2(p.Window) => $"the engine divides an average by a power of two: take a window of 2, 4 or 8, not {p.Window}",
        _ => null,
    };
}
