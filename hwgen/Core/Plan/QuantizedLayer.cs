using HwGen.Core.Network;
using HwGen.Core.Numerics;

namespace HwGen.Core.Plan;

/// <summary>One layer's parameters as the memories hold them.</summary>
/// <param name="Matrices">In the order of <see cref="LayerWeights.Matrices"/>.</param>
/// <param name="Biases">Raw, by slot of the cell unit, or the one of the linear unit; a slot without a bias has an empty one.</param>
/// <param name="Peepholes">Raw, of i, o, f; empty without peepholes.</param>
public sealed record QuantizedLayer(IReadOnlyList<QuantizedMatrix> Matrices, IReadOnlyList<long[]> Biases, IReadOnlyList<long[]> Peepholes)
{
    /// <summary>Quantizes a layer.</summary>
    /// <param name="weights">Trained, batch norm folded.</param>
    /// <param name="sets">For each matrix the set of matrices that it shares a format with.</param>
    /// <param name="formats">Formats of the layer.</param>
    public static QuantizedLayer Quantize(LayerWeights weights, IReadOnlyList<int> sets, LayerFormats formats) => new(
        [.. weights.Matrices.Select((m, i) => new QuantizedMatrix(m, formats.Weights[sets[i]]))],
        weights is GruWeights or LstmWeights
            ? [.. Enumerable.Range(0, 4).Select(s => (Bias(weights, s) ?? []).Select(b => (s == 3 ? formats.CandidateBias : formats.Bias).Quantize(b)).ToArray())]
            : [[.. (Bias(weights, SumPlan.Linear) ?? []).Select(b => formats.Bias.Quantize(b))]],
        weights is LstmWeights { Peepholes.Count: > 0 } lstm
            ? [.. lstm.Peepholes.Select(p => p.Select(w => formats.Peephole!.Quantize(w)).ToArray())] : []);

    /// <summary>The bias that is added to what a slot of the cell unit, or the linear unit, takes; null if none is.</summary>
    public static float[]? Bias(LayerWeights weights, int slot) => (weights, slot) switch
    {
        (GruWeights g, 0 or 1) => [.. g.InputBias[slot].Zip(g.RecurrentBias[slot], (a, b) => a + b)],
        (GruWeights g, 2) => g.InputBias[2],
        (GruWeights g, 3) => g.RecurrentBias[2],
        (LstmWeights l, < LstmLayer.Gates) => l.Bias[slot],
        (DenseWeights d, SumPlan.Linear) => d.Bias,
        (ConvWeights c, SumPlan.Linear) => c.Bias,
        _ => null,
    };
}
