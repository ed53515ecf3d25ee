namespace HwGen.Core.Network;

/// <summary>Trained parameters of one layer.</summary>
public abstract record LayerWeights
{
    /// <summary>The weight matrices, in a fixed order of the layer's kind.</summary>
    public virtual IEnumerable<BlockCirculantMatrix> Matrices => [];

    /// <summary>The other vectors, in a fixed order of the layer's kind.</summary>
    public virtual IEnumerable<float[]> Vectors => [];

    /// <summary>Stored numbers: first columns and vectors.</summary>
    public int ParameterCount => Matrices.Sum(m => m.FirstColumns.Length) + Vectors.Sum(v => v.Length);

    /// <summary>The same weights with each matrix replaced.</summary>
    public virtual LayerWeights MapMatrices(Func<BlockCirculantMatrix, BlockCirculantMatrix> map) => this;
}

/// <summary>What a layer without parameters has.</summary>
public sealed record NoWeights : LayerWeights;

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
    public override IEnumerable<BlockCirculantMatrix> Matrices => Input.Concat(Recurrent);

    public override IEnumerable<float[]> Vectors => InputBias.Concat(RecurrentBias);

    public override LayerWeights MapMatrices(Func<BlockCirculantMatrix, BlockCirculantMatrix> map) =>
        this with { Input = [.. Input.Select(map)], Recurrent = [.. Recurrent.Select(map)] };
}

/// <summary>Parameters of an <see cref="LstmLayer"/>; lists have one entry a gate, in the order i, o, f, c.</summary>
/// <param name="Input">W: each cells × input.</param>
/// <param name="Recurrent">R: each cells × output.</param>
/// <param name="Bias">b: each (cells); the sum of ONNX's two biases.</param>
/// <param name="Peepholes">P of i, o, f: each (cells); empty without peepholes.</param>
/// <param name="Projection">M: output × cells; null without a projection.</param>
public sealed record LstmWeights(
    IReadOnlyList<BlockCirculantMatrix> Input,
    IReadOnlyList<BlockCirculantMatrix> Recurrent,
    IReadOnlyList<float[]> Bias,
    IReadOnlyList<float[]> Peepholes,
    BlockCirculantMatrix? Projection) : LayerWeights
{
    public override IEnumerable<BlockCirculantMatrix> Matrices =>
        Projection is null ? Input.Concat(Recurrent) : Input.Concat(Recurrent).Append(Projection);

    public override IEnumerable<float[]> Vectors => Bias.Concat(Peepholes);

    public override LayerWeights MapMatrices(Func<BlockCirculantMatrix, BlockCirculantMatrix> map) => this with
    {
        Input = [.. Input.Select(map)],
        Recurrent = [.. Recurrent.Select(map)],
        Projection = Projection is null ? null : map(Projection),
    };
}

/// <summary>Parameters of a <see cref="DenseLayer"/>.</summary>
/// <param name="Weight">W: outputs × inputs.</param>
/// <param name="Bias">Shape (outputs).</param>
public sealed record DenseWeights(BlockCirculantMatrix Weight, float[] Bias) : LayerWeights
{
    public override IEnumerable<BlockCirculantMatrix> Matrices => [Weight];

    public override IEnumerable<float[]> Vectors => [Bias];

    public override LayerWeights MapMatrices(Func<BlockCirculantMatrix, BlockCirculantMatrix> map) => this with { Weight = map(Weight) };
}

/// <summary>Parameters of a <see cref="ConvLayer"/>.</summary>
/// <param name="Weight">Output channels × (taps · padded channels); tap (row, column) of the kernel is at row · kernel width + column.</param>
/// <param name="Bias">Shape (output channels); zero and unused where batch norm shifts.</param>
/// <param name="Norm">Null without batch norm.</param>
public sealed record ConvWeights(BlockCirculantMatrix Weight, float[] Bias, BatchNorm? Norm) : LayerWeights
{
    public override IEnumerable<BlockCirculantMatrix> Matrices => [Weight];

    public override IEnumerable<float[]> Vectors => Norm is null ? [Bias] : [Bias, Norm.Scale, Norm.Shift, Norm.Mean, Norm.Variance];

    public override LayerWeights MapMatrices(Func<BlockCirculantMatrix, BlockCirculantMatrix> map) => this with { Weight = map(Weight) };
}
