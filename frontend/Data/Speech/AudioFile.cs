namespace HwGen.Frontend.Data.Speech;

/// <summary>A recording: one channel, 16 kHz, 16-bit linear samples.</summary>
/// <param name="Path">The file as it was named.</param>
/// <param name="Samples">As they lie in the file, full scale ±32768.</param>
public sealed record AudioFile(string Path, short[] Samples)
{
    public const int SampleRate = 16_000;
}
