namespace HwGen.Frontend.Robustness;

/// <summary>A model that is attacked by the gradients of a network close to it, straight through its rounding: what it says decides
/// when an attack ends and what is the loss at its outputs, the network's derivatives carry that to the inputs.</summary>
/// <param name="Outputs">Of points, each of shape (classes): logits in the network's scale.</param>
/// <param name="Seen">An input value as the model reads it; there the network's derivatives are taken.</param>
public sealed record AttackedModel(Func<IReadOnlyList<float[]>, float[][]> Outputs, Func<float, float> Seen);
