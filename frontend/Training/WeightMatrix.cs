using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>A block-circulant matrix at work: products with spectra of rows of activations, bin by bin.</summary>
/// <remarks>Parameters are first columns in planes: word j of block (input i, output o) at Offset + (j·Inputs + i)·Outputs + o.
/// Rows of spectra hold word after word, each of all blocks. With k = 1 there is one bin and spectra are the values
/// themselves, so a dense layer is the same few lines. Source of the products: Ding et al., CirCNN, arXiv:1708.08917.</remarks>
internal sealed class WeightMatrix : IDisposable
{
    private readonly Ops _ops;
    private readonly Tensor? _spectra, _gradientSpectra, _products;
    private readonly Tensor _forward, _backward;

    public WeightMatrix(Ops ops, int blockSize, int inputs, int outputs, int offset)
    {
        (_ops, BlockSize, Inputs, Outputs, Offset) = (ops, blockSize, inputs, outputs, offset);
        _forward = ops.Allocate(Packed(inputs, outputs));
        _backward = ops.Allocate(Packed(outputs, inputs));
        if (blockSize == 1) return;
        _spectra = ops.Allocate(Length);
        _gradientSpectra = ops.Allocate(Length);
        _products = ops.Allocate(ComplexBins * 4 * inputs * outputs);
        ops.Twiddles(blockSize);
    }

    public int BlockSize { get; }

    /// <summary>Blocks of the input.</summary>
    public int Inputs { get; }

    /// <summary>Blocks of the output.</summary>
    public int Outputs { get; }

    /// <summary>Of the first parameter.</summary>
    public int Offset { get; }

    /// <summary>Parameters.</summary>
    public int Length => BlockSize * Inputs * Outputs;

    private int RealBins => BlockSize == 1 ? 1 : 2;

    private int ComplexBins => Math.Max(BlockSize / 2 - 1, 0);

    private int Plane => Inputs * Outputs;

    /// <summary>Takes over changed parameters.</summary>
    public void Update(Tensor parameters)
    {
        if (_spectra is not null)
            _ops.Transform(new(parameters, Offset, 0, 0, Plane), new(_spectra, 0, 0, 0, Plane), 1, 1, Plane, BlockSize);
        var (source, offset) = _spectra is null ? (parameters, Offset) : (_spectra, 0);
        _ops.Pack(source, offset, BlockSize, Inputs, Outputs, transposed: false, _forward);
        _ops.Pack(source, offset, BlockSize, Inputs, Outputs, transposed: true, _backward);
    }

    /// <summary>y = W x in spectra.</summary>
    public void Forward(MatrixArgs x, MatrixArgs y, int rows) => Apply(_forward, x, Inputs, y, Outputs, rows, false);

    /// <summary>Gradient at x (+)= Wᵀ · gradient at y, in spectra.</summary>
    public void Backward(MatrixArgs y, MatrixArgs x, int rows, bool accumulate) => Apply(_backward, y, Outputs, x, Inputs, rows, accumulate);

    /// <summary>Puts the parameters' gradient into <paramref name="gradient"/>, from spectra of all rows.</summary>
    public void Gradient(MatrixArgs x, MatrixArgs y, int rows, Tensor gradient)
    {
        var real = _gradientSpectra is null ? new MatrixArgs(gradient, Offset, Outputs) : new MatrixArgs(_gradientSpectra, 0, Outputs, Plane);
        _ops.MultiplyTransposed(x with { BatchStride = Inputs }, y with { BatchStride = Outputs }, real, Inputs, Outputs, rows, RealBins);
        if (_gradientSpectra is null || _products is null) return;
        if (ComplexBins > 0)
        {
            _ops.MultiplyTransposed(x with { Offset = x.Offset + 2 * Inputs, BatchStride = 2 * Inputs },
                y with { Offset = y.Offset + 2 * Outputs, BatchStride = 2 * Outputs },
                new(_products, 0, 2 * Outputs, 4 * Plane), 2 * Inputs, 2 * Outputs, rows, ComplexBins);
            _ops.Fold(_products, _gradientSpectra, 0, BlockSize, Inputs, Outputs);
        }
        _ops.Restore(new(_gradientSpectra, 0, 0, 0, Plane), new(gradient, Offset, 0, 0, Plane), 1, 1, Plane, BlockSize, false);
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { _spectra, _gradientSpectra, _products, _forward, _backward }) tensor?.Dispose();
    }

    private void Apply(Tensor packed, MatrixArgs source, int depth, MatrixArgs to, int columns, int rows, bool accumulate)
    {
        int realSize = depth * _ops.PackedWidth(columns), complexSize = 2 * depth * _ops.PackedWidth(2 * columns);
        _ops.Multiply(source with { BatchStride = depth }, new(packed, 0, 0, realSize), to with { BatchStride = columns },
            rows, columns, depth, RealBins, accumulate);
        if (ComplexBins > 0)
            _ops.Multiply(source with { Offset = source.Offset + 2 * depth, BatchStride = 2 * depth }, new(packed, RealBins * realSize, 0, complexSize),
                to with { Offset = to.Offset + 2 * columns, BatchStride = 2 * columns }, rows, 2 * columns, 2 * depth, ComplexBins, accumulate);
    }

    private int Packed(int depth, int columns) =>
        RealBins * depth * _ops.PackedWidth(columns) + ComplexBins * 2 * depth * _ops.PackedWidth(2 * columns);
}
