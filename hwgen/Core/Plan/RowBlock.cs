namespace HwGen.Core.Plan;

/// <summary>One block of a matrix product's rows.</summary>
/// <param name="Layer">Layer, from 0.</param>
/// <param name="Kind">Which product of the layer.</param>
/// <param name="Block">Row block within the product.</param>
public readonly record struct RowBlock(int Layer, SumKind Kind, int Block);
