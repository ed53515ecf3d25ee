using HwGen.Core.Network;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>A dense layer on one row a sequence, forward and backward.</summary>
internal sealed class DenseModel : IDisposable
{
    private readonly Ops _ops;
    private readonly int _batch, _k, _inputs, _outputs, _biasStart;
    private readonly WeightMatrix _weight;
    private readonly Tensor _parameters;
    private readonly Tensor? _inputSpectra, _outputSpectra, _gradientSpectra;

    public DenseModel(Ops ops, ParameterLayout layout, int index, int batch, Tensor parameters)
    {
        var layer = (DenseLayer)layout.Layers[index];
        (_ops, _batch, _k, _inputs, _outputs) = (ops, batch, layer.BlockSize, layer.InputBlocks, layer.OutputBlocks);
        (_biasStart, _parameters) = (layout.BiasStart(index), parameters);
        _weight = new(ops, _k, _inputs, _outputs, layout.Starts[index]);
        Outputs = ops.Allocate(batch * Width);
        Gradients = ops.Allocate(batch * Width);
        if (_k == 1) return;
        _inputSpectra = ops.Allocate(batch * _k * _inputs);
        _outputSpectra = ops.Allocate(batch * Width);
        _gradientSpectra = ops.Allocate(batch * _k * _inputs);
    }

    /// <summary>Features of an output row, with padding.</summary>
    public int Width => _k * _outputs;

    public Tensor Outputs { get; }

    /// <summary>Gradients at the outputs.</summary>
    public Tensor Gradients { get; }

    public void Update(Tensor parameters) => _weight.Update(parameters);

    public void Forward(MatrixArgs x)
    {
        if (_k == 1) _weight.Forward(x, new(Outputs, 0, Width), _batch);
        else
        {
            _ops.Transform(Blocks(x), Blocks(Inputs(_inputSpectra!)), _batch, 1, _inputs, _k);
            _weight.Forward(Inputs(_inputSpectra!), new(_outputSpectra!, 0, Width), _batch);
            _ops.Restore(OutputBlocks(_outputSpectra!), OutputBlocks(Outputs), _batch, 1, _outputs, _k, false);
        }
        _ops.AddRow(_parameters, _biasStart, Outputs, _batch, Width);
    }

    /// <summary>From <see cref="Gradients"/> to the gradients at the parameters and at the inputs.</summary>
    public void Backward(MatrixArgs x, Tensor gradient, MatrixArgs inputGradient)
    {
        _ops.SumColumns(Gradients, 0, Width, _batch, Width, gradient, _biasStart);
        if (_k == 1)
        {
            _weight.Gradient(x, new(Gradients, 0, Width), _batch, gradient);
            _weight.Backward(new(Gradients, 0, Width), inputGradient, _batch, false);
            return;
        }
        _ops.Transform(OutputBlocks(Gradients), OutputBlocks(_outputSpectra!), _batch, 1, _outputs, _k);
        _weight.Gradient(Inputs(_inputSpectra!), new(_outputSpectra!, 0, Width), _batch, gradient);
        _weight.Backward(new(_outputSpectra!, 0, Width), Inputs(_gradientSpectra!), _batch, false);
        _ops.Restore(Blocks(Inputs(_gradientSpectra!)), Blocks(inputGradient), _batch, 1, _inputs, _k, false);
    }

    public void Dispose()
    {
        _weight.Dispose();
        foreach (var tensor in new[] { Outputs, Gradients, _inputSpectra, _outputSpectra, _gradientSpectra }) tensor?.Dispose();
    }

    private MatrixArgs Inputs(Tensor tensor) => new(tensor, 0, _k * _inputs);

    private BlockArgs Blocks(MatrixArgs m) => new(m.Tensor, m.Offset, m.RowStride, 0, _inputs);

    private BlockArgs OutputBlocks(Tensor tensor) => new(tensor, 0, Width, 0, _outputs);
}
