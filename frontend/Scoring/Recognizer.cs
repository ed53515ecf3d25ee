using HwGen.Core.Design;
using HwGen.Frontend.Data;
using HwGen.Frontend.Training;

namespace HwGen.Frontend.Scoring;

/// <summary>From a network's outputs at every step of a sequence to what is recognised there.</summary>
/// <param name="Loss">What the network is trained with: with CTC the best path is recognised, else the best labels.</param>
/// <param name="Penalty">Nats that each change costs the best labels, from 0.</param>
public sealed record Recognizer(LossKind Loss, double Penalty)
{
    /// <summary>Utterances of the training set that choose the penalty; test data would leak into it.</summary>
    private const int PenaltyUtterances = 200;

    private static readonly double[] Penalties = [0, 0.5, 1, 2, 3, 4, 6, 8];

    /// <summary>With the penalty that makes fewest errors on the training set.</summary>
    /// <param name="loss">As <see cref="Loss"/>.</param>
    /// <param name="train">The training set.</param>
    /// <param name="run">Runs the network over sequences of it, given by their indices: index and outputs of each, shape (steps, classes).</param>
    public static Recognizer Choose(LossKind loss, LabelledData train, Func<int[], IEnumerable<(int Index, float[] Outputs)>> run)
    {
        if (loss == LossKind.Ctc) return new(loss, 0);
        Recognizer[] choices = [.. Penalties.Select(p => new Recognizer(loss, p))];
        var errors = new long[choices.Length];
        int stride = Math.Max(1, train.Count / PenaltyUtterances);
        foreach (var (index, outputs) in run([.. BatchOrder.ByLength(train).Where((_, i) => i % stride == 0)]))
            for (int c = 0; c < choices.Length; c++) errors[c] += choices[c].Errors(train, index, outputs).Errors;
        return choices[Array.IndexOf(errors, errors.Min())];
    }

    /// <summary>Edits from what is recognised to what was said.</summary>
    /// <param name="data">Holds the sequence.</param>
    /// <param name="index">Which sequence.</param>
    /// <param name="outputs">Shape (steps, classes).</param>
    public ErrorCounts Errors(LabelledData data, int index, ReadOnlySpan<float> outputs) => Transcription.Score(data, index, Decode(outputs, data.Length(index)));

    /// <summary>What training counts as right with CTC: symbols less edits, before labels are folded.</summary>
    /// <param name="data">Holds the sequence.</param>
    /// <param name="index">Which sequence.</param>
    /// <param name="outputs">Shape (steps, classes).</param>
    public (long Hits, long Symbols) Hits(LabelledData data, int index, ReadOnlySpan<float> outputs)
    {
        ReadOnlySpan<byte> symbols = data.Symbols(index);
        return (symbols.Length - EditDistance.Count(symbols, Decode(outputs, data.Length(index))).Errors, symbols.Length);
    }

    /// <summary>Recognised labels.</summary>
    /// <param name="outputs">Shape (steps, classes).</param>
    /// <param name="steps">From 0.</param>
    public byte[] Decode(ReadOnlySpan<float> outputs, int steps)
    {
        int classes = steps == 0 ? 1 : outputs.Length / steps;
        return Loss == LossKind.Ctc ? Decoder.BestPath(outputs, steps, classes) : Decoder.BestLabels(outputs, steps, classes, Penalty);
    }
}
