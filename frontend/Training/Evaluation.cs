using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Scoring;

namespace HwGen.Frontend.Training;

internal static class Evaluation
{
    /// <summary>Utterances of the training set that choose the decoder's penalty; test data would leak into it.</summary>
    private const int PenaltyUtterances = 200;

    private static readonly double[] Penalties = [0, 0.5, 1, 2, 3, 4, 6, 8];

    /// <summary>Share of the labels, one a sequence or one a step, whose class has the largest output, 0..1.</summary>
    public static double Accuracy(NetworkModel model, LabelledData data)
    {
        long hits = 0, labels = 0;
        ForBatches(model, data, (_, score) =>
        {
            hits += score.Hits;
            labels += score.Labels;
        });
        return labels == 0 ? 0 : (double)hits / labels;
    }

    /// <summary>Share of the rectified units of dense layers that no sequence brings above 0; null without such units.</summary>
    public static double? SilentUnits(NetworkModel model, LabelledData data)
    {
        (int Layer, bool[] Fired)[] layers = [.. model.Layout.Layers.Index().Where(l => l.Item is DenseLayer { Rectify: true }).Select(l => (l.Index, new bool[l.Item.OutputSize]))];
        if (layers.Length == 0) return null;
        ForBatches(model, data, (_, _) =>
        {
            foreach (var (layer, fired) in layers) model.MarkPositive(layer, fired);
        });
        return layers.SelectMany(l => l.Fired).Average(fired => fired ? 0.0 : 1.0);
    }

    /// <summary>Accuracy, and edits where the sequences have symbols, of each test set.</summary>
    public static IReadOnlyList<TestScore> Scores(NetworkModel model, LossKind loss, DataSplit data)
    {
        if (data.Train.Kind != LabelKind.Frame) return [.. data.Tests.Select(t => new TestScore(t.Name, Accuracy(model, t.Data), t.Data.Count, null))];
        double penalty = loss == LossKind.Ctc ? 0 : BestPenalty(model, data.Train);
        return [.. data.Tests.Select(test =>
        {
            long hits = 0, labels = 0;
            var errors = new ErrorCounts();
            ForBatches(model, test.Data, (indices, score) =>
            {
                hits += score.Hits;
                labels += score.Labels;
                errors += Errors(model, test.Data, indices, (outputs, steps, classes) => loss == LossKind.Ctc
                    ? Decoder.BestPath(outputs, steps, classes) : Decoder.BestLabels(outputs, steps, classes, penalty));
            });
            return new TestScore(test.Name, labels == 0 ? 0 : (double)hits / labels, labels, errors.ReferenceLength == 0 ? null : errors);
        })];
    }

    /// <summary>The penalty for a change of label that makes fewest errors on the training set.</summary>
    private static double BestPenalty(NetworkModel model, LabelledData train)
    {
        var errors = new long[Penalties.Length];
        int stride = Math.Max(1, train.Count / PenaltyUtterances);
        int[] sample = [.. BatchOrder.ByLength(train).Where((_, i) => i % stride == 0)];
        for (int i = 0; i < sample.Length; i += model.Batch)
        {
            var indices = sample[i..Math.Min(i + model.Batch, sample.Length)];
            model.Forward(train, indices);
            for (int p = 0; p < Penalties.Length; p++)
                errors[p] += Errors(model, train, indices, (outputs, steps, classes) => Decoder.BestLabels(outputs, steps, classes, Penalties[p])).Errors;
        }
        return Penalties[Array.IndexOf(errors, errors.Min())];
    }

    private static ErrorCounts Errors(NetworkModel model, LabelledData data, int[] indices, Func<float[], int, int, byte[]> decode)
    {
        var sum = new ErrorCounts();
        for (int slot = 0; slot < indices.Length; slot++)
        {
            var outputs = model.Outputs(slot);
            int steps = data.Length(indices[slot]);
            sum += Transcription.Score(data, indices[slot], decode(outputs, steps, steps == 0 ? 1 : outputs.Length / steps));
        }
        return sum;
    }

    private static void ForBatches(NetworkModel model, LabelledData data, Action<int[], BatchScore> visit)
    {
        var order = BatchOrder.ByLength(data);
        for (int i = 0; i < order.Length; i += model.Batch)
        {
            var indices = order[i..Math.Min(i + model.Batch, order.Length)];
            visit(indices, model.Forward(data, indices));
        }
    }
}
