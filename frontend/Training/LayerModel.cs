using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>A layer at work on rows of activations of a batch, forward and backward. A row is a step of a sequence (row
/// step·batch + sequence) or an image's position (row (image·height + y)·width + x).</summary>
internal abstract class LayerModel : IDisposable
{
    /// <summary>Outputs, from the first row.</summary>
    public abstract MatrixArgs Outputs { get; }

    /// <summary>Gradients at the outputs: the layer above puts them here before <see cref="Backward"/>, all rows of the run.</summary>
    public abstract MatrixArgs Gradients { get; }

    /// <summary>Takes over changed parameters.</summary>
    /// <param name="bits">0, or the bits of a word of a weight's spectrum.</param>
    public abstract void Update(Tensor parameters, int bits);

    /// <param name="x">Inputs, from the first row.</param>
    /// <param name="steps">Steps of the longest sequence of the batch; 1 for images.</param>
    /// <param name="train">Whether batch norm takes the batch's own moments. <see cref="Backward"/> may follow either way.</param>
    public abstract void Forward(MatrixArgs x, int steps, bool train);

    /// <summary>From <see cref="Gradients"/> to the gradients at the parameters and, if asked for, at the inputs.</summary>
    /// <param name="x">As in <see cref="Forward"/>.</param>
    /// <param name="inputGradients">Are overwritten; null where nobody asks for them.</param>
    /// <param name="gradient">Of all parameters; the layer's own part is overwritten. Null where only the inputs' is asked for.</param>
    /// <param name="steps">As in <see cref="Forward"/>.</param>
    public abstract void Backward(MatrixArgs x, MatrixArgs? inputGradients, Tensor? gradient, int steps);

    public abstract void Dispose();
}
