using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Explore.Batch;
using HwGen.Frontend.Robustness;
using HwGen.Sim.Reference;

namespace HwGen.Explore;

/// <summary>An accelerator as a function from sequences to outputs: the integer reference's words at the last step.</summary>
/// <param name="plan">The accelerator.</param>
/// <param name="threads">Worker threads; results don't depend on it.</param>
/// <param name="cancel">Stops it.</param>
public sealed class FixedPointModel(AcceleratorPlan plan, int threads, CancellationToken cancel)
{
    private readonly BatchEvaluator? _batch = BatchEvaluator.Fits(plan) ? new(plan) : null;

    /// <summary>What an attack is told.</summary>
    public AttackedModel Attacked => new(Outputs, value => (float)plan.InputFormat.ToDouble(plan.InputFormat.Quantize(value)));

    /// <summary>Values of the output words of each sequence's last step, shape (output size): exact, since words have 18 bits at most.</summary>
    /// <param name="sequences">Each of shape (steps, input size).</param>
    public float[][] Outputs(IReadOnlyList<float[]> sequences)
    {
        long[][] words = _batch?.Outputs([.. sequences.Select(s => new ArraySegment<float>(s))], threads, cancel) ?? ByReference(sequences);
        return [.. words.Select(w => w.Select(v => (float)plan.OutputFormat.ToDouble(v)).ToArray())];
    }

    /// <summary>The network whose weights, and biases outside of cells, are what the accelerator's words say: what it computes but for the rounding of data.</summary>
    /// <param name="network">The one that the plan was made of.</param>
    public static TrainedNetwork Dequantized(TrainedNetwork network, AcceleratorPlan plan)
    {
        network = network.FoldBatchNorm();
        return network with { Weights = [.. network.Weights.Select((w, l) => Dequantized(w, plan.Parameters[l], plan.Formats.Layers[l].Bias))] };
    }

    private static LayerWeights Dequantized(LayerWeights weights, QuantizedLayer words, FixedFormat bias)
    {
        int matrix = 0;
        weights = weights.MapMatrices(m => Dequantized(m, words.Matrices[matrix++]));
        return weights switch
        {
            DenseWeights d => d with { Bias = Biases() },
            ConvWeights c => c with { Bias = Biases() },
            _ => weights,
        };

        float[] Biases() => [.. words.Biases[0].Select(b => (float)bias.ToDouble(b))];
    }

    private static BlockCirculantMatrix Dequantized(BlockCirculantMatrix matrix, QuantizedMatrix words)
    {
        var columns = new float[matrix.FirstColumns.Length];
        int k = matrix.BlockSize;
        for (int i = 0; i < matrix.RowBlocks; i++)
            for (int j = 0; j < matrix.ColumnBlocks; j++)
            {
                double[] spectrum = [.. words.Block(i, j).ToArray().Select(w => words.Format.ToDouble(w))];
                Spectrum.Inverse(spectrum).Select(v => (float)v).ToArray().CopyTo(columns, (i * matrix.ColumnBlocks + j) * k);
            }
        return new(matrix.Rows, matrix.Columns, k, columns);
    }

    private long[][] ByReference(IReadOnlyList<float[]> sequences)
    {
        var outputs = new long[sequences.Count][];
        var options = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = threads };
        Parallel.For(0, sequences.Count, options, () => (Reference: new IntegerReference(plan), Taps: new StepTaps(plan)), (s, _, own) =>
        {
            int size = plan.Input.Size;
            for (int t = 0; t < sequences[s].Length / size; t++)
                own.Reference.Step([.. sequences[s].Skip(t * size).Take(size).Select(v => plan.InputFormat.Quantize(v))], t == 0, own.Taps);
            outputs[s] = own.Reference.Vector(plan.Program.Output)[..plan.Output.Size].ToArray();
            return own;
        }, _ => { });
        return outputs;
    }
}
