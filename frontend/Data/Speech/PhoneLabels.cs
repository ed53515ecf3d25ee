namespace HwGen.Frontend.Data.Speech;

/// <summary>Phones as classes of <see cref="PhoneTable"/>.</summary>
internal static class PhoneLabels
{
    private static readonly byte Silence = PhoneTable.ClassOf("h#")!.Value;

    /// <summary>The class of the phone at each frame's centre; silence where there is none.</summary>
    /// <param name="segments">Phones in their order.</param>
    /// <param name="frames">Frames of the recording.</param>
    public static byte[] OfFrames(IReadOnlyList<PhoneSegment> segments, int frames)
    {
        byte[] classes = Classes(segments);
        var labels = new byte[frames];
        int at = 0;
        for (int frame = 0; frame < frames; frame++)
        {
            int centre = frame * FeatureExtractor.HopSamples + FeatureExtractor.WindowSamples / 2;
            while (at < segments.Count && segments[at].End <= centre) at++;
            labels[frame] = at < segments.Count && segments[at].Start <= centre ? classes[at] : Silence;
        }
        return labels;
    }

    /// <summary>The transcription: classes in their order, equal neighbours as one, without glottal stops.</summary>
    public static byte[] Transcription(IReadOnlyList<PhoneSegment> segments)
    {
        var symbols = new List<byte>();
        foreach (byte symbol in segments.Select(s => PhoneTable.ClassOf(s.Phone)).OfType<byte>())
            if (symbols is not [.., var last] || last != symbol) symbols.Add(symbol);
        return [.. symbols];
    }

    /// <summary>One class a phone; a glottal stop has that of the phone before it, or after it at the start.</summary>
    private static byte[] Classes(IReadOnlyList<PhoneSegment> segments)
    {
        byte last = segments.Select(s => PhoneTable.ClassOf(s.Phone)).FirstOrDefault(c => c is not null) ?? Silence;
        return [.. segments.Select(s => last = PhoneTable.ClassOf(s.Phone) ?? last)];
    }
}
