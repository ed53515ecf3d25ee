using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Tests;

/// <summary>A random network of GRU layers and one dense layer, and its plan: everything follows from the numbers here.</summary>
/// <param name="Seed">Draws weights and calibration data.</param>
/// <param name="BlockSize">k.</param>
/// <param name="Bits">b.</param>
/// <param name="Elements">Processing elements asked for.</param>
/// <param name="Input">Features in.</param>
/// <param name="Hidden">Size of each GRU layer.</param>
/// <param name="Outputs">Features out.</param>
/// <param name="Gain">Scales the weights; above 1 the gates saturate.</param>
internal sealed record RandomNetwork(
    int Seed, int BlockSize, int Bits, int Elements, int Input, int[] Hidden, int Outputs, double Gain = 1)
{
    private const int Steps = 6, Sequences = 4;

    /// <summary>A shape drawn from a seed; k does not divide its sizes but by chance.</summary>
    public static RandomNetwork Draw(int seed, int blockSize, int bits, int layers = 1)
    {
        var random = new Random(seed);
        int Size() => random.Next(1, 3 * blockSize + 4);
        return new(seed, blockSize, bits, random.Next(1, 12), Size(), [.. Enumerable.Range(0, layers).Select(_ => Size())], Size(), 0.3 + 2 * random.NextDouble());
    }

    public override string ToString() =>
        $"seed {Seed}, k {BlockSize}, {Bits} bits, P {Elements}, {Input} -> {string.Join(" -> ", Hidden)} -> {Outputs}, gain {Gain}";

    public TrainedNetwork Network()
    {
        var random = new Random(Seed);
        var layers = new List<LayerDescription>();
        var weights = new List<LayerWeights>();
        int size = Input;
        foreach (int hidden in Hidden)
        {
            layers.Add(new GruLayer(size, hidden, BlockSize));
            weights.Add(new GruWeights(
                [.. Enumerable.Range(0, 3).Select(_ => Matrix(random, hidden, size))], [.. Enumerable.Range(0, 3).Select(_ => Matrix(random, hidden, hidden))],
                [.. Enumerable.Range(0, 3).Select(_ => Values(random, hidden, 0.3))], [.. Enumerable.Range(0, 3).Select(_ => Values(random, hidden, 0.3))]));
            size = hidden;
        }
        layers.Add(new DenseLayer(size, Outputs, BlockSize));
        weights.Add(new DenseWeights(Matrix(random, Outputs, size), Values(random, Outputs, 0.5)));
        return new(layers, weights);
    }

    public NetworkFormats Formats(TrainedNetwork network) =>
        NetworkFormats.Choose(network, NetworkRanges.Record(network, Values(new Random(Seed + 1), Sequences * Steps * Input, 2), Sequences, Steps), Bits);

    public AcceleratorPlan Plan()
    {
        TrainedNetwork network = Network();
        return AcceleratorPlan.Create("random-net", network, Formats(network), new HardwareSettings(Elements, 100, 1));
    }

    private BlockCirculantMatrix Matrix(Random random, int rows, int columns)
    {
        int p = (rows + BlockSize - 1) / BlockSize, q = (columns + BlockSize - 1) / BlockSize;
        return new(rows, columns, BlockSize, Values(random, p * q * BlockSize, Gain * Math.Sqrt(3.0 / columns)));
    }

    private static float[] Values(Random random, int count, double limit) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2 - 1) * limit))];
}
