using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using HwGen.Core;
using HwGen.Core.Design;

namespace HwGen.Frontend.Data.Speech;

/// <summary>TIMIT, and the stand-in that is written where there is none: features and phone classes of each frame.</summary>
public static class SpeechData
{
    /// <summary>Where the stand-in is written, below the folder of artifacts.</summary>
    public const string Subfolder = "data/speech";

    /// <summary>Where the stand-in is when no path is given.</summary>
    public const string DefaultFolder = "artifacts/" + Subfolder;

    /// <summary>Counted up when features, labels or their file change.</summary>
    private const int Version = 1;

    /// <summary>Recordings in memory at once while features are computed.</summary>
    private const int BatchSize = 64;

    /// <summary>Hashes of files that have kept their size and time since, as a stage's key is made several times in a run.</summary>
    private static readonly ConcurrentDictionary<(string Path, long Length, DateTime Time), byte[]> Hashes = [];

    /// <summary>Computes the features, unless the cache holds those of the same files and settings.</summary>
    /// <param name="settings">The data set, its folder and the features.</param>
    /// <param name="cacheFolder">Holds one feature file for each choice of features; made when needed.</param>
    /// <param name="progress">Told the recordings done, of all, while features are computed.</param>
    /// <param name="cancel">Stops it; the cache stays as it was.</param>
    /// <returns>Inputs are normalised by the training part's mean and standard deviation of each feature.</returns>
    /// <exception cref="InputException">Files are missing or damaged; all mistakes at once.</exception>
    public static DataSplit Load(DataSettings settings, string cacheFolder, IProgress<(int Done, int Total)>? progress, CancellationToken cancel)
    {
        IReadOnlyList<SpeechPart> parts = Find(settings);
        FeatureSettings features = settings.Features;
        byte[] key = SHA256.HashData(Encoding.UTF8.GetBytes(Digest(settings, parts)));
        string kind = features.Kind == FeatureKind.LogMel ? $"mel{features.Bands}" : $"mfcc{features.Bands}-{features.Coefficients}";
        string path = Path.Combine(cacheFolder, $"{settings.Name}-{kind}{(features.Energy ? "-energy" : "")}{(features.Deltas ? "-deltas" : "")}.features");
        if (FeatureDirectory.TryRead(path, key) is not { } directory)
        {
            Compute(path, key, settings, parts, progress, cancel);
            directory = FeatureDirectory.TryRead(path, key) ?? throw new IOException($"{path} was changed while it was written; run again.");
        }
        return new(new FeatureFile(path, directory, directory.Parts[0]), [.. directory.Parts.Skip(1).Select(p => new TestSet(p.Name, new FeatureFile(path, directory, p)))]);
    }

    /// <summary>SHA-256 over the settings of features and over the names and contents of all files, in hexadecimal.</summary>
    /// <exception cref="InputException">Files are missing.</exception>
    public static string Digest(DataSettings settings) => Digest(settings, Find(settings));

    /// <summary>Reads all recordings and phones.</summary>
    /// <returns>Each part's name, recordings and hours; the training part first.</returns>
    /// <exception cref="InputException">Files are missing or damaged; all mistakes at once.</exception>
    public static IReadOnlyList<(string Name, int Count, double Hours)> Check(DataSettings settings, IProgress<(int Done, int Total)>? progress, CancellationToken cancel)
    {
        IReadOnlyList<SpeechPart> parts = Find(settings);
        long[] samples = new long[parts.Count];
        ForEach(parts, progress, cancel, (_, audio, _) => audio.Samples.Length, (part, length) => samples[part] += length);
        return [.. parts.Select((p, i) => (p.Name, p.Files.Count, (double)samples[i] / AudioFile.SampleRate / 3600))];
    }

    private static IReadOnlyList<SpeechPart> Find(DataSettings settings) => settings.Name switch
    {
        DataSetName.Speech => TimitCorpus.FindByVoice(settings.Path ?? DefaultFolder, settings.Location),
        DataSetName.Timit when settings.Path is { } folder => TimitCorpus.FindStandard(folder, settings.Location),
        DataSetName.Timit => throw new InputException(settings.Location.Error("TIMIT is licensed and comes with no package: name its folder in data.path or by --path, or use the data set 'speech'.")),
        _ => throw new ArgumentException($"'{settings.Name}' is no data set of speech.", nameof(settings)),
    };

    private static string Digest(DataSettings settings, IReadOnlyList<SpeechPart> parts)
    {
        SpeechFile[] files = [.. parts.SelectMany(p => p.Files)];
        var hashes = new byte[files.Length][];
        var errors = new ConcurrentBag<InputError>();
        Parallel.For(0, files.Length, i => hashes[i] = [.. HashOf(files[i].AudioPath, errors), .. HashOf(files[i].PhonePath, errors)]);
        if (!errors.IsEmpty) throw new InputException(errors.OrderBy(e => e.File, StringComparer.Ordinal));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Version} {settings.Features}\n"));
        int at = 0;
        foreach (SpeechPart part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{part.Name} {part.Files.Count}\n"));
            foreach (SpeechFile file in part.Files)
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{file.Name}\n"));
                hash.AppendData(hashes[at++]);
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Empty after an error.</summary>
    private static byte[] HashOf(string path, ConcurrentBag<InputError> errors)
    {
        try
        {
            var info = new FileInfo(path);
            return Hashes.GetOrAdd((info.FullName, info.Length, info.LastWriteTimeUtc), _ => SHA256.HashData(File.ReadAllBytes(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(DataFiles.Unreadable(path, e));
            return [];
        }
    }

    private static void Compute(string path, byte[] key, DataSettings settings, IReadOnlyList<SpeechPart> parts, IProgress<(int Done, int Total)>? progress, CancellationToken cancel)
    {
        var extractor = new FeatureExtractor(settings.Features);
        using var writer = new FeatureFileWriter(path, key, settings.Features.Size);
        int begun = 0;
        ForEach(parts, progress, cancel,
            (_, audio, segments) =>
            {
                float[] inputs = extractor.Extract(audio.Samples);
                return (Inputs: inputs, Labels: PhoneLabels.OfFrames(segments, inputs.Length / settings.Features.Size), Symbols: PhoneLabels.Transcription(segments));
            },
            (part, record) =>
            {
                while (begun <= part) writer.BeginPart(parts[begun++].Name);
                writer.Add(record.Inputs, record.Labels, record.Symbols);
            });
        if (writer.TrainingFrames == 0)
            throw new InputException(settings.Location.Error($"no training recording is as long as one window of {FeatureExtractor.WindowSamples} samples; use the complete corpus."));
        writer.Finish();
    }

    /// <summary>Reads all files, some at a time: works on them in parallel and takes the results in order.</summary>
    /// <exception cref="InputException">Files are damaged; all of them.</exception>
    private static void ForEach<T>(
        IReadOnlyList<SpeechPart> parts, IProgress<(int Done, int Total)>? progress, CancellationToken cancel,
        Func<SpeechFile, AudioFile, IReadOnlyList<PhoneSegment>, T> work, Action<int, T> take)
    {
        var files = parts.SelectMany((p, i) => p.Files.Select(f => (Part: i, File: f))).ToList();
        var errors = new List<InputError>();
        foreach (var batch in files.Chunk(BatchSize).Index())
        {
            var results = new T[batch.Item.Length];
            var found = new List<InputError>[batch.Item.Length];
            Parallel.For(0, results.Length, new ParallelOptions { CancellationToken = cancel }, i =>
            {
                SpeechFile file = batch.Item[i].File;
                found[i] = [];
                if (AudioReader.Read(file.AudioPath, found[i]) is { } audio && PhoneFile.Read(file.PhonePath, audio.Samples.Length, found[i]) is { } segments)
                    results[i] = work(file, audio, segments);
            });
            errors.AddRange(found.SelectMany(e => e));
            if (errors.Count == 0)
                for (int i = 0; i < results.Length; i++) take(batch.Item[i].Part, results[i]);
            progress?.Report((batch.Index * BatchSize + results.Length, files.Count));
        }
        if (errors.Count > 0) throw new InputException(errors);
    }
}
