using HwGen.Core.Network;

namespace HwGen.Frontend.Onnx;

/// <summary>What an ONNX model holds.</summary>
/// <param name="Network">Every block size 1; batch norms folded.</param>
/// <param name="EveryStep">Whether the model gives an output for each step rather than one for a sequence.</param>
/// <param name="Notes">What was left out.</param>
public sealed record ImportedNetwork(TrainedNetwork Network, bool EveryStep, IReadOnlyList<string> Notes);
