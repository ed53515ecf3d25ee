using System.Collections.Concurrent;
using HwGen.Core.Network;
using HwGen.Core.Plan;

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

    /// <summary>Output words of each sequence, shape (steps or 1, output size).</summary>
    /// <param name="sequences">Each of shape (steps, input size); a step at least where only the last one's output is wanted.</param>
    /// <param name="everyStep">Whether every step's output is wanted, or the last one's alone.</param>
    /// <param name="threads">Worker threads; the result doesn't depend on it.</param>
    /// <param name="cancel">Stops it.</param>
    public long[][] Outputs(IReadOnlyList<ArraySegment<float>> sequences, bool everyStep, int threads, CancellationToken cancel)
    {
        var outputs = new long[sequences.Count][];
        var options = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = threads };
        Parallel.ForEach(Enumerable.Range(0, sequences.Count).Chunk(Lanes.Count), options, own =>
        {
            LaneEngine engine = _idle.TryTake(out LaneEngine? idle) ? idle : _start();
            engine.Outputs([.. own.Select(s => sequences[s])], everyStep).CopyTo(outputs, own[0]);
            _idle.Add(engine);
        });
        return outputs;
    }
}
