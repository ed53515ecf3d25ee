using HwGen.Core.Design;

namespace HwGen.Cli.Verbs;

/// <summary>Layers that the block size does not divide.</summary>
internal static class Padding
{
    /// <summary>A warning for each layer that is padded with zeros, with the share of its stored weights that this wastes.</summary>
    public static IEnumerable<string> Notes(DesignFile design) =>
        from indexed in design.Layers.Index()
        let layer = indexed.Item
        let stored = layer.Matrices.Sum(m => m.PaddedEntries)
        let used = layer.Matrices.Sum(m => m.Entries)
        where used < stored
        select $"{design.Name}: note: layer {indexed.Index} ({layer.InputSize} to {layer.OutputSize}) is padded to multiples of {layer.BlockSize}: "
            + System.FormattableString.Invariant($"{100 - 100.0 * used / stored:0} % of its weights are padding");
}
