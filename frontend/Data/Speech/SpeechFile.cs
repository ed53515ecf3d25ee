namespace HwGen.Frontend.Data.Speech;

/// <summary>A recording with its phones.</summary>
/// <param name="Name">Part, region, speaker and sentence in upper case, such as TEST/DR1/MDAB0/SI1039: the same wherever the corpus lies.</param>
/// <param name="Speaker">In upper case.</param>
/// <param name="AudioPath">The .WAV file.</param>
/// <param name="PhonePath">The .PHN file.</param>
public sealed record SpeechFile(string Name, string Speaker, string AudioPath, string PhonePath);
