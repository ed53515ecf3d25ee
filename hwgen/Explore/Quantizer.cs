using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Frontend.Data;
using HwGen.Sim.Reference;

namespace HwGen.Explore;

/// <summary>From a trained network to fixed point: ranges from real data, and the accuracy that is left.</summary>
public static class Quantizer
{
    /// <summary>Records the ranges of a network on the first sequences of a data set.</summary>
    /// <param name="network">The trained network.</param>
    /// <param name="data">Training data; test data would leak into the formats.</param>
    /// <param name="sequences">How many of them; at most all.</param>
    public static NetworkRanges Calibrate(TrainedNetwork network, LabelledData data, int sequences) =>
        NetworkRanges.Record(network, [.. Enumerable.Range(0, Math.Min(sequences, data.Count)).Select(s => Read(data, s))]);

    /// <summary>Classifies every sequence, or every step where steps have labels, with the integer reference.</summary>
    /// <param name="plan">The accelerator.</param>
    /// <param name="data">Labelled sequences.</param>
    /// <param name="progress">Told the number of sequences done.</param>
    /// <param name="cancel">Stops it.</param>
    public static FixedPointScore Evaluate(AcceleratorPlan plan, LabelledData data, IProgress<int>? progress, CancellationToken cancel)
    {
        int hits = 0, labels = 0, done = 0;
        var total = new SaturationCounts();
        var options = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, data.Count, options, () => new Worker(plan), (s, _, worker) =>
        {
            ArraySegment<float> inputs;
            byte[] wanted;
            lock (data) (inputs, wanted) = (Read(data, s), data.Labels(s).ToArray());
            (int right, int all) = Score(data, worker.Classify(inputs), wanted);
            Interlocked.Add(ref hits, right);
            Interlocked.Add(ref labels, all);
            if (Interlocked.Increment(ref done) % 100 == 0) progress?.Report(done);
            return worker;
        }, worker =>
        {
            lock (total) total.Add(worker.Saturations);
        });
        return new((double)hits / Math.Max(1, labels), total);
    }

    /// <summary>One sequence, shape (steps, features).</summary>
    public static ArraySegment<float> Read(LabelledData data, int sequence)
    {
        var inputs = new float[data.Length(sequence) * data.InputSize];
        data.Read(sequence, inputs);
        return inputs;
    }

    /// <summary>How many labels a sequence's classes meet: all steps' where steps have labels, otherwise the last step's.</summary>
    /// <param name="data">Says how labels count.</param>
    /// <param name="classes">Of each step.</param>
    /// <param name="labels">Of the sequence.</param>
    public static (int Hits, int Labels) Score(LabelledData data, ReadOnlySpan<int> classes, ReadOnlySpan<byte> labels)
    {
        if (data.Kind == LabelKind.Sequence) return (classes.Length > 0 && data.Fold((byte)classes[^1]) == data.Fold(labels[0]) ? 1 : 0, 1);
        int hits = 0;
        for (int t = 0; t < classes.Length; t++) if (data.Fold((byte)classes[t]) == data.Fold(labels[t])) hits++;
        return (hits, classes.Length);
    }

    /// <summary>Index of the first largest output word: how the hardware's words become a class.</summary>
    /// <param name="outputs">Raw words, padding left out.</param>
    public static int Class(ReadOnlySpan<long> outputs)
    {
        int best = 0;
        for (int i = 1; i < outputs.Length; i++) if (outputs[i] > outputs[best]) best = i;
        return best;
    }

    private sealed class Worker(AcceleratorPlan plan)
    {
        private readonly IntegerReference _reference = new(plan);
        private readonly StepTaps _taps = new(plan);
        private readonly long[] _input = new long[plan.Input.Size];

        public SaturationCounts Saturations => _reference.Saturations();

        public int[] Classify(ArraySegment<float> sequence)
        {
            var classes = new int[sequence.Count / _input.Length];
            for (int t = 0; t < classes.Length; t++)
            {
                for (int i = 0; i < _input.Length; i++) _input[i] = plan.InputFormat.Quantize(sequence[t * _input.Length + i]);
                _reference.Step(_input, t == 0, _taps);
                classes[t] = Class(_reference.Vector(plan.Program.Output)[..plan.Output.Size]);
            }
            return classes;
        }
    }
}
