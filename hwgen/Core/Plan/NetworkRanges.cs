using HwGen.Core.Network;
using HwGen.Core.Numerics;

namespace HwGen.Core.Plan;

/// <summary>Largest magnitudes seen while the float network ran on real sequences: what the formats are chosen from.</summary>
/// <param name="Vectors">Of each vector of the program.</param>
/// <param name="Spectra">Of each spectrum.</param>
/// <param name="Sums">Of each sum, with and without bias and peepholes, and of the biases.</param>
/// <param name="SumSpectra">Of the spectra of each sum's blocks, without bias: what the accumulators hold.</param>
/// <param name="Cells">Of each layer's cell state; 0 without one.</param>
public sealed record NetworkRanges(double[] Vectors, double[] Spectra, double[] Sums, double[] SumSpectra, double[] Cells)
{
    /// <summary>Nothing seen yet.</summary>
    public static NetworkRanges Empty(StepProgram program) => new(new double[program.Vectors.Count], new double[program.Spectra.Count],
        new double[program.Sums.Count], new double[program.Sums.Count], new double[program.Layers.Count]);

    /// <summary>Runs the network in double precision and records.</summary>
    /// <param name="network">The trained network.</param>
    /// <param name="inputs">Shape (sequences, steps, input size).</param>
    /// <param name="sequences">How many sequences.</param>
    /// <param name="steps">Length of each.</param>
    public static NetworkRanges Record(TrainedNetwork network, float[] inputs, int sequences, int steps)
    {
        int size = network.InputSize;
        return Record(network, [.. Enumerable.Range(0, sequences).Select(s => new ArraySegment<float>(inputs, s * steps * size, steps * size))]);
    }

    /// <inheritdoc cref="Record(TrainedNetwork, float[], int, int)"/>
    /// <param name="network">The trained network.</param>
    /// <param name="sequences">Each of shape (steps, input size).</param>
    public static NetworkRanges Record(TrainedNetwork network, IReadOnlyList<ArraySegment<float>> sequences)
    {
        network = network.FoldBatchNorm();
        var program = new StepProgram(network.Layers);
        var model = new DenseModel(network);
        var total = Empty(program);
        Parallel.For(0, sequences.Count, () => Empty(program), (s, _, ranges) =>
        {
            LayerState[] state = model.InitialState();
            var x = new double[network.InputSize];
            for (int t = 0; t < sequences[s].Count / x.Length; t++)
            {
                for (int i = 0; i < x.Length; i++) x[i] = sequences[s][t * x.Length + i];
                DenseLayerStep[] step = model.Step(x, state);
                ranges.Observe(program, network, step);
                state = model.Next(step);
            }
            return ranges;
        }, total.Merge);
        return total;
    }

    /// <summary>The values of a vector of the program in one step, group after group.</summary>
    public static double[] VectorValues(StepProgram program, int vector, IReadOnlyList<DenseLayerStep> step)
    {
        VectorPlan plan = program.Vectors[vector];
        if (plan.Source == VectorSource.Input) return step[0].Input;
        DenseLayerStep layer = step[plan.Layer];
        if (program.Cells.FirstOrDefault(c => c.Vector == vector) is { } cell)
            return cell.Kind switch { CellKind.GruReset => layer.Gates[3], CellKind.Lstm => layer.Gates[5], _ => layer.Output };
        return program.Linears.First(l => l.Vector == vector).Pool is null ? layer.Output : step[plan.Layer + 1].Output;
    }

    /// <summary>The values of a sum in one step, all positions, with the padding of its blocks.</summary>
    public static double[] SumValues(SumPlan sum, IReadOnlyList<DenseLayerStep> step)
    {
        double[] values = [.. step[sum.Layer].Products[sum.Terms[0].Matrix]];
        foreach (TermPlan term in sum.Terms.Skip(1))
            for (int i = 0; i < values.Length; i++) values[i] += step[sum.Layer].Products[term.Matrix][i];
        return values;
    }

    private void Observe(StepProgram program, TrainedNetwork network, DenseLayerStep[] step)
    {
        for (int v = 0; v < Vectors.Length; v++) Vectors[v] = Math.Max(Vectors[v], Largest(VectorValues(program, v, step)));
        for (int s = 0; s < Spectra.Length; s++)
        {
            VectorPlan vector = program.Vectors[program.Spectra[s].Vector];
            Spectra[s] = Math.Max(Spectra[s], LargestBin(VectorValues(program, program.Spectra[s].Vector, step), vector.GroupSize, program.Spectra[s].BlockSize));
        }
        for (int l = 0; l < step.Length; l++) Cells[l] = Math.Max(Cells[l], Largest(step[l].Cell));
        for (int m = 0; m < Sums.Length; m++)
        {
            SumPlan sum = program.Sums[m];
            double[] values = SumValues(sum, step);
            SumSpectra[m] = Math.Max(SumSpectra[m], LargestBin(values, values.Length, sum.BlockSize));
            Sums[m] = Math.Max(Sums[m], Largest(values));
            float[]? bias = QuantizedLayer.Bias(network.Weights[sum.Layer], sum.Slot);
            if (bias is null) continue;
            int rows = network.Weights[sum.Layer].Matrices.ElementAt(sum.Terms[0].Matrix) is var matrix ? matrix.RowBlocks * matrix.BlockSize : 0;
            // A split gate's bias goes with its first sum; the second has none, and the two meet with more headroom.
            for (int i = 0; i < values.Length; i++)
                if (i % rows < bias.Length) Sums[m] = Math.Max(Sums[m], Math.Max(Math.Abs(bias[i % rows]), Math.Abs(values[i] + bias[i % rows])));
        }
        ObserveWholeGates(program, network, step);
    }

    /// <summary>What a gate's table reads: both products, bias and peephole. It has the format of the sums.</summary>
    private void ObserveWholeGates(StepProgram program, TrainedNetwork network, DenseLayerStep[] step)
    {
        foreach (CellPlan cell in program.Cells)
            if (network.Weights[cell.Layer] is LstmWeights { Peepholes.Count: > 0 } lstm)
                for (int p = 0; p < LstmLayer.PeepholeGates; p++)
                {
                    // Bounded by the state's own range: o sees the new state, i and f the old one.
                    double largest = Cells[cell.Layer] * lstm.Peepholes[p].Max(w => Math.Abs((double)w));
                    Sums[cell.Sums[p]] = Math.Max(Sums[cell.Sums[p]], largest);
                }
    }

    private static double Largest(double[] values)
    {
        double max = 0;
        foreach (double v in values) max = Math.Max(max, Math.Abs(v));
        return max;
    }

    /// <summary>Largest word of the spectra of blocks of k, each group padded with zeros.</summary>
    private static double LargestBin(double[] values, int group, int k)
    {
        double max = 0;
        var block = new double[k];
        for (int g = 0; g < values.Length; g += group)
            for (int b = 0; b < group; b += k)
            {
                Array.Clear(block);
                values.AsSpan(g + b, Math.Min(k, group - b)).CopyTo(block);
                max = Math.Max(max, k == 1 ? Math.Abs(block[0]) : Largest(Spectrum.Forward(block)));
            }
        return max;
    }

    private void Merge(NetworkRanges other)
    {
        lock (this)
        {
            foreach (var (into, from) in new[] { (Vectors, other.Vectors), (Spectra, other.Spectra), (Sums, other.Sums), (SumSpectra, other.SumSpectra), (Cells, other.Cells) })
                for (int i = 0; i < into.Length; i++) into[i] = Math.Max(into[i], from[i]);
        }
    }
}
