using HwGen.Core.Network;
using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>A convolution with optional batch norm and rectification, on maps whose rows are positions.</summary>
/// <remarks>Each position of the input is transformed once; what the kernel sees at a place is gathered from the spectra, so that the
/// sum over the kernel's positions happens in the frequency domain and each output position has one inverse transform, as in
/// the hardware. The way back sums, at each input position, what the patches hold of it, and transforms that once.</remarks>
internal sealed class ConvModel : LayerModel
{
    private readonly Ops _ops;
    private readonly int _batch, _inputPositions, _rows, _width, _biasStart;
    private readonly bool _rectify;
    private readonly WindowGrid _grid;
    private readonly WeightMatrix _weight;
    private readonly NormStep? _norm;
    private readonly Tensor _parameters, _mask, _patches, _outputs, _gradients;
    private readonly Tensor? _inputSpectra, _outputSpectra;
    private bool _trained;

    /// <param name="batch">Maps.</param>
    /// <param name="parameters">Of all layers; batch norm keeps its running moments in them.</param>
    public ConvModel(Ops ops, ParameterLayout layout, int index, int batch, Tensor parameters)
    {
        var layer = (ConvLayer)layout.Layers[index];
        var slot = layout.Matrices(index)[0];
        var vectors = layout.Vectors(index);
        _grid = new(layer.Input.Height, layer.Input.Width, layer.Output.Height, layer.Output.Width,
            layer.KernelHeight, layer.KernelWidth, layer.Stride, layer.Padding);
        (_ops, _batch, _parameters, _rectify, _weight) = (ops, batch, parameters, layer.Rectify, new(ops, slot));
        (_inputPositions, _rows, _width, _biasStart) = (batch * _grid.Positions, batch * _grid.Places, slot.Output.Width, vectors[0].Start);
        _mask = ops.Mask(slot.Output.Size, slot.Output.Block);
        _patches = ops.Allocate(_rows * _weight.InputWidth);
        _outputs = ops.Allocate(_rows * _width);
        _gradients = ops.Allocate(_rows * _width);
        if (!_weight.IsDense)
        {
            _inputSpectra = ops.Allocate(_inputPositions * _weight.BlockSize * _weight.Lanes);
            _outputSpectra = ops.Allocate(_rows * _weight.OutputWidth);
        }
        if (layer.BatchNorm)
            _norm = new(ops.Allocate(_rows * _width), _outputs, _gradients, parameters, ops.Allocate(5 * _width),
                ops.Allocate(2 * _width * Ops.NormPartials(_rows)), layer.Output.Channels, slot.Output.Block, layer.NormGroup,
                vectors[0].Start, vectors[1].Start, vectors[2].Start, vectors[3].Start, layer.Rectify, BatchNorm.Epsilon);
    }

    public override MatrixArgs Outputs => new(_outputs, 0, _width);

    public override MatrixArgs Gradients => new(_gradients, 0, _width);

    private MatrixArgs Patches => new(_patches, 0, _weight.InputWidth);

    /// <summary>What the products give: spectra, or values with k = 1.</summary>
    private MatrixArgs Products => _outputSpectra is null ? Sums : new(_outputSpectra, 0, _weight.OutputWidth);

    private MatrixArgs Sums => _norm is null ? Outputs : new(_norm.Sums, 0, _width);

    public override void Update(Tensor parameters, int bits) => _weight.Update(parameters, bits);

    public override void Forward(MatrixArgs x, int steps, bool train)
    {
        _ops.ForMaps(_batch, _grid.Places, (firstMap, maps) =>
        {
            if (_inputSpectra is not null) _weight.TransformMaps(x, _inputSpectra, firstMap, maps, _grid.Positions);
            foreach (var (first, count) in _ops.Cuts(firstMap * _grid.Places, maps * _grid.Places))
            {
                _ops.GatherPatches(_grid, Maps(x), _patches, first, count, _weight.BlockSize, _weight.Lanes);
                _weight.Forward(Patches.Row(first), Products.Row(first), count);
                if (_outputSpectra is not null) _weight.RestoreOutput(Products.Row(first), Sums.Row(first), count, false);
                if (_norm is null) _ops.Activate(Outputs.Row(first), count, _width, _parameters, _biasStart, _mask, _rectify);
            }
        });
        if (_norm is not null) _ops.Normalize(_norm, _rows, train);
        _trained = train;
    }

    public override void Backward(MatrixArgs x, MatrixArgs? inputGradients, Tensor? gradient, int steps)
    {
        if (_norm is not null) _ops.NormalizeBack(_norm, _rows, gradient, _trained);
        _ops.ForRows(_rows, (first, count) =>
        {
            if (_norm is null) _ops.ActivateBack(Outputs.Row(first), Gradients.Row(first), count, _width, _mask, _rectify);
            if (_outputSpectra is not null) _weight.TransformOutput(Gradients.Row(first), Products.Row(first), count);
        });
        var products = _outputSpectra is null ? Gradients : Products;
        if (gradient is not null)
        {
            if (_norm is null) _ops.SumColumns(_gradients, 0, _width, _rows, _width, gradient, _biasStart);
            _weight.Gradient(Patches, products, _rows, gradient);
        }
        if (inputGradients is not { } target) return;
        _ops.ForMaps(_batch, _grid.Places, (firstMap, maps) =>
        {
            // The weights' gradient was the last to read the patches: their own gradients take their place.
            foreach (var (first, count) in _ops.Cuts(firstMap * _grid.Places, maps * _grid.Places))
                _weight.Backward(products.Row(first), Patches.Row(first), count, false);
            _ops.CollectPatches(_grid, Maps(target), _patches, firstMap * _grid.Positions, maps * _grid.Positions, _weight.BlockSize, _weight.Lanes);
            if (_inputSpectra is not null) _weight.RestoreMaps(_inputSpectra, target, firstMap, maps, _grid.Positions);
        });
    }

    public override void Dispose()
    {
        _weight.Dispose();
        foreach (var tensor in new[] { _patches, _outputs, _gradients, _inputSpectra, _outputSpectra, _norm?.Sums, _norm?.Columns, _norm?.Partials }) tensor?.Dispose();
    }

    /// <summary>Where patches are gathered from and gradients collected: spectra, or <paramref name="values"/> themselves with k = 1.</summary>
    private BlockArgs Maps(MatrixArgs values)
    {
        int word = _grid.Positions * _weight.Lanes;
        return new(_inputSpectra ?? values.Tensor, _inputSpectra is null ? values.Offset : 0, 0, _weight.BlockSize * word, word);
    }
}
