namespace HwGen.Core.Network;

/// <summary>A network with its weights.</summary>
/// <param name="Layers">First to last; each layer's input is the layer before's output.</param>
/// <param name="Weights">One entry a layer, of the layer's kind.</param>
public sealed record TrainedNetwork(IReadOnlyList<LayerDescription> Layers, IReadOnlyList<LayerWeights> Weights)
{
    public int InputSize => Layers[0].InputSize;

    public int OutputSize => Layers[^1].OutputSize;

    public int ParameterCount => Weights.Sum(w => w.ParameterCount);
}
