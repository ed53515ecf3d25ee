namespace HwGen.Core.Network;

/// <summary>Trained parameters of one layer.</summary>
public abstract record LayerWeights
{
    /// <summary>Stored numbers: first columns and biases.</summary>
    public abstract int ParameterCount { get; }
}

/// <summary>Parameters of a <see cref="GruLayer"/>; lists have one entry a gate, in the order z, r, n.</summary>
/// <param name="Input">W: each hidden × input.</param>
/// <param name="Recurrent">R: each hidden × hidden.</param>
/// <param name="InputBias">Wb: each (hidden).</param>
/// <param name="RecurrentBias">Rb: each (hidden). ONNX and PyTorch keep both; they differ only for n.</param>
public sealed record GruWeights(
    IReadOnlyList<BlockCirculantMatrix> Input,
    IReadOnlyList<BlockCirculantMatrix> Recurrent,
    IReadOnlyList<float[]> InputBias,
    IReadOnlyList<float[]> RecurrentBias) : LayerWeights
{
    public override int ParameterCount =>
        Input.Sum(m => m.FirstColumns.Length) + Recurrent.Sum(m => m.FirstColumns.Length)
        + InputBias.Sum(b => b.Length) + RecurrentBias.Sum(b => b.Length);
}

/// <summary>Parameters of a <see cref="DenseLayer"/>.</summary>
/// <param name="Weight">W: outputs × inputs.</param>
/// <param name="Bias">Shape (outputs).</param>
public sealed record DenseWeights(BlockCirculantMatrix Weight, float[] Bias) : LayerWeights
{
    public override int ParameterCount => Weight.FirstColumns.Length + Bias.Length;
}
