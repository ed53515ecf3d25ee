using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Frontend.Data;

namespace HwGen.Explore;

/// <summary>From a trained network to fixed point: ranges from real data, and what words of outputs mean.</summary>
public static class Quantizer
{
    /// <summary>Records the ranges of a network on the first sequences of a data set.</summary>
    /// <param name="network">The trained network.</param>
    /// <param name="data">Training data; test data would leak into the formats.</param>
    /// <param name="sequences">How many of them; at most all.</param>
    public static NetworkRanges Calibrate(TrainedNetwork network, LabelledData data, int sequences) =>
        NetworkRanges.Record(network, [.. Enumerable.Range(0, Math.Min(sequences, data.Count)).Select(s => Read(data, s))]);

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
}
