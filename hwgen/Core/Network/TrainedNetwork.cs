namespace HwGen.Core.Network;

/// <summary>A network with its weights.</summary>
/// <param name="Layers">First to last; each layer's input is the layer before's output.</param>
/// <param name="Weights">One entry a layer, of the layer's kind.</param>
public sealed record TrainedNetwork(IReadOnlyList<LayerDescription> Layers, IReadOnlyList<LayerWeights> Weights)
{
    public int InputSize => Layers[0].InputSize;

    public int OutputSize => Layers[^1].OutputSize;

    public int ParameterCount => Weights.Sum(w => w.ParameterCount);

    /// <summary>The network that computes the same without batch norm: scaled weights and biases.</summary>
    public TrainedNetwork FoldBatchNorm()
    {
        var folded = Layers.Zip(Weights, (layer, weights) => layer is ConvLayer conv && weights is ConvWeights { Norm: { } norm } w
            ? (Layer: conv.WithoutBatchNorm(), Weights: Fold(w, norm)) : (Layer: layer, Weights: weights)).ToList();
        return new([.. folded.Select(f => f.Layer)], [.. folded.Select(f => f.Weights)]);
    }

    private static ConvWeights Fold(ConvWeights weights, BatchNorm norm)
    {
        var (weight, bias) = norm.Fold(weights.Weight);
        return new(weight, bias, null);
    }
}
