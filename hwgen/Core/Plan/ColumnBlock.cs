namespace HwGen.Core.Plan;

/// <summary>One spectrum that row blocks multiply with.</summary>
/// <param name="Vector">0 is the network's input, l + 1 the output of layer l.</param>
/// <param name="Block">Block within the vector.</param>
/// <param name="Recurrent">Whether it is the previous step's: zero in the first step of a sequence.</param>
public readonly record struct ColumnBlock(int Vector, int Block, bool Recurrent);
