using HwGen.Core.Network;

namespace HwGen.Cli.Import;

/// <summary>Block sizes for a network that came without any.</summary>
internal static class BlockSizes
{
    /// <param name="layers">Of a chain, every block size 1.</param>
    /// <param name="k">Asked for, a power of two.</param>
    /// <returns>k wherever it fits: a convolution of fewer channels stays dense, and behind a map k divides the channels.</returns>
    public static IReadOnlyList<LayerDescription> Choose(IReadOnlyList<LayerDescription> layers, int k)
    {
        var chosen = new List<LayerDescription>();
        foreach (var layer in layers)
        {
            int? below = layer is not DenseLayer || chosen.Count == 0 ? null : chosen[^1] switch
            {
                ConvLayer c => c.Output.Channels,
                PoolLayer p => p.Output.Channels,
                _ => null,
            };
            int own = layer is ConvLayer conv && conv.Input.Channels < k ? 1 : k;
            while (below is { } channels && channels % own != 0) own /= 2;
            chosen.Add(layer.WithBlockSize(own));
        }
        return chosen;
    }
}
