using HwGen.Frontend.Data;

namespace HwGen.Frontend.Training;

internal static class Evaluation
{
    /// <summary>Share of the sequences whose largest output after the last step is their label's, 0..1.</summary>
    public static double Accuracy(NetworkModel model, SequenceDataset data)
    {
        var indices = Enumerable.Range(0, data.Count).ToArray();
        long hits = 0;
        for (int i = 0; i < data.Count; i += model.Batch)
            hits += model.Forward(data, indices.AsSpan(i, Math.Min(model.Batch, data.Count - i))).Hits;
        return (double)hits / data.Count;
    }
}
