using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Explore.Batch;
using HwGen.Frontend.Data;
using HwGen.Frontend.Robustness;
using HwGen.Frontend.Scoring;
using HwGen.Sim.Reference;

namespace HwGen.Explore;

/// <summary>An accelerator as a function from sequences to outputs: the integer reference's words.</summary>
public sealed class FixedPointModel
{
    /// <summary>Sequences at once: enough for all threads, few enough that the outputs of every step fit into memory.</summary>
    private const int SequencesAtOnce = 256;

    private readonly AcceleratorPlan _plan;
    private readonly int _threads;
    private readonly CancellationToken _cancel;
    private readonly BatchEvaluator? _batch;

    /// <param name="plan">The accelerator.</param>
    /// <param name="threads">Worker threads; results don't depend on it.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="byReference">Whether the integer reference itself runs and counts saturations, even where a batch evaluator would do.</param>
    public FixedPointModel(AcceleratorPlan plan, int threads, CancellationToken cancel, bool byReference = false)
    {
        (_plan, _threads, _cancel) = (plan, threads, cancel);
        _batch = !byReference && BatchEvaluator.Fits(plan) ? new(plan) : null;
    }

    /// <summary>Words met and changed by each saturation of the reference so far; none where the batch evaluator ran.</summary>
    public SaturationCounts Saturations { get; } = new();

    /// <summary>What an attack is told.</summary>
    public AttackedModel Attacked => new(Outputs, value => (float)_plan.InputFormat.ToDouble(_plan.InputFormat.Quantize(value)));

    /// <summary>Values of the output words of each sequence's last step, shape (output size): exact, since words have 18 bits at most.</summary>
    /// <param name="sequences">Each of shape (steps, input size).</param>
    public float[][] Outputs(IReadOnlyList<float[]> sequences) => [.. Words([.. sequences.Select(s => new ArraySegment<float>(s))], false).Select(Values)];

    /// <summary>Values of the output words of each sequence, one behind the other: of all steps where steps have labels, else of the last.</summary>
    public IEnumerable<(int Index, float[] Values)> Outputs(LabelledData data) => Run(data, [.. Enumerable.Range(0, data.Count)]).Select(r => (r.Index, Values(r.Words)));

    /// <summary>How the outputs of steps become labels; null where a sequence has one label.</summary>
    /// <param name="loss">That the network was trained with.</param>
    /// <param name="train">The training set, which decides.</param>
    public Recognizer? ChooseRecognizer(LossKind loss, LabelledData train) => train.Kind != LabelKind.Frame ? null
        : Recognizer.Choose(loss, train, sample => Run(train, sample).Select(r => (r.Index, Values(r.Words))));

    /// <summary>Classifies every sequence, or every step where steps have labels.</summary>
    /// <param name="data">Labelled sequences.</param>
    /// <param name="recognizer">By <see cref="ChooseRecognizer"/>; without it there are no errors, and with CTC no accuracy.</param>
    /// <param name="progress">Told the number of sequences done.</param>
    public FixedPointScore Score(LabelledData data, Recognizer? recognizer, IProgress<int>? progress = null)
    {
        long hits = 0, labels = 0;
        int done = 0, size = _plan.Output.Size;
        var errors = new ErrorCounts();
        foreach (var (index, words) in Run(data, [.. Enumerable.Range(0, data.Count)]))
        {
            if (recognizer is not null) errors += recognizer.Errors(data, index, Values(words));
            (long right, long all) = recognizer is { Loss: LossKind.Ctc } ? recognizer.Hits(data, index, Values(words))
                : Quantizer.Score(data, [.. Enumerable.Range(0, words.Length / size).Select(t => Quantizer.Class(words.AsSpan(t * size, size)))], data.Labels(index));
            (hits, labels) = (hits + right, labels + all);
            if (++done % 100 == 0) progress?.Report(done);
        }
        return new((double)hits / Math.Max(1, labels), errors.ReferenceLength == 0 ? null : errors);
    }

    private float[] Values(long[] words) => [.. words.Select(w => (float)_plan.OutputFormat.ToDouble(w))];

    /// <summary>Output words of sequences, of all steps where steps have labels.</summary>
    private IEnumerable<(int Index, long[] Words)> Run(LabelledData data, int[] indices)
    {
        foreach (int[] some in indices.Chunk(SequencesAtOnce))
        {
            long[][] words = Words([.. some.Select(s => Quantizer.Read(data, s))], data.Kind == LabelKind.Frame);
            for (int i = 0; i < some.Length; i++) yield return (some[i], words[i]);
        }
    }

    private long[][] Words(IReadOnlyList<ArraySegment<float>> sequences, bool everyStep) =>
        _batch?.Outputs(sequences, everyStep, _threads, _cancel) ?? ByReference(sequences, everyStep);

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

    private long[][] ByReference(IReadOnlyList<ArraySegment<float>> sequences, bool everyStep)
    {
        var outputs = new long[sequences.Count][];
        var options = new ParallelOptions { CancellationToken = _cancel, MaxDegreeOfParallelism = _threads };
        Parallel.For(0, sequences.Count, options, () => (Reference: new IntegerReference(_plan), Taps: new StepTaps(_plan)), (s, _, own) =>
        {
            int size = _plan.Input.Size, width = _plan.Output.Size, steps = sequences[s].Count / size;
            var input = new long[size];
            outputs[s] = new long[(everyStep ? steps : 1) * width];
            for (int t = 0; t < steps; t++)
            {
                for (int i = 0; i < size; i++) input[i] = _plan.InputFormat.Quantize(sequences[s][t * size + i]);
                own.Reference.Step(input, t == 0, own.Taps);
                if (everyStep || t == steps - 1) own.Reference.Vector(_plan.Program.Output)[..width].CopyTo(outputs[s].AsSpan(everyStep ? t * width : 0));
            }
            return own;
        }, own =>
        {
            lock (Saturations) Saturations.Add(own.Reference.Saturations());
        });
        return outputs;
    }
}
