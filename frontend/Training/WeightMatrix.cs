using HwGen.Frontend.Kernels;

namespace HwGen.Frontend.Training;

/// <summary>Block-circulant matrices that read the same vector, stacked, at work: products with rows of activations, bin by bin.</summary>
/// <remarks>Rows of spectra hold word after word, each of all lanes. With k = 1 there is one bin and spectra are the values
/// themselves, so a dense layer is the same few lines. Source of the products: Ding et al., CirCNN, arXiv:1708.08917.</remarks>
internal sealed class WeightMatrix : IDisposable
{
    private readonly Ops _ops;
    private readonly MatrixSlot _slot;
    private readonly Tensor? _spectra, _gradientSpectra, _products;
    private readonly Tensor _forward, _backward;
    private Tensor? _rounded;

    public WeightMatrix(Ops ops, MatrixSlot slot)
    {
        (_ops, _slot) = (ops, slot);
        _forward = ops.Allocate(Packed(Inputs, Outputs));
        _backward = ops.Allocate(Packed(Outputs, Inputs));
        if (IsDense) return;
        _spectra = ops.Allocate(slot.Length);
        _gradientSpectra = ops.Allocate(slot.Length);
        _products = ops.Allocate(ComplexBins * 4 * Inputs * Outputs);
        ops.Twiddles(BlockSize);
    }

    /// <summary>Whether k = 1.</summary>
    public bool IsDense => BlockSize == 1;

    public int BlockSize => _slot.BlockSize;

    /// <summary>Floats of a row of the inputs' spectra.</summary>
    public int InputWidth => BlockSize * Inputs;

    /// <summary>Floats of a row of the outputs' spectra.</summary>
    public int OutputWidth => BlockSize * Outputs;

    /// <summary>Lanes of the inputs at one tap.</summary>
    public int Lanes => _slot.Input.LanesOf(BlockSize);

    private int Inputs => _slot.Inputs;

    private int Outputs => _slot.Outputs;

    private int Runs => _slot.Input.Block / BlockSize;

    private int RealBins => IsDense ? 1 : 2;

    private int ComplexBins => Math.Max(BlockSize / 2 - 1, 0);

    private int Plane => Inputs * Outputs;

    /// <summary>Takes over changed parameters.</summary>
    /// <param name="bits">0, or the bits that each spectrum word is rounded to, as the hardware's weight memory holds it.</param>
    public void Update(Tensor parameters, int bits = 0)
    {
        if (_spectra is not null)
            _ops.Transform(new(parameters, _slot.Start, 0, 0, Plane), new(_spectra, 0, 0, 0, Plane), 1, 1, Plane, BlockSize);
        var (source, offset) = _spectra is null ? (parameters, _slot.Start) : (_spectra, 0);
        if (bits > 0)
        {
            // Products see the rounded words, both ways; the gradient goes straight through to the parameters, which stay as they are.
            _rounded ??= _spectra ?? _ops.Allocate(_slot.Length);
            _ops.Quantize(source, offset, _slot.Length, bits, _rounded);
            (source, offset) = (_rounded, 0);
        }
        _ops.Pack(source, offset, BlockSize, Inputs, Outputs, transposed: false, _forward);
        _ops.Pack(source, offset, BlockSize, Inputs, Outputs, transposed: true, _backward);
    }

    /// <summary>Spectra of rows of the inputs, all taps of a row one after the other; with k = 1 there is nothing to do.</summary>
    public void TransformInput(MatrixArgs x, MatrixArgs spectra, int rows) => Transform(x, spectra, rows, _slot.Input, _slot.Taps);

    /// <summary>Rows of the inputs from spectra, which may be overwritten.</summary>
    public void RestoreInput(MatrixArgs spectra, MatrixArgs x, int rows, bool accumulate) => Restore(spectra, x, rows, _slot.Input, _slot.Taps, accumulate);

    /// <summary>Spectra of the inputs at every position of maps: of each map word after word, each of all positions' lanes.</summary>
    /// <param name="x">Rows of positions.</param>
    /// <param name="spectra">k·<see cref="Lanes"/> floats a position.</param>
    /// <param name="first">First map.</param>
    public void TransformMaps(MatrixArgs x, Tensor spectra, int first, int maps, int positions)
    {
        for (int run = 0; run < Runs; run++)
        {
            var (t, s) = Maps(x, spectra, first, positions, run);
            _ops.Transform(t, s, maps, positions, _slot.Input.Blocks, BlockSize);
        }
    }

    /// <summary>Rows of positions from such spectra, which may be overwritten.</summary>
    public void RestoreMaps(Tensor spectra, MatrixArgs x, int first, int maps, int positions)
    {
        for (int run = 0; run < Runs; run++)
        {
            var (t, s) = Maps(x, spectra, first, positions, run);
            _ops.Restore(s, t, maps, positions, _slot.Input.Blocks, BlockSize, false);
        }
    }

    /// <summary>Spectra of rows that hold the stacked matrices' vectors one after the other.</summary>
    public void TransformOutput(MatrixArgs y, MatrixArgs spectra, int rows) => Transform(y, spectra, rows, _slot.Output, _slot.Gates.Count);

    /// <summary>Rows of the stacked matrices' vectors from spectra, which may be overwritten.</summary>
    public void RestoreOutput(MatrixArgs spectra, MatrixArgs y, int rows, bool accumulate) =>
        Restore(spectra, y, rows, _slot.Output, _slot.Gates.Count, accumulate);

    /// <summary>y (+)= W x in spectra.</summary>
    public void Forward(MatrixArgs x, MatrixArgs y, int rows, bool accumulate = false) => Apply(_forward, x, Inputs, y, Outputs, rows, accumulate);

    /// <summary>Gradient at x (+)= Wᵀ · gradient at y, in spectra.</summary>
    public void Backward(MatrixArgs y, MatrixArgs x, int rows, bool accumulate) => Apply(_backward, y, Outputs, x, Inputs, rows, accumulate);

    /// <summary>Puts the parameters' gradient into <paramref name="gradient"/>, from spectra of all rows.</summary>
    public void Gradient(MatrixArgs x, MatrixArgs y, int rows, Tensor gradient)
    {
        var real = _gradientSpectra is null ? new MatrixArgs(gradient, _slot.Start, Outputs) : new MatrixArgs(_gradientSpectra, 0, Outputs, Plane);
        _ops.MultiplyTransposed(x with { BatchStride = Inputs }, y with { BatchStride = Outputs }, real, Inputs, Outputs, rows, RealBins);
        if (_gradientSpectra is null || _products is null) return;
        if (ComplexBins > 0)
        {
            _ops.MultiplyTransposed(x with { Offset = x.Offset + 2 * Inputs, BatchStride = 2 * Inputs },
                y with { Offset = y.Offset + 2 * Outputs, BatchStride = 2 * Outputs },
                new(_products, 0, 2 * Outputs, 4 * Plane), 2 * Inputs, 2 * Outputs, rows, ComplexBins);
            _ops.Fold(_products, _gradientSpectra, 0, BlockSize, Inputs, Outputs);
        }
        _ops.Restore(new(_gradientSpectra, 0, 0, 0, Plane), new(gradient, _slot.Start, 0, 0, Plane), 1, 1, Plane, BlockSize, false);
    }

    public void Dispose()
    {
        if (_rounded != _spectra) _rounded?.Dispose();
        foreach (var tensor in new[] { _spectra, _gradientSpectra, _products, _forward, _backward }) tensor?.Dispose();
    }

    private void Transform(MatrixArgs time, MatrixArgs spectra, int rows, LaneLayout layout, int vectors)
    {
        foreach (var (t, s, groups) in Parts(time, spectra, layout, vectors)) _ops.Transform(t, s, rows, groups, layout.Blocks, BlockSize);
    }

    private void Restore(MatrixArgs spectra, MatrixArgs time, int rows, LaneLayout layout, int vectors, bool accumulate)
    {
        foreach (var (t, s, groups) in Parts(time, spectra, layout, vectors)) _ops.Restore(s, t, rows, groups, layout.Blocks, BlockSize, accumulate);
    }

    /// <summary>One run of the lanes of an input's vector; a row is a map, a group a position.</summary>
    private (BlockArgs Time, BlockArgs Spectrum) Maps(MatrixArgs x, Tensor spectra, int first, int positions, int run)
    {
        int lanes = _slot.Input.Blocks, size = positions * BlockSize * Lanes;
        return (new(x.Tensor, x.Row(first * positions).Offset + run * BlockSize * lanes, positions * x.RowStride, x.RowStride, lanes),
            new(spectra, first * size + run * lanes, size, Lanes, positions * Lanes));
    }

    /// <summary>A row's vectors: all at once where a vector's lanes are one run, else one after the other.</summary>
    private IEnumerable<(BlockArgs Time, BlockArgs Spectrum, int Groups)> Parts(MatrixArgs time, MatrixArgs spectra, LaneLayout layout, int vectors)
    {
        int runs = layout.Block / BlockSize, lanes = layout.LanesOf(BlockSize), word = vectors * lanes;
        if (runs == 1)
        {
            yield return (new(time.Tensor, time.Offset, time.RowStride, layout.Width, layout.Blocks), new(spectra.Tensor, spectra.Offset, spectra.RowStride, lanes, word), vectors);
            yield break;
        }
        for (int v = 0; v < vectors; v++)
            yield return (new(time.Tensor, time.Offset + v * layout.Width, time.RowStride, BlockSize * layout.Blocks, layout.Blocks),
                new(spectra.Tensor, spectra.Offset + v * lanes, spectra.RowStride, layout.Blocks, word), runs);
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
