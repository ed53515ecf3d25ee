using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="LstmKernel"/>; all of one step.</summary>
public struct LstmKernelArgs
{
    /// <summary>Rows of four groups of <see cref="Size"/>, i, o, f, c. Forward in: W x + R y. Forward out, backward in: the activated
    /// gates. Backward out: gradients before the activations.</summary>
    public ArrayView<float> Gates;

    public ArrayView<float> Parameters, Cells, CellGradients;

    /// <summary>Forward out: o ∘ tanh(c). Backward in: the gradient there.</summary>
    public ArrayView<float> Hidden;

    /// <summary>0 for padding, whose cell and gradient stay zero, so that it never reaches a real cell.</summary>
    public ArrayView<float> Mask;

    /// <summary>Cells with padding.</summary>
    public int Size;

    public int CellsPerItem, GatesOffset, Bias, Peepholes, HasPeepholes, Before, After, CellGradientOffset, HiddenOffset, HiddenStride;
}

/// <summary>The elementwise part of an LSTM step, forward and backward; an item is a row and a range of cells.</summary>
public static class LstmKernel
{
    public static void Forward(Index1D item, LstmKernelArgs a)
    {
        int ranges = (a.Size + a.CellsPerItem - 1) / a.CellsPerItem, row = item / ranges, first = item % ranges * a.CellsPerItem;
        int last = IntrinsicMath.Min(first + a.CellsPerItem, a.Size);
        for (int u = first; u < last; u++) ForwardCell(a, row, u);
    }

    public static void Backward(Index1D item, LstmKernelArgs a)
    {
        int ranges = (a.Size + a.CellsPerItem - 1) / a.CellsPerItem, row = item / ranges, first = item % ranges * a.CellsPerItem;
        int last = IntrinsicMath.Min(first + a.CellsPerItem, a.Size);
        for (int u = first; u < last; u++) BackwardCell(a, row, u);
    }

    private static void ForwardCell(LstmKernelArgs a, int row, int u)
    {
        int n = a.Size, g = a.GatesOffset + row * 4 * n + u, b = a.Bias + u;
        float before = a.Cells[a.Before + row * n + u];
        float input = Scalar.Sigmoid(a.Gates[g] + a.Parameters[b] + Peephole(a, 0, u) * before);
        float forget = Scalar.Sigmoid(a.Gates[g + 2 * n] + a.Parameters[b + 2 * n] + Peephole(a, 2, u) * before);
        float candidate = Scalar.Tanh(a.Gates[g + 3 * n] + a.Parameters[b + 3 * n]);
        float cell = a.Mask[u] * (forget * before + input * candidate);
        float output = Scalar.Sigmoid(a.Gates[g + n] + a.Parameters[b + n] + Peephole(a, 1, u) * cell);
        a.Gates[g] = input;
        a.Gates[g + n] = output;
        a.Gates[g + 2 * n] = forget;
        a.Gates[g + 3 * n] = candidate;
        a.Cells[a.After + row * n + u] = cell;
        a.Hidden[a.HiddenOffset + row * a.HiddenStride + u] = output * Scalar.Tanh(cell);
    }

    private static void BackwardCell(LstmKernelArgs a, int row, int u)
    {
        int n = a.Size, g = a.GatesOffset + row * 4 * n + u;
        float input = a.Gates[g], output = a.Gates[g + n], forget = a.Gates[g + 2 * n], candidate = a.Gates[g + 3 * n];
        float squashed = Scalar.Tanh(a.Cells[a.After + row * n + u]), d = a.Mask[u] * a.Hidden[a.HiddenOffset + row * a.HiddenStride + u];
        float dOutput = d * squashed * output * (1f - output);
        float dCell = a.CellGradients[a.CellGradientOffset + row * n + u] + d * output * (1f - squashed * squashed) + dOutput * Peephole(a, 1, u);
        float dInput = dCell * candidate * input * (1f - input);
        float dForget = dCell * a.Cells[a.Before + row * n + u] * forget * (1f - forget);
        a.Gates[g] = dInput;
        a.Gates[g + n] = dOutput;
        a.Gates[g + 2 * n] = dForget;
        a.Gates[g + 3 * n] = dCell * input * (1f - candidate * candidate);
        a.CellGradients[a.CellGradientOffset + row * n + u] = a.Mask[u] * (dCell * forget + dInput * Peephole(a, 0, u) + dForget * Peephole(a, 2, u));
    }

    private static float Peephole(LstmKernelArgs a, int gate, int u) => a.HasPeepholes != 0 ? a.Parameters[a.Peepholes + gate * a.Size + u] : 0f;
}
