namespace HwGen.Frontend.Data.Speech;

/// <param name="Name">"train", or what distinguishes a test set.</param>
/// <param name="Files">In the order of their names.</param>
public sealed record SpeechPart(string Name, IReadOnlyList<SpeechFile> Files);
