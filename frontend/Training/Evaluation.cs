using HwGen.Frontend.Data;

namespace HwGen.Frontend.Training;

internal static class Evaluation
{
    /// <summary>Share of the labels, one a sequence or one a step, whose class has the largest output, 0..1.</summary>
    public static double Accuracy(NetworkModel model, LabelledData data)
    {
        var indices = BatchOrder.ByLength(data);
        long hits = 0, labels = 0;
        for (int i = 0; i < data.Count; i += model.Batch)
        {
            var score = model.Forward(data, indices.AsSpan(i, Math.Min(model.Batch, data.Count - i)));
            hits += score.Hits;
            labels += score.Labels;
        }
        return labels == 0 ? 0 : (double)hits / labels;
    }
}
