namespace HwGen.Core.Plan;

/// <summary>Cycles from an operation's issue to the first cycle in which an operation that needs its result can be issued.</summary>
/// <param name="Fft">FFT issue to product issue with the spectrum: memory read, input register, transform, rounding, memory write.</param>
/// <param name="Product">Last column's issue to the drain of the first row block: memory read, operand register, with three multipliers their sums,
/// products, pair sums, the sum of the columns, accumulator, drain register.</param>
/// <param name="Ifft">Drain to the issue of what takes the sum: rounding, transform, rounding, memory write.</param>
/// <param name="Cell">Cell issue to the issue of what reads the new words: memory read, lane, memory write.</param>
/// <param name="Linear">Issue of the last member to the issue of what reads the words: memory read, bias, in a design with pools the pool, memory write.</param>
/// <param name="Output">Output issue to its beat on the output stream: memory read, buffer.</param>
public sealed record UnitLatencies(int Fft, int Product, int Ifft, int Cell, int Linear, int Output)
{
    /// <summary>Product issue to the read of the spectral memory: in a sparse engine the weights' indices are read first.</summary>
    public int SpectrumRead { get; init; }

    /// <summary>FFT issue to the cycle in which the spectrum is written: one before it can be used.</summary>
    public int SpectrumWrite => Fft - 1;

    /// <summary>Block into the FFT unit to spectrum out of it: without the memory's read and write.</summary>
    public int FftUnit => Fft - 2;

    /// <summary>Block into the FFT unit to its last rounding, before the output register.</summary>
    public int FftRounding => FftUnit - 1;

    /// <summary>Product issue to the accumulator's input.</summary>
    public int ProductFirst => Product - 2;

    /// <summary>Last column's product issue to the complete accumulator, which the drain register takes.</summary>
    public int ProductLoad => Product - 1;

    /// <summary>Drain to the cycle in which the sums are written: one before they can be used.</summary>
    public int IfftUnit => Ifft - 1;

    /// <summary>Drain to the last rounding of the inverse FFT, before its output register.</summary>
    public int IfftRounding => IfftUnit - 1;

    /// <summary>Cell issue to the cycle in which its words are written: one before they can be used.</summary>
    public int CellWrite => Cell - 1;

    /// <summary>Sums and state into the cell unit to its words: without the memory's read and write.</summary>
    public int CellUnit => Cell - 2;

    /// <summary>Linear issue to the cycle in which its words are written: one before they can be used.</summary>
    public int LinearWrite => Linear - 1;
}
