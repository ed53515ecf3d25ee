namespace HwGen.Core.Network;

/// <summary>Parameters of one layer as dense, padded matrices: p·k rows of q·k, row-major.</summary>
/// <param name="Input">W of each gate (GRU: z, r, n), or the one W of a dense layer.</param>
/// <param name="Recurrent">R of each gate; none for a dense layer.</param>
/// <param name="InputBias">Wb of each gate, or b; padded with zeros.</param>
/// <param name="RecurrentBias">Rb of each gate; none for a dense layer.</param>
public sealed record DenseParameters(
    IReadOnlyList<double[]> Input, IReadOnlyList<double[]> Recurrent,
    IReadOnlyList<double[]> InputBias, IReadOnlyList<double[]> RecurrentBias)
{
    public static DenseParameters Expand(LayerWeights weights) => weights switch
    {
        GruWeights g => new(
            [.. g.Input.Select(Expand)], [.. g.Recurrent.Select(Expand)],
            [.. g.InputBias.Select(b => Pad(b, g.Input[0]))], [.. g.RecurrentBias.Select(b => Pad(b, g.Input[0]))]),
        DenseWeights d => new([Expand(d.Weight)], [], [Pad(d.Bias, d.Weight)], []),
        _ => throw new ArgumentException($"No such kind of weights: {weights.GetType().Name}.", nameof(weights)),
    };

    private static double[] Expand(BlockCirculantMatrix matrix)
    {
        int rows = matrix.RowBlocks * matrix.BlockSize, columns = matrix.ColumnBlocks * matrix.BlockSize;
        var dense = new double[rows * columns];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) dense[r * columns + c] = matrix[r, c];
        return dense;
    }

    private static double[] Pad(float[] bias, BlockCirculantMatrix matrix)
    {
        var padded = new double[matrix.RowBlocks * matrix.BlockSize];
        for (int i = 0; i < bias.Length; i++) padded[i] = bias[i];
        return padded;
    }
}
