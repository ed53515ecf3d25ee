using HwGen.Frontend.Data;

namespace HwGen.Frontend.Scoring;

/// <summary>Scores recognised labels against an utterance's <see cref="LabelledData.Symbols"/>.</summary>
public static class Transcription
{
    /// <summary>Edits of one utterance, both sides <see cref="Folded"/>.</summary>
    /// <param name="data">Holds the utterance.</param>
    /// <param name="index">Which utterance.</param>
    /// <param name="hypothesis">Recognised labels.</param>
    public static ErrorCounts Score(LabelledData data, int index, ReadOnlySpan<byte> hypothesis) =>
        EditDistance.Count(Folded(data, data.Symbols(index)), Folded(data, hypothesis));

    /// <summary>Labels as scoring counts them: each folded by <see cref="LabelledData.Fold"/>, then equal neighbours merged; nothing is left out.</summary>
    public static byte[] Folded(LabelledData data, ReadOnlySpan<byte> labels)
    {
        var folded = new List<byte>(labels.Length);
        foreach (byte label in labels)
            if (data.Fold(label) is var f && (folded.Count == 0 || folded[^1] != f)) folded.Add(f);
        return [.. folded];
    }
}
