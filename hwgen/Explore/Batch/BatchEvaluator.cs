using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Frontend.Data;

namespace HwGen.Explore.Batch;

/// <summary>Classifies many sequences as the integer reference does, word for word, with <see cref="Lanes.Count"/> of them side by
/// side in vector registers.</summary>
public sealed class BatchEvaluator
{
    private readonly LaneNetwork _network;

    /// <exception cref="ArgumentException">The plan doesn't fit, see <see cref="Fits"/>.</exception>
    public BatchEvaluator(AcceleratorPlan plan)
    {
        if (!Fits(plan)) throw new ArgumentException($"{plan.Name} is for the integer reference: other layers, blocks of several sizes or words wider than {Lanes.MaxBits} bits.", nameof(plan));
        _network = new(plan);
    }

    /// <summary>Whether this is for a plan: LSTMs, GRUs with linear_before_reset = 1 and dense layers, all of one block size, whose words fit.
    /// Others are for the reference itself.</summary>
    public static bool Fits(AcceleratorPlan plan) =>
        plan.Layers.All(l => l is GruLayer { LinearBeforeReset: true } or LstmLayer or DenseLayer) && !plan.IsMixed
        && plan.AccumulatorBits <= Lanes.MaxBits && 2 * plan.WordBits + plan.Formats.CandidateShift <= Lanes.MaxBits
        && plan.WordBits + plan.Formats.LstmState.Width < Lanes.MaxBits
        && plan.Formats.Modes.All(m => LaneTransform.Fits(m.Fft) && LaneTransform.Fits(m.Ifft));

    /// <summary>Share of the labels that sequences, or steps where steps have labels, are classified as, 0..1.</summary>
    /// <param name="data">Labelled sequences.</param>
    /// <param name="threads">Worker threads; the result doesn't depend on it.</param>
    /// <param name="cancel">Stops it.</param>
    public double Accuracy(LabelledData data, int threads, CancellationToken cancel)
    {
        int hits = 0, labels = 0, batches = (data.Count + Lanes.Count - 1) / Lanes.Count;
        var options = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = threads };
        Parallel.For(0, batches, options, () => new LaneRun(_network), (batch, _, run) =>
        {
            int first = batch * Lanes.Count;
            int[] own = [.. Enumerable.Range(first, Math.Min(Lanes.Count, data.Count - first))];
            int[][] classes = run.Classify([.. own.Select(s => Quantizer.Read(data, s))], data.Kind != LabelKind.Sequence);
            foreach ((int lane, int s) in own.Index())
            {
                (int right, int all) = Quantizer.Score(data, classes[lane], data.Labels(s));
                Interlocked.Add(ref hits, right);
                Interlocked.Add(ref labels, all);
            }
            return run;
        }, _ => { });
        return (double)hits / Math.Max(1, labels);
    }
}
