using HwGen.Core.Numerics;

namespace HwGen.Core.Plan;

/// <summary>How large an engine is.</summary>
/// <param name="Elements">R: processing elements, each with a row block of its own.</param>
/// <param name="Columns">Q: column blocks that an element takes a cycle.</param>
/// <param name="IfftUnits">I: inverse FFT units, each behind every I-th element.</param>
/// <param name="Lanes">V: elements of a block that the cell unit updates a cycle; divides K.</param>
/// <param name="Streams">S: independent sequences that take turns.</param>
public sealed record EngineShape(int Elements, int Columns, int IfftUnits, int Lanes, int Streams)
{
    /// <summary>Whether a complex product takes three multipliers and three adders instead of four multipliers.</summary>
    public bool ThreeMultiply { get; init; }

    /// <summary>Whether elements gather what belongs to weights that are not zero, in place of taking columns from a broadcast row.</summary>
    public bool Sparse { get; init; }

    /// <summary>Multipliers of one element.</summary>
    /// <param name="blockSize">K.</param>
    public int ElementMultipliers(int blockSize) => Columns * (Sparse ? blockSize : Spectrum.ProductMultiplies(blockSize, ThreeMultiply));
}
