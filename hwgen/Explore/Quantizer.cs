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
    public static NetworkRanges Calibrate(TrainedNetwork network, SequenceDataset data, int sequences) =>
        NetworkRanges.Record(network, data.Inputs, Math.Min(sequences, data.Count), data.Steps);

    /// <summary>Classifies every sequence with the integer reference.</summary>
    /// <param name="plan">The accelerator.</param>
    /// <param name="data">Labelled sequences.</param>
    /// <param name="progress">Told the number of sequences done.</param>
    /// <param name="cancel">Stops it.</param>
    public static FixedPointScore Evaluate(AcceleratorPlan plan, SequenceDataset data, IProgress<int>? progress, CancellationToken cancel)
    {
        int hits = 0, done = 0;
        var total = new SaturationCounts();
        var options = new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, data.Count, options, () => new Worker(plan), (s, _, worker) =>
        {
            if (worker.Classify(data.Sequence(s), data.Steps) == data.AllLabels[s]) Interlocked.Increment(ref hits);
            if (Interlocked.Increment(ref done) % 100 == 0) progress?.Report(done);
            return worker;
        }, worker =>
        {
            lock (total) total.Add(worker.Saturations);
        });
        return new((double)hits / data.Count, total);
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
        private readonly long[] _input = new long[plan.Vectors[0].Size];
        private readonly long[] _output = new long[plan.OutputBlocks * plan.BlockSize];

        public SaturationCounts Saturations => _reference.Saturations();

        public int Classify(ReadOnlySpan<float> sequence, int steps)
        {
            for (int t = 0; t < steps; t++)
            {
                for (int i = 0; i < _input.Length; i++) _input[i] = plan.Vectors[0].Formats.Value.Quantize(sequence[t * _input.Length + i]);
                _reference.Step(_input, t == 0, _taps);
            }
            int output = plan.OutputTap;
            for (int b = 0; b < plan.OutputBlocks; b++) _taps[output, b].CopyTo(_output.AsSpan(b * plan.BlockSize));
            return Class(_output.AsSpan(0, plan.Layers[^1].OutputSize));
        }
    }
}
