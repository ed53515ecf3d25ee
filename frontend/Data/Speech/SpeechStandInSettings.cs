namespace HwGen.Frontend.Data.Speech;

/// <param name="Hours">At least so much speech is written, train and test together.</param>
/// <param name="Seed">Chooses the order of sentences and each recording's rate, noise and room.</param>
public sealed record SpeechStandInSettings(double Hours = 3.2, int Seed = 1)
{
    /// <summary>The Debian package of the sentences.</summary>
    public const string TextPackage = "fortunes";

    /// <summary>Where the sentences are.</summary>
    public string TextFolder { get; init; } = "/usr/share/games/fortunes";
}
