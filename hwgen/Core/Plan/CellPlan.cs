namespace HwGen.Core.Plan;

/// <summary>What the cell unit does with the sums of a block; the numbers are the hardware's codes.</summary>
public enum CellKind
{
    /// <summary>A GRU's update; with linear_before_reset = 0 its second half.</summary>
    Gru = 0,

    /// <summary>r ∘ h, the first half with linear_before_reset = 0.</summary>
    GruReset = 1,

    /// <summary>An LSTM's update.</summary>
    Lstm = 2,
}

/// <summary>The cell updates of a layer.</summary>
/// <param name="Layer">Layer, from 0.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Base">First row in the sum, state and bias memories.</param>
/// <param name="Blocks">Blocks of K words.</param>
/// <param name="Sums">Index of the sum in each slot that it reads; −1 where the slot is empty.</param>
/// <param name="Vector">Index of the vector that it makes.</param>
/// <param name="IsSplit">Whether input and recurrent products come as two sums, because their block sizes differ.</param>
/// <param name="ResetsFirst">Whether the candidate's recurrent product is of r ∘ h already: linear_before_reset = 0.</param>
public sealed record CellPlan(int Layer, CellKind Kind, int Base, int Blocks, IReadOnlyList<int> Sums, int Vector, bool IsSplit, bool ResetsFirst);
