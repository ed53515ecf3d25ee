using ILGPU;

namespace HwGen.Frontend.Kernels;

/// <summary>Arguments of <see cref="LossKernel"/>; class c is at (c mod k)·(Width / k) + c / k of a row.</summary>
public struct LossKernelArgs
{
    public ArrayView<float> Logits, Labels, Gradient, Results;
    public int Rows, Width, Classes, BlockSize;
    public float Scale;
}

/// <summary>Softmax cross-entropy; an item is a row.</summary>
public static class LossKernel
{
    /// <summary>Results: the loss −log softmax[label] of each row as exponent sum and shifted logit (see
    /// <see cref="Ops.CrossEntropy"/>), then whether its largest logit is the label's. Gradient: Scale·(softmax − one-hot).</summary>
    public static void Softmax(Index1D row, LossKernelArgs a)
    {
        int lanes = a.Width / a.BlockSize, at = row * a.Width, label = (int)a.Labels[row], best = 0;
        if (label < 0)
        {
            for (int p = 0; p < a.Width; p++) a.Gradient[at + p] = 0f;
            a.Results[row] = 1f;
            a.Results[a.Rows + row] = 0f;
            a.Results[2 * a.Rows + row] = 0f;
            return;
        }
        float largest = a.Logits[at];
        for (int c = 1; c < a.Classes; c++)
        {
            float value = a.Logits[at + c % a.BlockSize * lanes + c / a.BlockSize];
            if (value > largest)
            {
                largest = value;
                best = c;
            }
        }
        float sum = 0f;
        for (int c = 0; c < a.Classes; c++)
            sum += Scalar.Exp(a.Logits[at + c % a.BlockSize * lanes + c / a.BlockSize] - largest);
        for (int p = 0; p < a.Width; p++)
        {
            int c = p % lanes * a.BlockSize + p / lanes;
            float target = c == label ? 1f : 0f;
            a.Gradient[at + p] = c < a.Classes ? a.Scale * (Scalar.Exp(a.Logits[at + p] - largest) / sum - target) : 0f;
        }
        a.Results[row] = sum;
        a.Results[a.Rows + row] = a.Logits[at + label % a.BlockSize * lanes + label / a.BlockSize] - largest;
        a.Results[2 * a.Rows + row] = best == label ? 1f : 0f;
    }
}
