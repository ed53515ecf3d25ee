namespace HwGen.Frontend.Kernels;

/// <summary>Where one batch norm finds its rows and parameters; see <see cref="NormKernelArgs"/>.</summary>
/// <param name="Sums">Rows of <see cref="Width"/>: what is normalised. Kept for the way back.</param>
/// <param name="Outputs">Rows of the same width.</param>
/// <param name="Gradients">Rows of the same width: at the outputs, then at the sums.</param>
/// <param name="Parameters">Holds β and the running means (one a channel, in its layout), γ and the running variances (one a group).</param>
/// <param name="Columns">5·Width and Partials 2·Width·<see cref="Ops.NormPartials"/> floats of work space, zero at first.</param>
/// <param name="Channels">Channel c is in column (c mod Block)·blocks + c / Block.</param>
/// <param name="Group">Channels that share a variance and a scale.</param>
/// <param name="Shift">Where β begins.</param>
/// <param name="Scale">Where γ begins.</param>
/// <param name="Mean">Where the running means begin.</param>
/// <param name="Variance">Where the running variances begin.</param>
/// <param name="Rectify">Whether negative outputs become 0.</param>
/// <param name="Epsilon">ε.</param>
public sealed record NormStep(Tensor Sums, Tensor Outputs, Tensor Gradients, Tensor Parameters, Tensor Columns, Tensor Partials,
    int Channels, int Block, int Group, int Shift, int Scale, int Mean, int Variance, bool Rectify, float Epsilon)
{
    /// <summary>Channels with padding.</summary>
    public int Width => (Channels + Block - 1) / Block * Block;

    public int Groups => (Channels + Group - 1) / Group;

    internal NormKernelArgs Arguments(int rows, Tensor gradient, int columnsPerItem) => new()
    {
        Sums = Sums.View,
        Outputs = Outputs.View,
        Gradients = Gradients.View,
        Parameters = Parameters.View,
        ParameterGradient = gradient.View,
        Columns = Columns.View,
        Partials = Partials.View,
        Rows = rows,
        Width = Width,
        Channels = Channels,
        Block = Block,
        Group = Group,
        Shift = Shift,
        Scale = Scale,
        Mean = Mean,
        Variance = Variance,
        Rectify = Rectify ? 1 : 0,
        ColumnsPerItem = columnsPerItem,
        Epsilon = Epsilon,
    };
}
