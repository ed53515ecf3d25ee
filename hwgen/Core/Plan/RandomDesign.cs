using HwGen.Core.Design;
using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>A network with random weights, and its plan: everything follows from the values here. What the generator is tried on.</summary>
/// <param name="Seed">Draws weights and calibration data.</param>
/// <param name="Layers">Shapes; each layer's input is the layer before's output.</param>
/// <param name="Bits">b.</param>
/// <param name="Hardware">Size of the engine.</param>
/// <param name="Gain">Scales the weights; above 1 the gates saturate.</param>
public sealed record RandomDesign(int Seed, IReadOnlyList<LayerDescription> Layers, int Bits, HardwareSettings Hardware, double Gain = 1)
{
    /// <summary>Bits of each layer's matrices; empty is b.</summary>
    public IReadOnlyList<int> WeightBits { get; init; } = [];

    /// <summary>Scaling shifts of each block size; empty lets the plan choose.</summary>
    public IReadOnlyList<int> FftShifts { get; init; } = [];

    /// <summary>Likewise.</summary>
    public IReadOnlyList<int> IfftShifts { get; init; } = [];

    /// <summary>Segments of sigmoid and tanh; empty is the usual number.</summary>
    public IReadOnlyList<int> ActivationSegments { get; init; } = [];

    /// <summary>Words, shifts and segments as a design file has them.</summary>
    public QuantizationSettings Quantization =>
        new(Bits, Sequences) { WeightBits = WeightBits, FftShifts = FftShifts, IfftShifts = IfftShifts, ActivationSegments = ActivationSegments };

    /// <summary>Share of the weights of each row that are not zero, rounded up.</summary>
    public double Density { get; init; } = 1;

    private const int Steps = 6, Sequences = 4;

    /// <summary>GRU layers and one dense layer, all of one k.</summary>
    public RandomDesign(int seed, int blockSize, int bits, int elements, int input, int[] hidden, int outputs, double gain = 1)
        : this(seed, GruStack(blockSize, input, hidden, outputs), bits, new(elements, 100, 1), gain) { }

    /// <summary>A stack of GRUs drawn from a seed; k does not divide its sizes but by chance.</summary>
    public static RandomDesign Draw(int seed, int blockSize, int bits, int layers = 1)
    {
        var random = new Random(seed);
        int Size() => random.Next(1, 3 * blockSize + 4);
        return new(seed, blockSize, bits, random.Next(1, 12), Size(), [.. Enumerable.Range(0, layers).Select(_ => Size())], Size(), 0.3 + 2 * random.NextDouble());
    }

    /// <summary>A design of any kind drawn from a seed: layers, block sizes, bits and the engine's size.</summary>
    public static RandomDesign DrawAny(int seed)
    {
        var random = new Random(seed);
        int bits = random.Next(QuantizationSettings.ShortestWord, QuantizationSettings.LongestWord + 1), limit = random.Next(0, 5);
        // Large transforms take minutes to compile: few designs have them.
        if (random.Next(25) == 0) limit += random.Next(1, 3);
        bool maps = random.Next(4) == 0;
        List<LayerDescription> layers = maps ? DrawMaps(random, limit) : DrawRecurrent(random, limit);
        int k = layers.Max(l => l.BlockSize);
        // Words, reloadable weights and sparsity have sequences of their own, so that a seed's network stays what it was.
        var words = new Random(seed ^ 0x5eed);
        RandomDesign drawn = new(seed, layers, bits, new(random.Next(1, 10), 100, 1)
        {
            ColumnsPerCycle = maps ? 1 : random.Next(1, 5),
            IfftUnits = random.Next(0, 4),
            VectorLanes = 1 << random.Next(0, int.Log2(k) + 1),
            Streams = random.Next(1, 4),
            ThreeMultiply = random.Next(2) == 0,
            ReloadableWeights = new Random(~seed).Next(4) == 0,
        }, 0.3 + 2 * random.NextDouble())
        { WeightBits = words.Next(2) == 0 ? [] : [.. layers.Select(_ => words.Next(QuantizationSettings.ShortestWord, QuantizationSettings.LongestWord + 1))] };
        var sparse = new Random(seed ^ 0x5a5e);
        return DrawQuantization(maps || sparse.Next(6) > 0 ? drawn : drawn with
        {
            Layers = [.. layers.Select(l => l.MapBlockSizes(_ => 1))],
            Hardware = drawn.Hardware with { Sparse = true, ThreeMultiply = false, ReloadableWeights = false, VectorLanes = 1 << sparse.Next(0, 4) },
            Density = sparse.NextDouble(),
        });
    }

    /// <summary>Shifts and segments for some, from a sequence of their own; all shifts asked for leave words below 8 bits no fraction.</summary>
    private static RandomDesign DrawQuantization(RandomDesign design)
    {
        var random = new Random(design.Seed ^ 0x5417);
        int sizes = design.Layers.SelectMany(l => l.Matrices).Select(m => m.BlockSize).Distinct().Count();
        return design with
        {
            FftShifts = Shifts(),
            IfftShifts = Shifts(),
            ActivationSegments = random.Next(2) == 0 ? [] : [1 << random.Next(1, 9), 1 << random.Next(1, 9)],
        };

        int[] Shifts() => design.Bits < 8 || random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, sizes).Select(_ => random.Next(0, QuantizationSettings.MostShifts + 1))];
    }

    public override string ToString() =>
        $"seed {Seed}, {string.Join("; ", Layers)}; {Bits} bits{List("weights of", WeightBits)}{List("FFT shifts", FftShifts)}{List("inverse FFT shifts", IfftShifts)}{List("segments", ActivationSegments)}, {Hardware}, gain {Gain}{(Density < 1 ? $", density {Density:0.##}" : "")}";

    private static string List(string of, IReadOnlyList<int> numbers) => numbers.Count > 0 ? $", {of} {string.Join(", ", numbers)}" : "";

    public TrainedNetwork Network()
    {
        var random = new Random(Seed);
        LayerWeights[] weights = [.. Layers.Select(l => Weights(random, l))];
        if (Density < 1) foreach (BlockCirculantMatrix matrix in weights.SelectMany(w => w.Matrices)) Thin(matrix, random);
        return new(Layers, weights);
    }

    public NetworkFormats Formats(TrainedNetwork network) =>
        NetworkFormats.Choose(network, NetworkRanges.Record(network, Values(new Random(Seed + 1), Sequences * Steps * network.InputSize, 2), Sequences, Steps), Quantization);

    public AcceleratorPlan Plan()
    {
        TrainedNetwork network = Network();
        return AcceleratorPlan.Create("random-net", network, Formats(network), Hardware);
    }

    private static List<LayerDescription> GruStack(int blockSize, int input, int[] hidden, int outputs)
    {
        var layers = new List<LayerDescription>();
        foreach (int size in hidden)
        {
            layers.Add(new GruLayer(input, size, blockSize));
            input = size;
        }
        layers.Add(new DenseLayer(input, outputs, blockSize));
        return layers;
    }

    private static List<LayerDescription> DrawRecurrent(Random random, int limit)
    {
        var layers = new List<LayerDescription>();
        int size = random.Next(1, 30);
        for (int l = random.Next(1, 4); l > 0; l--)
        {
            int hidden = random.Next(1, 40);
            layers.Add(random.Next(2) == 0
                ? new GruLayer(size, hidden, K(), K(), random.Next(2) == 0)
                : new LstmLayer(size, hidden, random.Next(2) == 0 ? 0 : random.Next(1, 30), random.Next(2) == 0, K(), K(), K()));
            size = layers[^1].OutputSize;
        }
        for (int l = random.Next(0, 3); l > 0; l--)
        {
            layers.Add(new DenseLayer(size, random.Next(1, 20), K(), random.Next(2) == 0));
            size = layers[^1].OutputSize;
        }
        return layers;

        int K() => random.Next(3) == 0 ? 1 << random.Next(0, limit + 1) : 1 << limit;
    }

    private static List<LayerDescription> DrawMaps(Random random, int limit)
    {
        var layers = new List<LayerDescription>();
        var map = new ImageShape(random.Next(3, 8), random.Next(3, 8), random.Next(1, 4));
        for (int l = random.Next(1, 3); l > 0; l--)
        {
            // Blocks of the input must not reach over positions: it comes packed.
            int kernel = random.Next(1, Math.Min(4, Math.Min(map.Height, map.Width) + 1)), k = layers.Count == 0 ? 1 : 1 << random.Next(0, limit + 1);
            var conv = new ConvLayer(map, random.Next(1, 14), kernel, kernel, random.Next(1, 3), random.Next(0, kernel), k, rectify: random.Next(2) == 0);
            layers.Add(conv);
            map = conv.Output;
            if (random.Next(2) == 0 || Math.Min(map.Height, map.Width) < 2) continue;
            var pool = new PoolLayer(map, random.Next(3) == 0 ? PoolKind.Average : PoolKind.Max, 2, random.Next(1, 3));
            layers.Add(pool);
            map = pool.Output;
        }
        int size = 1;
        while (size < 1 << limit && map.Channels % (2 * size) == 0) size *= 2;
        layers.Add(new DenseLayer(map.Size, random.Next(1, 12), size));
        return layers;
    }

    private LayerWeights Weights(Random random, LayerDescription layer) => layer switch
    {
        GruLayer g => new GruWeights([.. Each(3, () => Matrix(random, g.Matrices[0]))], [.. Each(3, () => Matrix(random, g.Matrices[3]))],
            [.. Each(3, () => Values(random, g.OutputSize, 0.3))], [.. Each(3, () => Values(random, g.OutputSize, 0.3))]),
        LstmLayer l => new LstmWeights([.. Each(4, () => Matrix(random, l.Matrices[0]))], [.. Each(4, () => Matrix(random, l.Matrices[4]))],
            [.. Each(4, () => Values(random, l.Cells, 0.3))], l.Peepholes ? [.. Each(3, () => Values(random, l.Cells, 0.4))] : [],
            l.Projection > 0 ? Matrix(random, l.Matrices[8]) : null),
        ConvLayer c => new ConvWeights(Matrix(random, new(c.Output.Channels, c.Taps * c.PaddedChannels, c.BlockSize)), Values(random, c.Output.Channels, 0.3), null),
        DenseLayer d => new DenseWeights(Matrix(random, d.Matrices[0]), Values(random, d.OutputSize, 0.5)),
        _ => new NoWeights(),
    };

    /// <summary>Leaves of each row of a matrix without blocks as many weights, others in every row.</summary>
    private void Thin(BlockCirculantMatrix matrix, Random random)
    {
        int kept = (int)Math.Ceiling(Density * matrix.Columns);
        int[] order = [.. Enumerable.Range(0, matrix.Columns)];
        for (int i = 0; i < matrix.Rows; i++)
        {
            random.Shuffle(order);
            foreach (int j in order[kept..]) matrix.FirstColumns[i * matrix.Columns + j] = 0;
        }
    }

    private static IEnumerable<T> Each<T>(int count, Func<T> make) => Enumerable.Range(0, count).Select(_ => make());

    private BlockCirculantMatrix Matrix(Random random, MatrixShape shape)
    {
        int k = shape.BlockSize, p = (shape.Rows + k - 1) / k, q = (shape.Columns + k - 1) / k;
        return new(shape.Rows, shape.Columns, k, Values(random, p * q * k, Gain * Math.Sqrt(3.0 / shape.Columns)));
    }

    private static float[] Values(Random random, int count, double limit) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2 - 1) * limit))];
}
