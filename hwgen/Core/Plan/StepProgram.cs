using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>A network as what the engine does in one step: vectors, their spectra, sums over spectra, and the updates that make
/// vectors of sums. It does not depend on the engine's size, only on its block size K, the largest of the network.</summary>
public sealed class StepProgram
{
    private readonly List<VectorPlan> _vectors = [];
    private readonly List<SpectrumPlan> _spectra = [];
    private readonly List<SumPlan> _sums = [];
    private readonly List<CellPlan> _cells = [];
    private readonly List<LinearPlan> _linears = [];
    private int _cellRows, _cellWords, _linearWords, _linearSums, _biasRows;

    /// <param name="layers">As the engine takes them: see <see cref="EngineLimits"/>.</param>
    /// <param name="blockSize">K; 0 is the layers' largest k. Only a sparse engine has a larger one.</param>
    /// <exception cref="ArgumentException">A layer is out of place.</exception>
    public StepProgram(IReadOnlyList<LayerDescription> layers, int blockSize = 0)
    {
        Layers = layers;
        BlockSize = Math.Max(blockSize, layers.Max(l => l.BlockSize));
        _vectors.Add(new("x", -1, VectorSource.Input, 1, layers[0].InputSize, BlockSize, 0));
        for (int l = 0; l < layers.Count; l++)
            switch (layers[l])
            {
                case GruLayer gru: AddGru(l, gru); break;
                case LstmLayer lstm: AddLstm(l, lstm); break;
                case DenseLayer dense: AddDense(l, dense); break;
                case ConvLayer conv: AddConv(l, conv, l + 1 < layers.Count ? layers[l + 1] as PoolLayer : null); break;
                case PoolLayer when l > 0 && layers[l - 1] is ConvLayer: break;      // the convolution's linear unit takes it
                default: throw new ArgumentException($"The engine has no place for layer {l}, {layers[l].GetType().Name}.", nameof(layers));
            }
        Families = [.. Enumerable.Range(0, _sums.Count).GroupBy(m => _sums[m], new SameColumns()).Select(g => g.ToArray())];
    }

    public IReadOnlyList<LayerDescription> Layers { get; }

    /// <summary>K: words of a block, the largest k unless the engine is sparse.</summary>
    public int BlockSize { get; }

    /// <summary>The first is the network's input.</summary>
    public IReadOnlyList<VectorPlan> Vectors => _vectors;

    /// <summary>Index of the vector that leaves the network; while layers are added, of the one that the next layer reads.</summary>
    public int Output { get; private set; }

    public IReadOnlyList<SpectrumPlan> Spectra => _spectra;

    public IReadOnlyList<SumPlan> Sums => _sums;

    /// <summary>Sums over the same columns: their row blocks can share a group of elements, and so they share formats.</summary>
    public IReadOnlyList<int[]> Families { get; }

    public IReadOnlyList<CellPlan> Cells => _cells;

    public IReadOnlyList<LinearPlan> Linears => _linears;

    /// <summary>Rows of the sum, state and bias memories of the cell unit.</summary>
    public int CellRows => _cellRows;

    /// <summary>Rows of the memory of what the cell unit made.</summary>
    public int CellWordRows => _cellWords;

    /// <summary>Rows of the memory of what the linear unit made.</summary>
    public int LinearWordRows => _linearWords;

    /// <summary>Rows of the linear unit's sum memory.</summary>
    public int LinearSumRows => _linearSums;

    /// <summary>Rows of the linear unit's bias memory.</summary>
    public int LinearBiasRows => _biasRows;

    /// <summary>Block sizes of matrices, ascending: the modes of the transforms and elements.</summary>
    public IReadOnlyList<int> Modes => [.. _sums.Select(s => s.BlockSize).Distinct().Order()];


    private void AddGru(int l, GruLayer gru)
    {
        int x = Output, blocks = Blocks(gru.OutputSize), row = TakeCellRows(blocks);
        bool split = gru.InputBlockSize != gru.RecurrentBlockSize;
        int h = AddVector($"h{l}", l, VectorSource.Cell, 1, gru.OutputSize);
        int wx = Spectrum(x, gru.InputBlockSize), rh = Spectrum(h, gru.RecurrentBlockSize);
        int[] slots = [-1, -1, -1, -1, -1, -1, -1, -1];
        foreach ((int g, string name) in new[] { (0, "z"), (1, "r") })
        {
            var w = new TermPlan(g, 0, wx, false);
            var r = new TermPlan(GruLayer.Gates + g, 1, rh, true);
            if (split)
            {
                slots[g] = AddSum($"W_{name} x", l, g, gru.InputBlockSize, blocks, w);
                slots[4 + g] = AddSum($"R_{name} h", l, 4 + g, gru.RecurrentBlockSize, blocks, r);
            }
            else slots[g] = AddSum($"W_{name} x + R_{name} h", l, g, gru.InputBlockSize, blocks, w, r);
        }
        var wn = new TermPlan(2, 0, wx, false);
        if (gru.LinearBeforeReset)
        {
            slots[2] = AddSum("W_n x", l, 2, gru.InputBlockSize, blocks, wn);
            slots[3] = AddSum("R_n h", l, 3, gru.RecurrentBlockSize, blocks, new TermPlan(GruLayer.Gates + 2, 3, rh, true));
            _cells.Add(new(l, CellKind.Gru, row, blocks, slots, h, split, false));
            return;
        }
        int reset = AddVector($"r{l}*h{l}", l, VectorSource.Cell, 1, gru.OutputSize);
        var rn = new TermPlan(GruLayer.Gates + 2, 3, Spectrum(reset, gru.RecurrentBlockSize), false);
        int[] first = [-1, slots[1], -1, -1, -1, slots[5], -1, -1];
        if (split)
        {
            slots[2] = AddSum("W_n x", l, 2, gru.InputBlockSize, blocks, wn);
            slots[3] = AddSum("R_n (r*h)", l, 3, gru.RecurrentBlockSize, blocks, rn);
        }
        else slots[2] = AddSum("W_n x + R_n (r*h)", l, 2, gru.InputBlockSize, blocks, wn, rn);
        _cells.Add(new(l, CellKind.GruReset, row, blocks, first, reset, split, true));
        _cells.Add(new(l, CellKind.Gru, row, blocks, [slots[0], -1, slots[2], slots[3], slots[4], -1, -1, -1], h, split, true));
        Output = h;
    }

    private void AddLstm(int l, LstmLayer lstm)
    {
        int x = Output, blocks = Blocks(lstm.Cells), row = TakeCellRows(blocks);
        bool split = lstm.InputBlockSize != lstm.RecurrentBlockSize, projects = lstm.Projection > 0;
        int m = AddVector(projects ? $"m{l}" : $"h{l}", l, VectorSource.Cell, 1, lstm.Cells);
        int h = projects ? AddVector($"h{l}", l, VectorSource.Linear, 1, lstm.Projection) : m;
        int wx = Spectrum(x, lstm.InputBlockSize), ry = Spectrum(h, lstm.RecurrentBlockSize);
        int[] slots = [-1, -1, -1, -1, -1, -1, -1, -1];
        foreach ((int g, string name) in new[] { (0, "i"), (1, "o"), (2, "f"), (3, "c") })
        {
            var w = new TermPlan(g, 0, wx, false);
            var r = new TermPlan(LstmLayer.Gates + g, 1, ry, true);
            if (split)
            {
                slots[g] = AddSum($"W_{name} x", l, g, lstm.InputBlockSize, blocks, w);
                slots[4 + g] = AddSum($"R_{name} y", l, 4 + g, lstm.RecurrentBlockSize, blocks, r);
            }
            else slots[g] = AddSum($"W_{name} x + R_{name} y", l, g, lstm.InputBlockSize, blocks, w, r);
        }
        _cells.Add(new(l, CellKind.Lstm, row, blocks, slots, m, split, false));
        if (!projects) return;
        int sum = AddSum("M m", l, SumPlan.Linear, lstm.ProjectionBlockSize, Blocks(lstm.Projection),
            new TermPlan(2 * LstmLayer.Gates, 2, Spectrum(m, lstm.ProjectionBlockSize), false));
        AddLinear(l, sum, h, false, null, [[0]]);
    }

    private void AddDense(int l, DenseLayer dense)
    {
        int x = Output;
        int sum = AddSum("W x", l, SumPlan.Linear, dense.BlockSize, Blocks(dense.OutputSize), new TermPlan(0, 0, Spectrum(x, dense.BlockSize), false));
        AddLinear(l, sum, AddVector($"y{l}", l, VectorSource.Linear, 1, dense.OutputSize), dense.Rectify, null, [[0]]);
    }

    private void AddConv(int l, ConvLayer conv, PoolLayer? pool)
    {
        int x = Output;
        int sum = AddSum("F * x", l, SumPlan.Linear, conv.BlockSize, Blocks(conv.Output.Channels), new TermPlan(0, 0, Spectrum(x, conv.BlockSize), false));
        ImageShape map = pool?.Output ?? conv.Output;
        int y = AddVector($"y{(pool is null ? l : l + 1)}", l, VectorSource.Linear, map.Height * map.Width, map.Channels);
        int[][] windows = [.. Enumerable.Range(0, map.Height * map.Width).Select(p => pool is null ? [p] : Window(pool, p))];
        AddLinear(l, sum, y, conv.Rectify, pool, windows);
    }

    private static int[] Window(PoolLayer pool, int position)
    {
        int y = position / pool.Output.Width * pool.Stride, x = position % pool.Output.Width * pool.Stride;
        return [.. Enumerable.Range(0, pool.Window * pool.Window).Select(i => (y + i / pool.Window) * pool.Input.Width + x + i % pool.Window)];
    }

    private void AddLinear(int l, int sum, int vector, bool rectify, PoolLayer? pool, int[][] windows)
    {
        _linears.Add(new(l, sum, vector, rectify, pool, windows, _linearSums, _biasRows));
        _linearSums += _sums[sum].Blocks * windows[0].Length * (windows.Length > 1 ? LinearPlan.Regions : 1);
        _biasRows += _sums[sum].Blocks;
    }

    private int AddVector(string name, int layer, VectorSource source, int groups, int size)
    {
        int row = source == VectorSource.Cell ? _cellWords : _linearWords;
        var vector = new VectorPlan(name, layer, source, groups, size, BlockSize, row);
        if (source == VectorSource.Cell) _cellWords += vector.Blocks;
        else _linearWords += vector.Blocks;
        _vectors.Add(vector);
        return Output = _vectors.Count - 1;
    }

    private int AddSum(string name, int layer, int slot, int blockSize, int blocks, params IReadOnlyList<TermPlan> terms)
    {
        _sums.Add(new(name, layer, slot, blockSize, blocks, terms));
        return _sums.Count - 1;
    }

    private int Spectrum(int vector, int blockSize)
    {
        var spectrum = new SpectrumPlan(vector, blockSize);
        if (!_spectra.Contains(spectrum)) _spectra.Add(spectrum);
        return _spectra.IndexOf(spectrum);
    }

    private int TakeCellRows(int blocks)
    {
        _cellRows += blocks;
        return _cellRows - blocks;
    }

    private int Blocks(int size) => (size + BlockSize - 1) / BlockSize;

    /// <summary>Sums that read the same spectra in the same order.</summary>
    private sealed class SameColumns : IEqualityComparer<SumPlan>
    {
        public bool Equals(SumPlan? a, SumPlan? b) => a is not null && b is not null && a.Layer == b.Layer && a.BlockSize == b.BlockSize && a.Blocks == b.Blocks
            && a.Terms.Select(t => (t.Spectrum, t.Recurrent, t.Set)).SequenceEqual(b.Terms.Select(t => (t.Spectrum, t.Recurrent, t.Set)));

        public int GetHashCode(SumPlan sum) => HashCode.Combine(sum.Layer, sum.BlockSize, sum.Terms.Count);
    }
}
