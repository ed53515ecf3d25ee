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
        for (int r = 0; r < rows; r++)
            SimdGru.Forward(s.Gates.Host + (gatesRow + r) * 4 * n, s.Recurrent.Host + (recurrentRow + r) * 3 * n, s.Biases.Host + s.InputBias,
                s.Biases.Host + s.RecurrentBias, s.States.Host + (before + r) * n, s.States.Host + (after + r) * n, s.Mask.Host, n);
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
        for (int r = 0; r < rows; r++)
            SimdGru.Backward(s.Gates.Host + (gatesRow + r) * 4 * n, s.States.Host + (before + r) * n,
                s.Gradients.Host + (after + r) * n, s.Gradients.Host + (before + r) * n, s.Mask.Host, n);
    }

    /// <summary>z, r and r ∘ h: the first half of a step without linear_before_reset.</summary>
    public void GruReset(GruStep s, int gatesRow, int recurrentRow, int before, int rows)
    {
        if (!_simd)
        {
            int per = PerItem(s.Size);
            Launch<GruKernelArgs>(GruKernel.Reset, rows * Divide(s.Size, per), s.Arguments(gatesRow, recurrentRow, before, 0, per));
            return;
        }
        int n = s.Size;
        for (int r = 0; r < rows; r++)
            SimdGru.Reset(s.Gates.Host + (gatesRow + r) * 4 * n, s.Recurrent.Host + (recurrentRow + r) * 3 * n, s.Biases.Host + s.InputBias,
                s.Biases.Host + s.RecurrentBias, s.States.Host + (before + r) * n, n);
    }

    /// <summary>Candidate and new state: the second half, with R_n (r ∘ h) in the last group of the recurrent rows.</summary>
    public void GruCandidate(GruStep s, int gatesRow, int recurrentRow, int before, int after, int rows)
    {
        if (!_simd)
        {
            int per = PerItem(s.Size);
            Launch<GruKernelArgs>(GruKernel.Candidate, rows * Divide(s.Size, per), s.Arguments(gatesRow, recurrentRow, before, after, per));
            return;
        }
        int n = s.Size;
        for (int r = 0; r < rows; r++)
            SimdGru.Candidate(s.Gates.Host + (gatesRow + r) * 4 * n, s.Recurrent.Host + (recurrentRow + r) * 3 * n, s.Biases.Host + s.InputBias,
                s.Biases.Host + s.RecurrentBias, s.States.Host + (before + r) * n, s.States.Host + (after + r) * n, s.Mask.Host, n);
    }

    /// <summary>Gradients of candidate and update gate before their activations, in place; adds to the gradient at the state before.</summary>
    public void GruCandidateBack(GruStep s, int gatesRow, int before, int after, int rows)
    {
        if (!_simd)
        {
            int per = PerItem(s.Size);
            Launch<GruKernelArgs>(GruKernel.CandidateBack, rows * Divide(s.Size, per), s.Arguments(gatesRow, 0, before, after, per));
            return;
        }
        int n = s.Size;
        for (int r = 0; r < rows; r++)
            SimdGru.CandidateBack(s.Gates.Host + (gatesRow + r) * 4 * n, s.States.Host + (before + r) * n,
                s.Gradients.Host + (after + r) * n, s.Gradients.Host + (before + r) * n, s.Mask.Host, n);
    }

    /// <summary>Gradient of the reset gate before its activation, in place, from the one at r ∘ h in the last group of the recurrent rows.</summary>
    public void GruResetBack(GruStep s, int gatesRow, int recurrentRow, int before, int rows)
    {
        if (!_simd)
        {
            int per = PerItem(s.Size);
            Launch<GruKernelArgs>(GruKernel.ResetBack, rows * Divide(s.Size, per), s.Arguments(gatesRow, recurrentRow, before, 0, per));
            return;
        }
        int n = s.Size;
        for (int r = 0; r < rows; r++)
            SimdGru.ResetBack(s.Gates.Host + (gatesRow + r) * 4 * n, s.Recurrent.Host + (recurrentRow + r) * 3 * n,
                s.States.Host + (before + r) * n, s.Gradients.Host + (before + r) * n, s.Mask.Host, n);
    }
}
