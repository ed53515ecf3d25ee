using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Frontend.Data.Speech;

/// <summary>The files of a corpus in TIMIT's layout: TRAIN and TEST, DRn, SPEAKER, SENTENCE.WAV and .PHN, in either case.</summary>
/// <remarks>Source: TIMIT's readme.doc and testset.doc (NIST, 1990). The two SA sentences are left out everywhere: all
/// speakers read them, so that they would be heard in training.</remarks>
public static class TimitCorpus
{
    public const string TrainName = "train", CoreTestName = "core test", SeenName = "seen voices", UnseenName = "unseen voice";

    /// <summary>The core test set: two men and one woman of each of the eight regions.</summary>
    public static IReadOnlyList<string> CoreTestSpeakers { get; } =
    [
        "MDAB0", "MWBT0", "FELC0", "MTAS1", "MWEW0", "FPAS0", "MJMP0", "MLNT0", "FPKT0", "MLLL0", "MTLS0", "FJLM0",
        "MBPM0", "MKLT0", "FNLP0", "MCMJ0", "MJDH0", "FMGD0", "MGRT0", "MNJM0", "FDHC0", "MJLN0", "MPAM0", "FMLD0",
    ];

    /// <summary>The standard split: all training speakers, and the core test speakers.</summary>
    /// <param name="folder">Holds TRAIN and TEST, or a folder TIMIT or DATA that does.</param>
    /// <param name="location">Who names the folder.</param>
    /// <exception cref="InputException">Files or speakers are missing; all at once.</exception>
    public static IReadOnlyList<SpeechPart> FindStandard(string folder, InputLocation location)
    {
        var (train, test, errors) = Find(folder, location);
        var core = test.Where(f => CoreTestSpeakers.Contains(f.Speaker)).ToList();
        string[] missing = [.. CoreTestSpeakers.Except(core.Select(f => f.Speaker))];
        if (missing.Length > 0 && errors.Count == 0)
            errors.Add(location.Error($"{folder} lacks core test speakers: {string.Join(", ", missing)}; use the complete corpus."));
        return errors.Count == 0 ? [new(TrainName, train), new(CoreTestName, core)] : throw new InputException(errors);
    }

    /// <summary>All of TEST, apart for speakers that are in TRAIN too and for those that aren't.</summary>
    /// <inheritdoc cref="FindStandard"/>
    public static IReadOnlyList<SpeechPart> FindByVoice(string folder, InputLocation location)
    {
        var (train, test, errors) = Find(folder, location);
        if (errors.Count > 0) throw new InputException(errors);
        var heard = train.Select(f => f.Speaker).ToHashSet(StringComparer.Ordinal);
        var tests = test.ToLookup(f => heard.Contains(f.Speaker));
        return [new(TrainName, train), .. new SpeechPart[] { new(SeenName, [.. tests[true]]), new(UnseenName, [.. tests[false]]) }.Where(p => p.Files.Count > 0)];
    }

    private static (List<SpeechFile> Train, List<SpeechFile> Test, List<InputError> Errors) Find(string folder, InputLocation location)
    {
        var errors = new List<InputError>();
        string? root = Root(folder);
        var train = root is null ? [] : Files(root, "TRAIN", errors);
        var test = root is null ? [] : Files(root, "TEST", errors);
        if (errors.Count == 0 && (train.Count == 0 || test.Count == 0))
            errors.Add(location.Error($"{folder} holds no {(train.Count == 0 ? "TRAIN" : "TEST")}/DRn/SPEAKER/*.WAV; name the folder of a corpus in TIMIT's layout in data.path, or run 'hwgen data speech' to write one."));
        return (train, test, errors);
    }

    private static string? Root(string folder)
    {
        // LDC's disc has its files in timit, copies of it in timit/timit or in data.
        for (string? at = folder; at is not null; at = Folder(at, "TIMIT") ?? Folder(at, "DATA"))
            if (Folder(at, "TRAIN") is not null || Folder(at, "TEST") is not null) return at;
        return null;
    }

    private static string? Folder(string parent, string name) => Folders(parent).FirstOrDefault(f => Upper(f) == name);

    private static IEnumerable<string> Folders(string parent) => Directory.Exists(parent) ? Directory.EnumerateDirectories(parent) : [];

    private static string Upper(string path) => Path.GetFileName(path).ToUpperInvariant();

    private static List<SpeechFile> Files(string root, string part, List<InputError> errors)
    {
        var files = new List<SpeechFile>();
        foreach (string region in Folder(root, part) is { } top ? Folders(top).Where(f => Upper(f).StartsWith("DR", StringComparison.Ordinal)) : [])
        {
            foreach (string speaker in Folders(region))
            {
                // A further dot is a copy in another format that some keep beside the original: SX9.WAV.wav.
                var found = Directory.EnumerateFiles(speaker).GroupBy(f => Path.GetFileNameWithoutExtension(f).ToUpperInvariant())
                    .Where(g => !g.Key.Contains('.', StringComparison.Ordinal) && !g.Key.StartsWith("SA", StringComparison.Ordinal));
                foreach (var sentence in found)
                {
                    string? audio = With(sentence, ".WAV"), phones = With(sentence, ".PHN");
                    if (audio is null && phones is null) continue;
                    if (audio is null || phones is null) errors.Add(new(audio ?? phones!, 1, 1, $"has no {(audio is null ? ".WAV" : ".PHN")} file beside it; copy the corpus again."));
                    else files.Add(new($"{part}/{Upper(region)}/{Upper(speaker)}/{sentence.Key}", Upper(speaker), audio, phones));
                }
            }
        }
        files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return files;
    }

    private static string? With(IEnumerable<string> files, string extension) =>
        files.FirstOrDefault(f => Path.GetExtension(f).Equals(extension, StringComparison.OrdinalIgnoreCase));
}
