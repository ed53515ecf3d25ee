using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="GruKernel"/>; all of one step.</summary>
public struct GruKernelArgs
{
    /// <summary>Rows of four groups of <see cref="Size"/>. Forward in: W x of n, z, r. Forward out, backward in: n, z, r and
    /// R_n h + Rb_n. Backward out: gradients at n, z, r before their activation, and at R_n h + Rb_n.</summary>
    public ArrayView<float> Gates;

    /// <summary>Rows of three groups: R h of z, r, n.</summary>
    public ArrayView<float> Recurrent;

    /// <summary>Wb of n, z, r at <see cref="InputBias"/>, Rb of z, r, n at <see cref="RecurrentBias"/>.</summary>
    public ArrayView<float> Biases;

    public ArrayView<float> States, Gradients;

    /// <summary>0 for padding, whose state and gradient stay zero, so that it never reaches a real unit.</summary>
    public ArrayView<float> Mask;

    /// <summary>Units with padding.</summary>
    public int Size;

    public int UnitsPerItem;

    public int GatesOffset, RecurrentOffset, InputBias, RecurrentBias, Before, After;
}

/// <summary>The elementwise part of a GRU step, forward and backward; an item is a row and a range of units.</summary>
/// <remarks>With linear_before_reset a step is <see cref="Forward"/>. Without, R_n (r ∘ h) is computed between
/// <see cref="Reset"/> and <see cref="Candidate"/>; group 3 of the gates then holds r ∘ h.</remarks>
public static class GruKernel
{
    public static void Forward(Index1D item, GruKernelArgs a)
    {
        int ranges = (a.Size + a.UnitsPerItem - 1) / a.UnitsPerItem, row = item / ranges, first = item % ranges * a.UnitsPerItem;
        int last = IntrinsicMath.Min(first + a.UnitsPerItem, a.Size);
        for (int u = first; u < last; u++) ForwardUnit(a, row, u);
    }

    public static void Backward(Index1D item, GruKernelArgs a)
    {
        int ranges = (a.Size + a.UnitsPerItem - 1) / a.UnitsPerItem, row = item / ranges, first = item % ranges * a.UnitsPerItem;
        int last = IntrinsicMath.Min(first + a.UnitsPerItem, a.Size);
        for (int u = first; u < last; u++) BackwardUnit(a, row, u);
    }

    /// <summary>z, r and r ∘ h.</summary>
    public static void Reset(Index1D item, GruKernelArgs a)
    {
        int ranges = (a.Size + a.UnitsPerItem - 1) / a.UnitsPerItem, row = item / ranges, first = item % ranges * a.UnitsPerItem;
        int last = IntrinsicMath.Min(first + a.UnitsPerItem, a.Size);
        for (int u = first; u < last; u++) ResetUnit(a, row, u);
    }

    /// <summary>n and the state, from R_n (r ∘ h) in the recurrent row's group 2.</summary>
    public static void Candidate(Index1D item, GruKernelArgs a)
    {
        int ranges = (a.Size + a.UnitsPerItem - 1) / a.UnitsPerItem, row = item / ranges, first = item % ranges * a.UnitsPerItem;
        int last = IntrinsicMath.Min(first + a.UnitsPerItem, a.Size);
        for (int u = first; u < last; u++) CandidateUnit(a, row, u);
    }

    /// <summary>Gradients at n and z before their activation; adds z's share to the gradient at the state before.</summary>
    public static void CandidateBack(Index1D item, GruKernelArgs a)
    {
        int ranges = (a.Size + a.UnitsPerItem - 1) / a.UnitsPerItem, row = item / ranges, first = item % ranges * a.UnitsPerItem;
        int last = IntrinsicMath.Min(first + a.UnitsPerItem, a.Size);
        for (int u = first; u < last; u++) CandidateBackUnit(a, row, u);
    }

    /// <summary>From the gradient at r ∘ h, in the recurrent row's group 2, to r's before its activation; r ∘ h stays.</summary>
    public static void ResetBack(Index1D item, GruKernelArgs a)
    {
        int ranges = (a.Size + a.UnitsPerItem - 1) / a.UnitsPerItem, row = item / ranges, first = item % ranges * a.UnitsPerItem;
        int last = IntrinsicMath.Min(first + a.UnitsPerItem, a.Size);
        for (int u = first; u < last; u++) ResetBackUnit(a, row, u);
    }

    private static void ResetUnit(GruKernelArgs a, int row, int u)
    {
        int n = a.Size, g = a.GatesOffset + row * 4 * n + u, r = a.RecurrentOffset + row * 3 * n + u;
        float update = Scalar.Sigmoid(a.Gates[g + n] + a.Recurrent[r] + a.Biases[a.InputBias + n + u] + a.Biases[a.RecurrentBias + u]);
        float reset = Scalar.Sigmoid(a.Gates[g + 2 * n] + a.Recurrent[r + n] + a.Biases[a.InputBias + 2 * n + u] + a.Biases[a.RecurrentBias + n + u]);
        a.Gates[g + n] = update;
        a.Gates[g + 2 * n] = reset;
        a.Gates[g + 3 * n] = reset * a.States[a.Before + row * n + u];
    }

    private static void CandidateUnit(GruKernelArgs a, int row, int u)
    {
        int n = a.Size, g = a.GatesOffset + row * 4 * n + u;
        float recurrent = a.Recurrent[a.RecurrentOffset + row * 3 * n + 2 * n + u] + a.Biases[a.RecurrentBias + 2 * n + u];
        float candidate = Scalar.Tanh(a.Gates[g] + a.Biases[a.InputBias + u] + recurrent);
        a.Gates[g] = candidate;
        a.States[a.After + row * n + u] = a.Mask[u] * (candidate + a.Gates[g + n] * (a.States[a.Before + row * n + u] - candidate));
    }

    private static void CandidateBackUnit(GruKernelArgs a, int row, int u)
    {
        int n = a.Size, g = a.GatesOffset + row * 4 * n + u, s = row * n + u;
        float candidate = a.Gates[g], update = a.Gates[g + n], d = a.Mask[u] * a.Gradients[a.After + s];
        a.Gates[g] = d * (1f - update) * (1f - candidate * candidate);
        a.Gates[g + n] = d * (a.States[a.Before + s] - candidate) * update * (1f - update);
        a.Gradients[a.Before + s] += d * update;
    }

    private static void ResetBackUnit(GruKernelArgs a, int row, int u)
    {
        int n = a.Size, g = a.GatesOffset + row * 4 * n + u, s = row * n + u;
        float reset = a.Gates[g + 2 * n], d = a.Mask[u] * a.Recurrent[a.RecurrentOffset + row * 3 * n + 2 * n + u];
        a.Gates[g + 2 * n] = d * a.States[a.Before + s] * reset * (1f - reset);
        a.Gradients[a.Before + s] += d * reset;
    }

    private static void ForwardUnit(GruKernelArgs a, int row, int u)
    {
        int n = a.Size, g = a.GatesOffset + row * 4 * n + u, r = a.RecurrentOffset + row * 3 * n + u;
        float update = Scalar.Sigmoid(a.Gates[g + n] + a.Recurrent[r] + a.Biases[a.InputBias + n + u] + a.Biases[a.RecurrentBias + u]);
        float reset = Scalar.Sigmoid(a.Gates[g + 2 * n] + a.Recurrent[r + n] + a.Biases[a.InputBias + 2 * n + u] + a.Biases[a.RecurrentBias + n + u]);
        float recurrent = a.Recurrent[r + 2 * n] + a.Biases[a.RecurrentBias + 2 * n + u];
        float candidate = Scalar.Tanh(a.Gates[g] + a.Biases[a.InputBias + u] + reset * recurrent);
        float state = candidate + update * (a.States[a.Before + row * n + u] - candidate);
        a.Gates[g] = candidate;
        a.Gates[g + n] = update;
        a.Gates[g + 2 * n] = reset;
        a.Gates[g + 3 * n] = recurrent;
        a.States[a.After + row * n + u] = a.Mask[u] * state;
    }

    private static void BackwardUnit(GruKernelArgs a, int row, int u)
    {
        int n = a.Size, g = a.GatesOffset + row * 4 * n + u, s = row * n + u;
        float candidate = a.Gates[g], update = a.Gates[g + n], reset = a.Gates[g + 2 * n], recurrent = a.Gates[g + 3 * n];
        float d = a.Mask[u] * a.Gradients[a.After + s];
        float dCandidate = d * (1f - update) * (1f - candidate * candidate);
        a.Gates[g] = dCandidate;
        a.Gates[g + n] = d * (a.States[a.Before + s] - candidate) * update * (1f - update);
        a.Gates[g + 2 * n] = dCandidate * recurrent * reset * (1f - reset);
        a.Gates[g + 3 * n] = dCandidate * reset;
        a.Gradients[a.Before + s] += d * update;
    }
}
