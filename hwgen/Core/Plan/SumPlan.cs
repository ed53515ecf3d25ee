namespace HwGen.Core.Plan;

/// <summary>A matrix product, or several of one block size that add up in the frequency domain.</summary>
/// <param name="Name">For messages, e.g. "W_i x + R_i y".</param>
/// <param name="Layer">Layer, from 0.</param>
/// <param name="Slot">Sum memory of the cell unit that it goes to, or <see cref="Linear"/>.</param>
/// <param name="BlockSize">k of its matrices.</param>
/// <param name="Blocks">Row blocks of K words.</param>
/// <param name="Terms">What adds up.</param>
public sealed record SumPlan(string Name, int Layer, int Slot, int BlockSize, int Blocks, IReadOnlyList<TermPlan> Terms)
{
    /// <summary>The slot of sums that the linear unit takes.</summary>
    public const int Linear = 8;

    public bool IsLinear => Slot == Linear;
}

/// <summary>One product of a sum.</summary>
/// <param name="Matrix">Which of the layer's matrices.</param>
/// <param name="Set">Matrices of a layer that share a format: 0 input, 1 recurrent, 2 projection, 3 a GRU's R_n.</param>
/// <param name="Spectrum">Index of the spectrum that it reads.</param>
/// <param name="Recurrent">Whether it is the previous step's: zero in the first step of a sequence.</param>
public sealed record TermPlan(int Matrix, int Set, int Spectrum, bool Recurrent);
