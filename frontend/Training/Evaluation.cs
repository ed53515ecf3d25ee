using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Scoring;

namespace HwGen.Frontend.Training;

internal static class Evaluation
{
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
        var recognizer = Recognizer.Choose(loss, data.Train, sample => Outputs(model, data.Train, sample));
        return [.. data.Tests.Select(test =>
        {
            long hits = 0, labels = 0;
            var errors = new ErrorCounts();
            ForBatches(model, test.Data, (indices, score) =>
            {
                hits += score.Hits;
                labels += score.Labels;
                foreach (var (slot, index) in indices.Index()) errors += recognizer.Errors(test.Data, index, model.Outputs(slot));
            });
            return new TestScore(test.Name, labels == 0 ? 0 : (double)hits / labels, labels, errors.ReferenceLength == 0 ? null : errors);
        })];
    }

    private static IEnumerable<(int Index, float[] Outputs)> Outputs(NetworkModel model, LabelledData data, int[] indices)
    {
        foreach (int[] batch in indices.Chunk(model.Batch))
        {
            model.Forward(data, batch);
            foreach (var (slot, index) in batch.Index()) yield return (index, model.Outputs(slot));
        }
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
