using System.Collections.Concurrent;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Frontend.Data;

namespace HwGen.Explore.Batch;

/// <summary>Runs many sequences as the integer reference does, word for word, with <see cref="Lanes.Count"/> of them side by
/// side in vector registers.</summary>
public sealed class BatchEvaluator
{
    private readonly Func<LaneEngine> _start;
    private readonly ConcurrentBag<LaneEngine> _idle = [];

    /// <exception cref="ArgumentException">The plan doesn't fit, see <see cref="Fits"/>.</exception>
    public BatchEvaluator(AcceleratorPlan plan)
    {
        if (!Fits(plan)) throw new ArgumentException($"{plan.Name} is for the integer reference: other layers or words wider than {Lanes.MaxBits} bits.", nameof(plan));
        if (MapNetwork.Fits(plan))
        {
            var network = new MapNetwork(plan);
            _start = () => new MapRun(network);
        }
        else
        {
            var network = new LaneNetwork(plan);
            _start = () => new LaneRun(network);
        }
    }

    /// <summary>Whether this is for a plan: LSTMs, GRUs with linear_before_reset = 1 and dense layers, or dense layers, convolutions and pools,
    /// of any block sizes, whose words fit. Others, and sparse ones, are for the reference itself.</summary>
    public static bool Fits(AcceleratorPlan plan) => !plan.Shape.Sparse && (MapNetwork.Fits(plan) || FitsLanes(plan));

    private static bool FitsLanes(AcceleratorPlan plan) =>
        plan.Layers.All(l => l is GruLayer { LinearBeforeReset: true } or LstmLayer or DenseLayer)
        && plan.AccumulatorBits <= Lanes.MaxBits && 2 * plan.WordBits + plan.Formats.CandidateShift <= Lanes.MaxBits
        && plan.WordBits + plan.Formats.LstmState.Width < Lanes.MaxBits
        && plan.Formats.Modes.All(m => LaneTransform.Fits(m.Fft) && LaneTransform.Fits(m.Ifft));

    /// <summary>Share of the labels that sequences, or steps where steps have labels, are classified as, 0..1.</summary>
    /// <param name="data">Labelled sequences.</param>
    /// <param name="threads">Worker threads; the result doesn't depend on it.</param>
    /// <param name="cancel">Stops it.</param>
    public double Accuracy(LabelledData data, int threads, CancellationToken cancel)
    {
        int hits = 0, labels = 0;
        Each(data.Count, threads, cancel, (engine, own) =>
        {
            int[][] classes = engine.Classify([.. own.Select(s => Quantizer.Read(data, s))], data.Kind != LabelKind.Sequence);
            foreach ((int lane, int s) in own.Index())
            {
                (int right, int all) = Quantizer.Score(data, classes[lane], data.Labels(s));
                Interlocked.Add(ref hits, right);
                Interlocked.Add(ref labels, all);
            }
        });
        return (double)hits / Math.Max(1, labels);
    }

    /// <summary>Output words of the last step of each sequence, shape (output size).</summary>
    /// <param name="sequences">Each of shape (steps, input size), a step at least.</param>
    /// <param name="threads">As of <see cref="Accuracy"/>.</param>
    /// <param name="cancel">Stops it.</param>
    public long[][] Outputs(IReadOnlyList<ArraySegment<float>> sequences, int threads, CancellationToken cancel)
    {
        var outputs = new long[sequences.Count][];
        Each(sequences.Count, threads, cancel, (engine, own) => engine.Outputs([.. own.Select(s => sequences[s])]).CopyTo(outputs, own[0]));
        return outputs;
    }

    /// <summary>Some sequences side by side at a time.</summary>
    private void Each(int count, int threads, CancellationToken cancel, Action<LaneEngine, int[]> run)
    {
        var options = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = threads };
        Parallel.ForEach(Enumerable.Range(0, count).Chunk(Lanes.Count), options, own =>
        {
            LaneEngine engine = _idle.TryTake(out LaneEngine? idle) ? idle : _start();
            run(engine, own);
            _idle.Add(engine);
        });
    }
}
