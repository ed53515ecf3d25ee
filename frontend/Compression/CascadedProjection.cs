using HwGen.Core.Design;
using HwGen.Core.Network;
using MathNet.Numerics.LinearAlgebra;

namespace HwGen.Frontend.Compression;

/// <summary>Networks whose hidden channels are projected: x̃ = σ(Pᵀ (W x + b)), and the next layer reads P x̃.</summary>
/// <remarks>Projecting the outputs of a layer and the inputs of the next with the same P leaves no projection to be computed: both
/// go into the weights. Rectifiers and largest-value pools act on the projected channels, which the training of P makes up
/// for. The data and the last layer's outputs are never projected. Source: Minnehan and Savakis, CaP, arXiv:1903.04988;
/// reconstructed where its text was not at hand (equations, start, normalised reconstruction loss).</remarks>
internal sealed class CascadedProjection
{
    private readonly TrainedNetwork _network;

    /// <param name="network">Convolutions, pools and dense layers with block sizes of 1, without batch norm.</param>
    public CascadedProjection(TrainedNetwork network)
    {
        _network = network;
        Weighted = [.. Enumerable.Range(0, network.Layers.Count).Where(l => network.Layers[l] is not PoolLayer)];
        Channels = [.. Weighted[..^1].Select(l => Outputs(network.Layers[l]))];
    }

    /// <summary>The layers that have weights.</summary>
    public int[] Weighted { get; }

    /// <summary>Channels of each layer that is projected: all of <see cref="Weighted"/> but the last.</summary>
    public int[] Channels { get; }

    /// <summary>Selections of the channels whose filters and readers weigh most: a start that is channel pruning.</summary>
    /// <param name="ranks">r of each.</param>
    public Matrix<double>[] Selections(IReadOnlyList<int> ranks) => [.. ranks.Select((r, i) =>
        Selection(Channels[i], [.. Strongest(i).Take(r).Order()]))];

    /// <summary>Channels of a projected layer, those with the largest ‖filter‖·‖weights that read it‖ first.</summary>
    public int[] Strongest(int i)
    {
        var (own, next) = (Weight(i), Weight(i + 1));
        int positions = next.ColumnCount / Channels[i];
        double[] strength = [.. Enumerable.Range(0, Channels[i]).Select(c => own.Row(c).L2Norm()
            * Math.Sqrt(Enumerable.Range(0, positions).Sum(p => next.Column(p * Channels[i] + c).PointwisePower(2).Sum())))];
        return [.. Enumerable.Range(0, Channels[i]).OrderByDescending(c => strength[c])];
    }

    /// <summary>P with a column for each channel that is kept.</summary>
    public static Matrix<double> Selection(int channels, int[] kept) => Matrix<double>.Build.Dense(channels, kept.Length, (c, a) => kept[a] == c ? 1 : 0);

    /// <summary>The smaller network, the projections in its weights.</summary>
    public TrainedNetwork Bake(IReadOnlyList<Matrix<double>> projections) => Build(projections, isExplicit: false);

    /// <summary>The same with each Pᵀ as a layer of its own, between the layer's sums and its rectifier: for training.</summary>
    public TrainedNetwork Expand(IReadOnlyList<Matrix<double>> projections) => Build(projections, isExplicit: true);

    /// <summary>Gradients at the projections.</summary>
    /// <param name="gradient">Of the network of <see cref="Expand"/>, in its weights.</param>
    public Matrix<double>[] Gradients(TrainedNetwork gradient)
    {
        BlockCirculantMatrix[] matrices = [.. gradient.Weights.SelectMany(w => w.Matrices)];
        // Each projected layer has two matrices there, its own and Pᵀ; the last has one.
        return [.. Channels.Select((channels, i) =>
        {
            var own = Dense(matrices[2 * i + 1]).Transpose();
            var next = Dense(matrices[2 * i + 2]);
            int rank = own.ColumnCount;
            return own + Stack(Weight(i + 1), channels).TransposeThisAndMultiply(Stack(next, rank));
        })];
    }

    /// <summary>Layers of the network of <see cref="Expand"/> whose outputs are the sums of a layer that reads projected channels.</summary>
    public IReadOnlyList<int> Reconstructed(TrainedNetwork expanded) =>
        [.. Enumerable.Range(0, expanded.Layers.Count).Where(l => expanded.Layers[l] is not PoolLayer).Index().Where(e => e.Index % 2 == 0 && e.Index > 0).Select(e => e.Item)];

    /// <summary>Multiplications of one inference: of each layer, positions times entries of its matrix.</summary>
    public static long Multiplications(IReadOnlyList<LayerDescription> layers) => layers.Sum(l => l switch
    {
        ConvLayer c => (long)c.Output.Height * c.Output.Width * c.Output.Channels * c.Taps * c.Input.Channels,
        _ => l.Matrices.Sum(m => m.Entries),
    });

    private TrainedNetwork Build(IReadOnlyList<Matrix<double>> projections, bool isExplicit)
    {
        var layers = new List<LayerDescription>();
        var weights = new List<LayerWeights>();
        ImageShape? map = null;
        for (int l = 0, i = 0; l < _network.Layers.Count; l++)
        {
            if (_network.Layers[l] is PoolLayer pool)
            {
                var smaller = new PoolLayer(map ?? pool.Input, pool.Kind, pool.Window, pool.Stride);
                layers.Add(smaller);
                weights.Add(new NoWeights());
                map = smaller.Output;
                continue;
            }
            var w = Weight(i);
            if (i > 0) w = Unstack(Stack(w, Channels[i - 1]) * projections[i - 1], w.RowCount);
            var bias = Vector<double>.Build.DenseOfEnumerable(_network.Weights[l].Vectors.First().Select(v => (double)v));
            var p = i < projections.Count ? projections[i] : null;
            if (p is not null && !isExplicit) (w, bias) = (p.TransposeThisAndMultiply(w), p.TransposeThisAndMultiply(bias));
            Add(_network.Layers[l], w, bias, isRectified: p is null || !isExplicit);
            if (p is not null && isExplicit) AddProjection(_network.Layers[l], p);
            i++;
        }
        return new(layers, weights);

        void Add(LayerDescription layer, Matrix<double> w, Vector<double> bias, bool isRectified)
        {
            if (layer is ConvLayer c)
            {
                var conv = new ConvLayer(map ?? c.Input, w.RowCount, c.KernelHeight, c.KernelWidth, c.Stride, c.Padding, 1, rectify: c.Rectify && isRectified);
                layers.Add(conv);
                weights.Add(new ConvWeights(Floats(w), Floats(bias), null));
                map = conv.Output;
            }
            else
            {
                layers.Add(new DenseLayer(w.ColumnCount, w.RowCount, 1, ((DenseLayer)layer).Rectify && isRectified));
                weights.Add(new DenseWeights(Floats(w), Floats(bias)));
            }
        }

        void AddProjection(LayerDescription layer, Matrix<double> p)
        {
            var none = Vector<double>.Build.Dense(p.ColumnCount);
            if (layer is ConvLayer c)
            {
                var conv = new ConvLayer(map!.Value, p.ColumnCount, 1, 1, 1, 0, 1, rectify: c.Rectify);
                layers.Add(conv);
                weights.Add(new ConvWeights(Floats(p.Transpose()), Floats(none), null));
                map = conv.Output;
            }
            else
            {
                layers.Add(new DenseLayer(p.RowCount, p.ColumnCount, 1, ((DenseLayer)layer).Rectify));
                weights.Add(new DenseWeights(Floats(p.Transpose()), Floats(none)));
            }
        }
    }

    /// <summary>Of the i-th layer with weights, shape (outputs, positions · channels).</summary>
    private Matrix<double> Weight(int i) => Dense(_network.Weights[Weighted[i]].Matrices.First());

    /// <summary>(rows, positions · channels) as (rows · positions, channels).</summary>
    private static Matrix<double> Stack(Matrix<double> w, int channels) =>
        Matrix<double>.Build.DenseOfRowMajor(w.RowCount * (w.ColumnCount / channels), channels, w.ToRowMajorArray());

    private static Matrix<double> Unstack(Matrix<double> w, int rows) =>
        Matrix<double>.Build.DenseOfRowMajor(rows, w.RowCount / rows * w.ColumnCount, w.ToRowMajorArray());

    private static Matrix<double> Dense(BlockCirculantMatrix m) => Matrix<double>.Build.DenseOfRowMajor(m.Rows, m.Columns, m.FirstColumns.Select(v => (double)v));

    private static BlockCirculantMatrix Floats(Matrix<double> m) => new(m.RowCount, m.ColumnCount, 1, [.. m.ToRowMajorArray().Select(v => (float)v)]);

    private static float[] Floats(Vector<double> v) => [.. v.Select(x => (float)x)];

    private static int Outputs(LayerDescription layer) => layer is ConvLayer c ? c.Output.Channels : layer.OutputSize;
}
