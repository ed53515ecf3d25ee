namespace HwGen.Core.Plan;

/// <summary>Cycles from an operation's issue to the first cycle in which an operation that needs its result can be issued.</summary>
/// <param name="Fft">FFT issue to product issue with the spectrum: memory read, input register, transform, rounding, memory write.</param>
/// <param name="Product">Last column's issue to the drain of the first row block: memory read, products, pair sums, accumulator, drain register.</param>
/// <param name="Ifft">Drain to cell issue with the sum: rounding, transform, rounding, memory write.</param>
/// <param name="Cell">Cell issue to FFT issue of the new state.</param>
/// <param name="Output">Drain of an output row block to its beat on the output stream.</param>
public sealed record UnitLatencies(int Fft, int Product, int Ifft, int Cell, int Output);
