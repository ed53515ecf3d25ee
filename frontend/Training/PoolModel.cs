using HwGen.Core.Network;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>A pool, on maps whose rows are positions.</summary>
internal sealed class PoolModel : LayerModel
{
    private readonly Ops _ops;
    private readonly int _batch, _width;
    private readonly WindowGrid _grid;
    private readonly Tensor _outputs, _gradients;
    private readonly Tensor? _winners;

    /// <param name="batch">Maps.</param>
    public PoolModel(Ops ops, ParameterLayout layout, int index, int batch)
    {
        var layer = (PoolLayer)layout.Layers[index];
        (_ops, _batch, _width) = (ops, batch, layout.Boundary(index + 1).Width);
        _grid = new(layer.Input.Height, layer.Input.Width, layer.Output.Height, layer.Output.Width, layer.Window, layer.Window, layer.Stride, 0);
        _outputs = ops.Allocate(batch * _grid.Places * _width);
        _gradients = ops.Allocate(_outputs.Length);
        _winners = layer.Kind == PoolKind.Max ? ops.Allocate(_outputs.Length) : null;
    }

    public override MatrixArgs Outputs => new(_outputs, 0, _width);

    public override MatrixArgs Gradients => new(_gradients, 0, _width);

    public override void Update(Tensor parameters, int bits)
    {
        // Nothing is trained here.
    }

    public override void Forward(MatrixArgs x, int steps, bool train)
    {
        if (_winners is null) _ops.AveragePool(_grid, x, Outputs, _batch, _width);
        else _ops.MaxPool(_grid, x, Outputs, _winners, _batch, _width);
    }

    public override void Backward(MatrixArgs x, MatrixArgs? inputGradients, Tensor? gradient, int steps)
    {
        if (inputGradients is not { } target) return;
        if (_winners is null) _ops.AveragePoolBack(_grid, target, Gradients, _batch, _width);
        else _ops.MaxPoolBack(_grid, target, Gradients, _winners, _batch, _width);
    }

    public override void Dispose()
    {
        foreach (var tensor in new[] { _outputs, _gradients, _winners }) tensor?.Dispose();
    }
}
