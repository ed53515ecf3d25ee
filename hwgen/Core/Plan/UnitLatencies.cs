namespace HwGen.Core.Plan;

/// <summary>Cycles from an operation's issue to the first cycle in which an operation that needs its result can be issued.</summary>
/// <param name="Fft">FFT issue to product issue with the spectrum: memory read, input register, transform, rounding, memory write.</param>
/// <param name="Product">Last column's issue to the drain of the first row block: memory read, products, pair sums, accumulator, drain register.</param>
/// <param name="Ifft">Drain to cell issue with the sum: rounding, transform, rounding, memory write.</param>
/// <param name="Cell">Cell issue to FFT issue of the new state.</param>
/// <param name="Output">Drain of an output row block to its beat on the output stream.</param>
public sealed record UnitLatencies(int Fft, int Product, int Ifft, int Cell, int Output)
{
    /// <summary>FFT issue to the cycle in which the spectrum is written: one before it can be used.</summary>
    public int SpectrumWrite => Fft - 1;

    /// <summary>Block into the FFT unit to spectrum out of it: without the memory's read and write.</summary>
    public int FftUnit => Fft - 2;

    /// <summary>Block into the FFT unit to its last rounding, before the output register.</summary>
    public int FftRounding => FftUnit - 1;

    /// <summary>Product issue to the accumulator's input: memory read, products, pair sums.</summary>
    public int ProductFirst => Product - 2;

    /// <summary>Last column's product issue to the complete accumulator, which the drain register takes.</summary>
    public int ProductLoad => Product - 1;

    /// <summary>Drain to the cycle in which the sums are written: one before they can be used.</summary>
    public int IfftUnit => Ifft - 1;

    /// <summary>Drain to the read address of the output layer's bias: one before the sums.</summary>
    public int OutputBias => IfftUnit - 1;

    /// <summary>Cell issue to the cycle in which the state is written: one before it can be used.</summary>
    public int StateWrite => Cell - 1;

    /// <summary>Sums and state into the cell to the new state: without the memory's read and write.</summary>
    public int CellUnit => Cell - 2;

    /// <summary>Cell issue to the gates: memory read, bias, sigmoid.</summary>
    public int Gates => 6;

    /// <summary>Cell issue to the candidate: the gates, product, sum, tanh.</summary>
    public int Candidate => Gates + 6;
}
