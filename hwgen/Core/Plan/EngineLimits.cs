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
        if (hardware.VectorLanes > 0 && k % hardware.VectorLanes != 0)
            errors.Add(design.HardwareLocation.Error($"{hardware.VectorLanes} vector_lanes do not divide a block of {k} words: take a power of two up to {k}"));
        if (hardware.ColumnsPerCycle > 1 && design.Layers.Any(l => l is ConvLayer))
            errors.Add(design.HardwareLocation.Error("a convolution takes one column a cycle: leave 'columns_per_cycle' out"));
        return errors;
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
