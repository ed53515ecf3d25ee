namespace HwGen.Core.Network;

/// <summary>What a recurrent layer keeps from step to step.</summary>
/// <param name="Hidden">h, or y of an LSTM; shape (output size).</param>
/// <param name="Cell">c of an LSTM, shape (cells); empty for a GRU.</param>
public sealed record LayerState(double[] Hidden, double[] Cell)
{
    /// <summary>State before a sequence's first step.</summary>
    public static LayerState Zero(LayerDescription layer) => layer switch
    {
        GruLayer g => new(new double[g.OutputSize], []),
        LstmLayer l => new(new double[l.OutputSize], new double[l.Cells]),
        _ => new([], []),
    };
}
