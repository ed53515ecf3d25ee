using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Frontend.Onnx;

/// <summary>The layers found so far, one behind the other.</summary>
internal sealed class Chain
{
    private const string OneChain = "a network is a chain of layers, each with one reader; skip connections and branches are not supported";

    private readonly List<LayerDescription> _layers = [];
    private readonly List<LayerWeights> _weights = [];
    private readonly List<int> _nodes = [];

    public IReadOnlyList<LayerDescription> Layers => _layers;

    public IReadOnlyList<LayerWeights> Weights => _weights;

    /// <summary>The node of each layer.</summary>
    public IReadOnlyList<int> Nodes => _nodes;

    /// <summary>Rises with each change: a value of another version doesn't come from the end of the chain.</summary>
    public int Version { get; private set; }

    /// <summary>The node that is being read.</summary>
    public int Node { get; set; }

    /// <summary>The signal at the end of the chain.</summary>
    /// <exception cref="RefusalException">The node's input is something else.</exception>
    /// <exception cref="BrokenInputException">The node is refused already: the chain stays as it is.</exception>
    public Activation Signal(OnnxNode node, int input) => node.Input(input) switch
    {
        _ when node.Refusals.Count > 0 => throw new BrokenInputException(),
        Activation { IsClosed: true } => throw new RefusalException("it follows a Softmax or ArgMax", "end the model with it"),
        Activation a when a.Version == Version => a,
        Activation { Features: null } => throw new RefusalException("it reads the input a second time, or a second input", OneChain),
        Activation => throw new RefusalException("it reads a value that another layer has used already", OneChain),
        var other => throw new RefusalException($"it reads {other.What}", OneChain),
    };

    /// <returns>The new version.</returns>
    /// <exception cref="RefusalException">A size beyond what a design can hold.</exception>
    public int Add(LayerDescription layer, LayerWeights weights)
    {
        int size = layer switch { LstmLayer m => m.Cells, ConvLayer c => c.Output.Channels, PoolLayer => 1, _ => layer.OutputSize };
        if (size > NetworkLimits.MaxLayerSize)
            throw new RefusalException($"it has {size} outputs", $"a layer has at most {NetworkLimits.MaxLayerSize}");
        _layers.Add(layer);
        _weights.Add(weights);
        _nodes.Add(Node);
        return ++Version;
    }

    /// <summary>y · factor + shift, a factor and a shift for each output of the last layer, which takes them over.</summary>
    /// <returns>The new version.</returns>
    /// <exception cref="RefusalException">The last layer can't.</exception>
    public int Scale(Func<int, double> factor, Func<int, double> shift)
    {
        if (_layers is not [.., ConvLayer { Rectify: false } or DenseLayer { Rectify: false }])
            throw new RefusalException("a scale or shift that no layer takes over", "put it right behind a Conv, Gemm or MatMul, before the Relu; scale the data before training");
        _weights[^1] = _weights[^1] switch
        {
            ConvWeights w => w with { Weight = Rows(w.Weight), Bias = Shifted(w.Bias) },
            DenseWeights w => w with { Weight = Rows(w.Weight), Bias = Shifted(w.Bias) },
            var other => other,
        };
        return ++Version;

        BlockCirculantMatrix Rows(BlockCirculantMatrix m) =>
            new(m.Rows, m.Columns, 1, [.. m.FirstColumns.Select((v, i) => (float)(v * factor(i / m.Columns)))]);
        float[] Shifted(float[] bias) => [.. bias.Select((b, i) => (float)(b * factor(i) + shift(i)))];
    }

    /// <summary>max(0, y).</summary>
    /// <returns>The new version.</returns>
    /// <exception cref="RefusalException">No layer takes it over.</exception>
    public int Rectify()
    {
        // The largest value of a window is rectified when its values are, and a mean of values not below 0 is not below 0.
        int l = _layers.FindLastIndex(layer => layer is not PoolLayer);
        bool onlyMax = _layers.Skip(l + 1).All(layer => layer is PoolLayer { Kind: PoolKind.Max });
        if (l < 0 || _layers[l] is not (ConvLayer or DenseLayer))
            throw new RefusalException("a Relu that no layer takes over", "put it behind a Conv, Gemm or MatMul");
        if (_layers[l] is ConvLayer { Rectify: true } or DenseLayer { Rectify: true }) return Version;
        if (!onlyMax) throw new RefusalException("a Relu behind an average", "put it before the AveragePool");
        _layers[l] = _layers[l] switch
        {
            ConvLayer c => new ConvLayer(c.Input, c.Output.Channels, c.KernelHeight, c.KernelWidth, c.Stride, c.Padding, 1, rectify: true),
            var d => new DenseLayer(d.InputSize, d.OutputSize, 1, rectify: true),
        };
        return ++Version;
    }
}
