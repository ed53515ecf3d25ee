namespace HwGen.Frontend.Kernels;

public sealed unsafe partial class Ops
{
    /// <summary>Activations and new state of <paramref name="rows"/> rows from the given rows of each tensor.</summary>
    public void GruForward(GruStep s, int gatesRow, int recurrentRow, int before, int after, int rows)
    {
        if (!_simd)
        {
            int per = PerItem(s.Size);
            Launch<GruKernelArgs>(GruKernel.Forward, rows * Divide(s.Size, per), s.Arguments(gatesRow, recurrentRow, before, after, per));
            return;
        }
        int n = s.Size;
        float* mask = Mask(s).Host;
        for (int r = 0; r < rows; r++)
            SimdGru.Forward(s.Gates.Host + (gatesRow + r) * 4 * n, s.Recurrent.Host + (recurrentRow + r) * 3 * n, s.Biases.Host + s.InputBias,
                s.Biases.Host + s.RecurrentBias, s.States.Host + (before + r) * n, s.States.Host + (after + r) * n, mask, n);
    }

    /// <summary>Gradients before the activations, in place of the gates; adds to the gradient at the state before.</summary>
    public void GruBackward(GruStep s, int gatesRow, int before, int after, int rows)
    {
        if (!_simd)
        {
            int per = PerItem(s.Size);
            Launch<GruKernelArgs>(GruKernel.Backward, rows * Divide(s.Size, per), s.Arguments(gatesRow, 0, before, after, per));
            return;
        }
        int n = s.Size;
        float* mask = Mask(s).Host;
        for (int r = 0; r < rows; r++)
            SimdGru.Backward(s.Gates.Host + (gatesRow + r) * 4 * n, s.States.Host + (before + r) * n,
                s.Gradients.Host + (after + r) * n, s.Gradients.Host + (before + r) * n, mask, n);
    }

    /// <summary>Makes what <see cref="GruForward"/> needs, so that worker threads only read it.</summary>
    public Tensor Mask(GruStep s)
    {
        if (_masks.TryGetValue((s.Size, s.Units, s.BlockSize), out var mask)) return mask;
        var values = new float[s.Size];
        int lanes = s.Size / s.BlockSize;
        for (int u = 0; u < s.Size; u++) values[u] = u % lanes * s.BlockSize + u / lanes < s.Units ? 1f : 0f;
        return _masks[(s.Size, s.Units, s.BlockSize)] = Allocate(values);
    }
}
