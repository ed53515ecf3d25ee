namespace HwGen.Frontend.Kernels;

/// <summary>Where the elementwise part of one LSTM step finds its rows; see <see cref="LstmKernelArgs"/>.</summary>
/// <param name="Gates">Rows of 4·Size.</param>
/// <param name="Parameters">Holds the biases (i, o, f, c; 4·Size) and the peepholes (i, o, f; 3·Size).</param>
/// <param name="Cells">Rows of Size: c before and after the step.</param>
/// <param name="CellGradients">Rows of Size, one a sequence: the gradient at c on its way back.</param>
/// <param name="Mask">1 for cells, 0 for padding.</param>
/// <param name="Size">Cells with padding.</param>
/// <param name="Bias">Where the biases begin.</param>
/// <param name="Peepholes">Where the peepholes begin; null without peepholes.</param>
public sealed record LstmStep(Tensor Gates, Tensor Parameters, Tensor Cells, Tensor CellGradients, Tensor Mask, int Size, int Bias, int? Peepholes)
{
    internal LstmKernelArgs Arguments(int gatesRow, int before, int after, int cellGradientRow, MatrixArgs hidden, int cellsPerItem) => new()
    {
        Gates = Gates.View,
        Parameters = Parameters.View,
        Cells = Cells.View,
        CellGradients = CellGradients.View,
        Hidden = hidden.Tensor.View,
        Mask = Mask.View,
        Size = Size,
        CellsPerItem = cellsPerItem,
        GatesOffset = gatesRow * 4 * Size,
        Bias = Bias,
        Peepholes = Peepholes ?? 0,
        HasPeepholes = Peepholes is null ? 0 : 1,
        Before = before * Size,
        After = after * Size,
        CellGradientOffset = cellGradientRow * Size,
        HiddenOffset = hidden.Offset,
        HiddenStride = hidden.RowStride,
    };
}
