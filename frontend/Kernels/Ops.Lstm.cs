namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    /// <summary>Gates, new cells and o ∘ tanh(c) of <paramref name="rows"/> rows from the given rows of each tensor.</summary>
    public void LstmForward(LstmStep s, int gatesRow, int before, int after, MatrixArgs hidden, int rows)
    {
        if (!_simd)
        {
            int per = PerItem(s.Size);
            Launch<LstmKernelArgs>(LstmKernel.Forward, rows * Divide(s.Size, per), s.Arguments(gatesRow, before, after, 0, hidden, per));
            return;
        }
        int n = s.Size;
        for (int r = 0; r < rows; r++)
            SimdLstm.Forward(s.Gates.Host + (gatesRow + r) * 4 * n, s.Parameters.Host + s.Bias, Peepholes(s), s.Cells.Host + (before + r) * n,
                s.Cells.Host + (after + r) * n, hidden.Tensor.Host + hidden.Offset + r * hidden.RowStride, s.Mask.Host, n);
    }

    /// <summary>Gradients before the activations, in place of the gates; takes the cells' gradients one step back.</summary>
    /// <param name="hidden">Gradients at o ∘ tanh(c).</param>
    public void LstmBackward(LstmStep s, int gatesRow, int before, int after, int cellGradientRow, MatrixArgs hidden, int rows)
    {
        if (!_simd)
        {
            int per = PerItem(s.Size);
            Launch<LstmKernelArgs>(LstmKernel.Backward, rows * Divide(s.Size, per), s.Arguments(gatesRow, before, after, cellGradientRow, hidden, per));
            return;
        }
        int n = s.Size;
        for (int r = 0; r < rows; r++)
            SimdLstm.Backward(s.Gates.Host + (gatesRow + r) * 4 * n, Peepholes(s), s.Cells.Host + (before + r) * n, s.Cells.Host + (after + r) * n,
                s.CellGradients.Host + (cellGradientRow + r) * n, hidden.Tensor.Host + hidden.Offset + r * hidden.RowStride, s.Mask.Host, n);
    }

    private static float* Peepholes(LstmStep s) => s.Peepholes is { } start ? s.Parameters.Host + start : null;
}
