using HwGen.Core.Network;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>Takes features from one layer's lanes to the next layer's where their block sizes differ.</summary>
internal sealed class Relayout : IDisposable
{
    private readonly Ops _ops;
    private readonly IndexTable? _down, _up;
    private readonly int _from, _to;

    public Relayout(Ops ops, LayerDescription lower, LayerDescription upper)
    {
        (_ops, _from, _to) = (ops, lower.OutputBlocks * lower.BlockSize, upper.InputBlocks * upper.BlockSize);
        if (lower.BlockSize == upper.BlockSize) return;
        int[] up = Enumerable.Repeat(-1, _to).ToArray(), down = Enumerable.Repeat(-1, _from).ToArray();
        for (int f = 0; f < lower.OutputSize; f++)
        {
            int low = ParameterLayout.Lane(f, lower.BlockSize, lower.OutputBlocks), high = ParameterLayout.Lane(f, upper.BlockSize, upper.InputBlocks);
            (up[high], down[low]) = (low, high);
        }
        (_up, _down) = (ops.AllocateIndices(up), ops.AllocateIndices(down));
    }

    /// <summary>Whether both layers have the same lanes, so that no copy is needed.</summary>
    public bool IsIdentity => _up is null;

    /// <summary>Rows of the lower layer's features, from <paramref name="offset"/>, to the upper's.</summary>
    public void Up(Tensor lower, int offset, Tensor upper, int rows) => _ops.Gather(lower, offset, _from, _up!, upper, 0, rows);

    /// <summary>Rows of gradients at the upper layer's features to the lower's, from <paramref name="offset"/>.</summary>
    public void Down(Tensor upper, Tensor lower, int offset, int rows) => _ops.Gather(upper, 0, _to, _down!, lower, offset, rows);

    public void Dispose()
    {
        _up?.Dispose();
        _down?.Dispose();
    }
}
