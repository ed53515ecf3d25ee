namespace HwGen.Core.Network;

/// <summary>What one layer did in one step.</summary>
/// <param name="Input">x, shape (input size).</param>
/// <param name="Products">Product of each weight matrix, in the order of <see cref="LayerDescription.Matrices"/>, without bias, with the
/// padding rows of its blocks: shape (row blocks · k); of a convolution (positions, row blocks · k).</param>
/// <param name="Gates">GRU: z, r, n and, with linear_before_reset = 0, r ∘ h. LSTM: i, o, f, g, tanh(c'), o ∘ tanh(c'). Others: none.</param>
/// <param name="Cell">c' of an LSTM; empty for others.</param>
/// <param name="Output">y, shape (output size).</param>
public sealed record DenseLayerStep(double[] Input, double[][] Products, double[][] Gates, double[] Cell, double[] Output);
