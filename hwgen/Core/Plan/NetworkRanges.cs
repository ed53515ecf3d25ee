using HwGen.Core.Network;
using HwGen.Core.Numerics;

namespace HwGen.Core.Plan;

/// <summary>Largest magnitudes seen while the float network ran on real sequences: what the formats are chosen from.</summary>
public sealed class NetworkRanges
{
    /// <param name="layers">Layers of the network.</param>
    public NetworkRanges(int layers) : this(new double[layers + 1], new double[layers + 1], new double[layers], new double[layers]) { }

    /// <summary>Ranges as they were recorded.</summary>
    [System.Text.Json.Serialization.JsonConstructor]
    public NetworkRanges(double[] vectors, double[] vectorSpectra, double[] sums, double[] sumSpectra) =>
        (Vectors, VectorSpectra, Sums, SumSpectra) = (vectors, vectorSpectra, sums, sumSpectra);

    /// <summary>Of the input (0) and of each layer's output.</summary>
    public double[] Vectors { get; }

    /// <summary>Of the spectra of their blocks.</summary>
    public double[] VectorSpectra { get; }

    /// <summary>Of each layer's matrix products, with and without bias.</summary>
    public double[] Sums { get; }

    /// <summary>Of the spectra of their blocks, without bias: what the accumulators hold.</summary>
    public double[] SumSpectra { get; }

    /// <summary>Runs the network in double precision and records.</summary>
    /// <param name="network">The trained network.</param>
    /// <param name="inputs">Shape (sequences, steps, input size).</param>
    /// <param name="sequences">How many sequences.</param>
    /// <param name="steps">Length of each.</param>
    public static NetworkRanges Record(TrainedNetwork network, float[] inputs, int sequences, int steps)
    {
        var model = new DenseModel(network);
        DenseParameters[] parameters = [.. network.Weights.Select(DenseParameters.Expand)];
        var total = new NetworkRanges(network.Layers.Count);
        Parallel.For(0, sequences, () => new NetworkRanges(network.Layers.Count), (s, _, ranges) =>
        {
            double[][] state = model.InitialState();
            var x = new double[network.InputSize];
            for (int t = 0; t < steps; t++)
            {
                for (int i = 0; i < x.Length; i++) x[i] = inputs[(s * steps + t) * x.Length + i];
                DenseLayerStep[] step = model.Step(x, state);
                ranges.Observe(network, parameters, step);
                for (int l = 0; l < step.Length; l++) if (network.Layers[l] is GruLayer) state[l] = step[l].Output;
            }
            return ranges;
        }, total.Merge);
        return total;
    }

    private void Observe(TrainedNetwork network, DenseParameters[] parameters, DenseLayerStep[] step)
    {
        for (int l = 0; l < step.Length; l++)
        {
            LayerDescription layer = network.Layers[l];
            ObserveVector(l, step[l].Input, layer.BlockSize);
            if (l == step.Length - 1 || layer is GruLayer) ObserveVector(l + 1, step[l].Output, layer.BlockSize);
            for (int s = 0; s < step[l].Sums.Length; s++)
            {
                double[] sum = step[l].Sums[s];
                SumSpectra[l] = Math.Max(SumSpectra[l], SpectrumMax(sum, layer.BlockSize));
                double[] bias = SumBias(parameters[l], s);
                for (int i = 0; i < sum.Length; i++)
                    Sums[l] = Max(Sums[l], sum[i], bias[i], sum[i] + bias[i]);
            }
        }
    }

    /// <summary>The bias that is added to matrix product <paramref name="sum"/> (see <see cref="DenseLayerStep.Sums"/>).</summary>
    public static double[] SumBias(DenseParameters p, int sum) => (p.Recurrent.Count, sum) switch
    {
        (0, _) => p.InputBias[0],
        (_, 0 or 1) => [.. p.InputBias[sum].Zip(p.RecurrentBias[sum], (a, b) => a + b)],
        (_, 2) => p.InputBias[2],
        _ => p.RecurrentBias[2],
    };

    private void ObserveVector(int vector, double[] values, int blockSize)
    {
        foreach (double v in values) Vectors[vector] = Math.Max(Vectors[vector], Math.Abs(v));
        VectorSpectra[vector] = Math.Max(VectorSpectra[vector], SpectrumMax(values, blockSize));
    }

    private static double SpectrumMax(double[] values, int blockSize)
    {
        double max = 0;
        for (int b = 0; b < values.Length; b += blockSize)
            foreach (double word in Spectrum.Forward(values.AsSpan(b, blockSize))) max = Math.Max(max, Math.Abs(word));
        return max;
    }

    private static double Max(params ReadOnlySpan<double> values)
    {
        double max = 0;
        foreach (double v in values) max = Math.Max(max, Math.Abs(v));
        return max;
    }

    private void Merge(NetworkRanges other)
    {
        lock (this)
        {
            Merge(Vectors, other.Vectors);
            Merge(VectorSpectra, other.VectorSpectra);
            Merge(Sums, other.Sums);
            Merge(SumSpectra, other.SumSpectra);
        }
    }

    private static void Merge(double[] into, double[] from)
    {
        for (int i = 0; i < into.Length; i++) into[i] = Math.Max(into[i], from[i]);
    }
}
