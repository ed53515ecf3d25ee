namespace HwGen.Frontend.Training;

/// <summary>Where a weight matrix, or several stacked over each other, lies in the vector of parameters.</summary>
/// <remarks>First columns in planes: word j of block (input lane i, output lane o) at Start + (j·Inputs + i)·Outputs + o. Input
/// lanes run over the taps of a kernel, output lanes over the stacked matrices.</remarks>
/// <param name="Start">Of the first parameter.</param>
/// <param name="BlockSize">k.</param>
/// <param name="Taps">Positions of the kernel; 1 but for convolutions and what sees a whole map.</param>
/// <param name="Input">Of the vector it reads at each tap.</param>
/// <param name="Output">Of the vector each stacked matrix writes.</param>
/// <param name="Gates">Which of the layer's matrices are stacked, first to last.</param>
internal sealed record MatrixSlot(int Start, int BlockSize, int Taps, LaneLayout Input, LaneLayout Output, IReadOnlyList<int> Gates)
{
    /// <summary>Lanes of the inputs.</summary>
    public int Inputs => Taps * Input.LanesOf(BlockSize);

    /// <summary>Lanes of the outputs.</summary>
    public int Outputs => Gates.Count * Output.LanesOf(BlockSize);

    /// <summary>Parameters.</summary>
    public int Length => BlockSize * Inputs * Outputs;
}

/// <summary>Where vectors of parameters lie, one after the other.</summary>
/// <param name="Start">Of the first parameter.</param>
/// <param name="Layout">Of each vector.</param>
/// <param name="Gates">Which of the layer's vectors, first to last.</param>
internal sealed record VectorSlot(int Start, LaneLayout Layout, IReadOnlyList<int> Gates)
{
    public int Length => Layout.Width * Gates.Count;
}
