using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>One layer's parameters as the memories hold them.</summary>
/// <param name="Input">W of each gate (GRU: z, r, n), or the one W of a dense layer.</param>
/// <param name="Recurrent">R of each gate; none for a dense layer.</param>
/// <param name="Biases">Raw, padded with zeros, one for each sum: GRU z, r, W_n x, R_n h; dense one.</param>
public sealed record QuantizedLayer(
    IReadOnlyList<QuantizedMatrix> Input, IReadOnlyList<QuantizedMatrix> Recurrent, IReadOnlyList<long[]> Biases)
{
    public static QuantizedLayer Quantize(LayerWeights weights, LayerFormats formats)
    {
        DenseParameters expanded = DenseParameters.Expand(weights);
        int sums = weights is GruWeights ? 4 : 1;
        long[][] biases = [.. Enumerable.Range(0, sums).Select(s =>
            NetworkRanges.SumBias(expanded, s).Select(formats.Sum.Quantize).ToArray())];
        return weights switch
        {
            GruWeights g => new(
                [.. g.Input.Select(m => new QuantizedMatrix(m, formats.InputWeight))],
                [.. g.Recurrent.Select(m => new QuantizedMatrix(m, formats.RecurrentWeight!))], biases),
            _ => new([new QuantizedMatrix(((DenseWeights)weights).Weight, formats.InputWeight)], [], biases),
        };
    }
}
