namespace HwGen.Frontend.Kernels;

/// <summary>Where the elementwise part of one GRU step finds its rows; see <see cref="GruKernelArgs"/>.</summary>
/// <param name="Gates">Rows of 4·Size.</param>
/// <param name="Recurrent">Rows of 3·Size.</param>
/// <param name="Biases">Holds Wb (n, z, r) and Rb (z, r, n), each 3·Size.</param>
/// <param name="States">Rows of Size: h before and after the step.</param>
/// <param name="Gradients">Rows of Size, laid out as the states; backward only.</param>
/// <param name="Mask">1 for units, 0 for padding.</param>
/// <param name="Size">Units with padding.</param>
/// <param name="InputBias">Where Wb begins.</param>
/// <param name="RecurrentBias">Where Rb begins.</param>
public sealed record GruStep(Tensor Gates, Tensor Recurrent, Tensor Biases, Tensor States, Tensor Gradients, Tensor Mask, int Size,
    int InputBias, int RecurrentBias)
{
    internal GruKernelArgs Arguments(int gatesRow, int recurrentRow, int before, int after, int unitsPerItem) => new()
    {
        Gates = Gates.View,
        Recurrent = Recurrent.View,
        Biases = Biases.View,
        States = States.View,
        Gradients = Gradients.View,
        Mask = Mask.View,
        Size = Size,
        UnitsPerItem = unitsPerItem,
        GatesOffset = gatesRow * 4 * Size,
        RecurrentOffset = recurrentRow * 3 * Size,
        InputBias = InputBias,
        RecurrentBias = RecurrentBias,
        Before = before * Size,
        After = after * Size,
    };
}
