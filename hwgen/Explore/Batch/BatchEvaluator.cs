using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Frontend.Data;

namespace HwGen.Explore.Batch;

/// <summary>Classifies many sequences as the integer reference does, word for word, with <see cref="Lanes.Count"/> of them side by
/// side in vector registers.</summary>
public sealed class BatchEvaluator
{
    private readonly LaneNetwork _network;

    /// <exception cref="ArgumentException">The plan's words are too wide, see <see cref="Fits"/>.</exception>
    public BatchEvaluator(AcceleratorPlan plan)
    {
        if (!Fits(plan)) throw new ArgumentException($"Accumulators of {plan.AccumulatorBits} bits don't fit {Lanes.MaxBits}.", nameof(plan));
        _network = new(plan);
    }

    /// <summary>Whether every word of a plan fits; others are for the reference itself.</summary>
    public static bool Fits(AcceleratorPlan plan) =>
        plan.AccumulatorBits <= Lanes.MaxBits && LaneTransform.Fits(plan.Formats.Fft) && LaneTransform.Fits(plan.Formats.Ifft);

    /// <summary>Share of the sequences classified right after their last step, 0..1.</summary>
    /// <param name="data">Labelled sequences.</param>
    /// <param name="threads">Worker threads; the result doesn't depend on it.</param>
    /// <param name="cancel">Stops it.</param>
    public double Accuracy(SequenceDataset data, int threads, CancellationToken cancel)
    {
        int hits = 0, batches = (data.Count + Lanes.Count - 1) / Lanes.Count;
        var options = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = threads };
        Parallel.For(0, batches, options, () => new LaneRun(_network), (batch, _, run) =>
        {
            int first = batch * Lanes.Count, count = Math.Min(Lanes.Count, data.Count - first), right = 0;
            run.Classify(data, first, count);
            for (int s = 0; s < count; s++) if (run.Classes[s] == data.AllLabels[first + s]) right++;
            Interlocked.Add(ref hits, right);
            return run;
        }, _ => { });
        return (double)hits / data.Count;
    }
}
