using HwGen.Core.Network;

namespace HwGen.Frontend.Training;

/// <summary>Where each layer's parameters lie in one vector, and the way there and back.</summary>
/// <remarks>Layer after layer: its matrices (see <see cref="MatrixSlot"/>), then its vectors. Gates of a GRU's W lie in the order
/// n, z, r, those of R in the order z, r, n: then the gradients n, z, r, R_n h of a step serve both without a copy.</remarks>
internal sealed class ParameterLayout
{
    private readonly List<MatrixSlot[]> _matrices = [];
    private readonly List<VectorSlot[]> _vectors = [];
    private readonly LaneLayout[] _boundaries, _cells;

    public ParameterLayout(IReadOnlyList<LayerDescription> layers)
    {
        Layers = layers;
        (_boundaries, _cells) = Layouts(layers);
        for (int l = 0; l < layers.Count; l++) Add(l);
    }

    public IReadOnlyList<LayerDescription> Layers { get; }

    public int Length { get; private set; }

    /// <summary>Of the features that layer <paramref name="layer"/> reads, at one position of a map; of the last layer's outputs at Layers.Count.</summary>
    public LaneLayout Boundary(int layer) => _boundaries[layer];

    /// <summary>Of the cells of an LSTM.</summary>
    public LaneLayout Cells(int layer) => _cells[layer];

    /// <summary>GRU: W, R, or W, R of z and r, R of n without linear_before_reset. LSTM: W, R, then M if there is one.</summary>
    public IReadOnlyList<MatrixSlot> Matrices(int layer) => _matrices[layer];

    /// <summary>GRU: Wb, Rb. LSTM: b, then P with peepholes. Dense: b. Convolution: b, or the batch norm's β, γ, mean, variance.</summary>
    public IReadOnlyList<VectorSlot> Vectors(int layer) => _vectors[layer];

    public float[] Pack(TrainedNetwork network)
    {
        var vector = new float[Length];
        Walk(network.Weights, (at, values, i) => vector[at] = values[i]);
        return vector;
    }

    public TrainedNetwork Unpack(ReadOnlyMemory<float> vector)
    {
        LayerWeights[] weights = [.. Layers.Select(Empty)];
        Walk(weights, (at, values, i) => values[i] = vector.Span[at]);
        return new(Layers, weights);
    }

    /// <summary>Positions of the map that layer <paramref name="layer"/> reads; 1 where it reads no map.</summary>
    private int Positions(int layer) => layer == 0 ? 1 : Layers[layer - 1] switch
    {
        ConvLayer c => c.Output.Height * c.Output.Width,
        PoolLayer p => p.Output.Height * p.Output.Width,
        _ => 1,
    };

    private static (LaneLayout[] Boundaries, LaneLayout[] Cells) Layouts(IReadOnlyList<LayerDescription> layers)
    {
        int[] size = new int[layers.Count + 1], block = new int[layers.Count + 1], cells = new int[layers.Count];
        Array.Fill(block, 1);
        for (int l = 0; l < layers.Count; l++)
        {
            // What a layer writes comes first: a map's channels, not the features that a dense layer counts over the whole map.
            (int read, int written, int features) = layers[l] switch
            {
                GruLayer g => (g.InputBlockSize, g.BlockSize, g.OutputSize),
                LstmLayer { Projection: 0 } m => (m.InputBlockSize, m.BlockSize, m.OutputSize),
                LstmLayer m => (m.InputBlockSize, Math.Max(m.RecurrentBlockSize, m.ProjectionBlockSize), m.OutputSize),
                ConvLayer c => (c.BlockSize, c.BlockSize, c.Output.Channels),
                PoolLayer p => (1, 1, p.Output.Channels),
                var d => (d.BlockSize, d.BlockSize, d.OutputSize),
            };
            if (l == 0) size[0] = layers[0] switch { ConvLayer c => c.Input.Channels, PoolLayer p => p.Input.Channels, var d => d.InputSize };
            size[l + 1] = features;
            block[l] = Math.Max(block[l], read);
            block[l + 1] = written;
            cells[l] = layers[l].BlockSize;
        }
        // A pool reads and writes one layout; the way back carries a block size through several pools.
        for (int l = 0; l < layers.Count; l++) if (layers[l] is PoolLayer) block[l + 1] = Math.Max(block[l], block[l + 1]);
        for (int l = layers.Count - 1; l >= 0; l--) if (layers[l] is PoolLayer) block[l] = block[l + 1];
        LaneLayout[] boundaries = [.. size.Zip(block, (s, b) => new LaneLayout(s, b))];
        return (boundaries, [.. layers.Select((layer, l) => layer is LstmLayer { Projection: > 0 } m ? new LaneLayout(m.Cells, cells[l]) : boundaries[l + 1])]);
    }

    private void Add(int l)
    {
        LaneLayout x = _boundaries[l], y = _boundaries[l + 1], cells = _cells[l];
        (MatrixSlot[] matrices, VectorSlot[] vectors) = Layers[l] switch
        {
            GruLayer { LinearBeforeReset: true } g => (
                (MatrixSlot[])[Matrix(g.InputBlockSize, 1, x, y, 2, 0, 1), Matrix(g.RecurrentBlockSize, 1, y, y, 3, 4, 5)],
                (VectorSlot[])[Vector(y, 2, 0, 1), Vector(y, 3, 4, 5)]),
            GruLayer g => (
                [Matrix(g.InputBlockSize, 1, x, y, 2, 0, 1), Matrix(g.RecurrentBlockSize, 1, y, y, 3, 4), Matrix(g.RecurrentBlockSize, 1, y, y, 5)],
                [Vector(y, 2, 0, 1), Vector(y, 3, 4, 5)]),
            LstmLayer m => (
                [
                    Matrix(m.InputBlockSize, 1, x, cells, 0, 1, 2, 3), Matrix(m.RecurrentBlockSize, 1, y, cells, 4, 5, 6, 7),
                    .. m.Projection == 0 ? (MatrixSlot[])[] : [Matrix(m.ProjectionBlockSize, 1, cells, y, 8)],
                ],
                [Vector(cells, 0, 1, 2, 3), .. m.Peepholes ? (VectorSlot[])[Vector(cells, 4, 5, 6)] : []]),
            ConvLayer { BatchNorm: true } c => (
                [Matrix(c.BlockSize, c.Taps, x, y, 0)],
                [Vector(y, 2), Vector(Groups(c), 1), Vector(y, 3), Vector(Groups(c), 4)]),
            ConvLayer c => ([Matrix(c.BlockSize, c.Taps, x, y, 0)], [Vector(y, 0)]),
            PoolLayer => ([], []),
            var d => ([Matrix(d.BlockSize, Positions(l), x, y, 0)], [Vector(y, 0)]),
        };
        _matrices.Add(matrices);
        _vectors.Add(vectors);

        MatrixSlot Matrix(int k, int taps, LaneLayout input, LaneLayout output, params int[] gates)
        {
            var slot = new MatrixSlot(Length, k, taps, input, output, gates);
            Length += slot.Length;
            return slot;
        }

        VectorSlot Vector(LaneLayout layout, params int[] gates)
        {
            var slot = new VectorSlot(Length, layout, gates);
            Length += slot.Length;
            return slot;
        }
    }

    private static LaneLayout Groups(ConvLayer layer) => new((layer.Output.Channels + layer.NormGroup - 1) / layer.NormGroup, 1);

    private static LayerWeights Empty(LayerDescription layer)
    {
        static BlockCirculantMatrix Matrix(int rows, int columns, int k) =>
            new(rows, columns, k, new float[(rows + k - 1) / k * ((columns + k - 1) / k) * k]);
        static IReadOnlyList<T> Gates<T>(int count, Func<T> make) => [.. Enumerable.Range(0, count).Select(_ => make())];
        switch (layer)
        {
            case GruLayer g:
                int n = g.OutputSize;
                return new GruWeights(Gates(GruLayer.Gates, () => Matrix(n, g.InputSize, g.InputBlockSize)), Gates(GruLayer.Gates, () => Matrix(n, n, g.RecurrentBlockSize)),
                    Gates(GruLayer.Gates, () => new float[n]), Gates(GruLayer.Gates, () => new float[n]));
            case LstmLayer m:
                return new LstmWeights(Gates(LstmLayer.Gates, () => Matrix(m.Cells, m.InputSize, m.InputBlockSize)),
                    Gates(LstmLayer.Gates, () => Matrix(m.Cells, m.OutputSize, m.RecurrentBlockSize)), Gates(LstmLayer.Gates, () => new float[m.Cells]),
                    Gates(m.Peepholes ? LstmLayer.PeepholeGates : 0, () => new float[m.Cells]),
                    m.Projection == 0 ? null : Matrix(m.Projection, m.Cells, m.ProjectionBlockSize));
            case ConvLayer c:
                int groups = Groups(c).Size, channels = c.Output.Channels;
                return new ConvWeights(Matrix(channels, c.Taps * c.PaddedChannels, c.BlockSize), new float[channels],
                    c.BatchNorm ? new(c.NormGroup, new float[groups], new float[channels], new float[channels], new float[groups]) : null);
            case DenseLayer d:
                return new DenseWeights(Matrix(d.OutputSize, d.InputSize, d.BlockSize), new float[d.OutputSize]);
            default:
                return new NoWeights();
        }
    }

    /// <summary>Calls <paramref name="visit"/>(place in the vector, array of the weights, place there) for every parameter.</summary>
    private void Walk(IReadOnlyList<LayerWeights> weights, Action<int, float[], int> visit)
    {
        for (int l = 0; l < Layers.Count; l++)
        {
            BlockCirculantMatrix[] matrices = [.. weights[l].Matrices];
            float[][] vectors = [.. weights[l].Vectors];
            foreach (var slot in _matrices[l])
                for (int g = 0; g < slot.Gates.Count; g++)
                    Walk(slot, g, matrices[slot.Gates[g]], visit);
            foreach (var slot in _vectors[l])
                for (int g = 0; g < slot.Gates.Count; g++)
                    for (int u = 0; u < slot.Layout.Size; u++)
                        visit(slot.Start + g * slot.Layout.Width + slot.Layout.Position(u), vectors[slot.Gates[g]], u);
        }
    }

    private static void Walk(MatrixSlot slot, int gate, BlockCirculantMatrix matrix, Action<int, float[], int> visit)
    {
        int k = slot.BlockSize, perTap = matrix.ColumnBlocks / slot.Taps;
        for (int p = 0; p < matrix.RowBlocks; p++)
        {
            int o = gate * slot.Output.LanesOf(k) + slot.Output.Lane(p, k);
            for (int q = 0; q < matrix.ColumnBlocks; q++)
            {
                int i = q / perTap * slot.Input.LanesOf(k) + slot.Input.Lane(q % perTap, k);
                for (int j = 0; j < k; j++)
                    visit(slot.Start + (j * slot.Inputs + i) * slot.Outputs + o, matrix.FirstColumns, (p * matrix.ColumnBlocks + q) * k + j);
            }
        }
    }
}
