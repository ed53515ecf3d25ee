using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Cli.Verbs;

/// <summary>Layers that the block size does not divide.</summary>
internal static class Padding
{
    /// <summary>A warning for each layer that is padded with zeros, with the share of its stored weights that this wastes.</summary>
    public static IEnumerable<string> Notes(DesignFile design) =>
        from indexed in design.Layers.Index()
        let layer = indexed.Item
        let stored = Blocks(layer, layer.InputBlocks, layer.OutputBlocks) * layer.BlockSize * layer.BlockSize
        let used = Blocks(layer, layer.InputSize, layer.OutputSize)
        where used < stored
        select $"{design.Name}: note: layer {indexed.Index} ({layer.InputSize} to {layer.OutputSize}) is padded to multiples of {layer.BlockSize}: "
            + System.FormattableString.Invariant($"{100 - 100.0 * used / stored:0} % of its weights are padding");

    // A gru multiplies its input and its own output, three times each.
    private static long Blocks(LayerDescription layer, long inputs, long outputs) =>
        layer is GruLayer ? GruLayer.Gates * outputs * (inputs + outputs) : outputs * inputs;
}
