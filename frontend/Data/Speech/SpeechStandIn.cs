using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HwGen.Core;

namespace HwGen.Frontend.Data.Speech;

/// <summary>Writes a speech corpus in TIMIT's layout without TIMIT: flite speaks sentences, sox adds noise and a room.</summary>
/// <remarks>Files are RIFF WAVE. What is complete is kept, so that a stopped run goes on where it was. The same seed, tools
/// and text give the same bytes. Sox's reverb and noise move nothing: phone times are those of flite, which marks neither
/// closures nor flaps, so that the class dx never occurs.</remarks>
public static class SpeechStandIn
{
    /// <summary>Counted up when what is written changes.</summary>
    private const int Version = 1;

    /// <summary>Recordings between two looks at the hours: fixed, so that the end doesn't depend on the machine.</summary>
    private const int BatchSize = 32;

    private const int NoiseSeconds = 120;
    private const string StampName = "STANDIN.TXT", WorkName = ".work", LockName = ".lock";

    /// <summary>Writes what is missing.</summary>
    /// <param name="folder">Of the corpus; made when needed.</param>
    /// <param name="settings">How much, and by which seed.</param>
    /// <param name="progress">Told the hours that are there, from 0 to those asked for or a little more.</param>
    /// <param name="cancel">Stops after the recordings at work; what is complete stays.</param>
    /// <returns>Hours that are there: with an earlier run of more hours, more than asked for.</returns>
    /// <exception cref="InputException">The folder holds another stand-in, or the text is too short for the hours.</exception>
    /// <exception cref="ToolException">flite, sox or the text is missing, or a tool fails.</exception>
    public static async Task<double> WriteAsync(string folder, SpeechStandInSettings settings, IProgress<double>? progress, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.Hours);
        List<string> sentences = Sentences(settings);
        folder = Path.GetFullPath(folder);
        Stamp(folder, settings, sentences);
        using FileStream guard = Lock(folder);
        new Random(settings.Seed).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(sentences));

        string work = Path.Combine(folder, WorkName);
        if (Directory.Exists(work)) Directory.Delete(work, true);
        Directory.CreateDirectory(work);
        try
        {
            long needed = (long)(settings.Hours * 3600 * AudioFile.SampleRate), written = 0;
            var noises = new Lazy<Task<Dictionary<string, double>>>(() => NoisesAsync(work, cancel));
            for (int first = 0; written < needed; first += BatchSize)
            {
                if (first >= sentences.Count)
                {
                    throw new InputException(new InputError(settings.TextFolder, 1, 1, string.Create(CultureInfo.InvariantCulture,
                        $"the {sentences.Count} sentences give {Hours(written):F1} hours of speech, not {settings.Hours}; ask for fewer.")));
                }
                var samples = new int[Math.Min(BatchSize, sentences.Count - first)];
                await Parallel.ForAsync(0, samples.Length, cancel, async (i, stop) =>
                {
                    var utterance = new StandInUtterance(settings.Seed, first + i, sentences[first + i]);
                    samples[i] = await WriteAsync(folder, work, utterance, noises, stop).ConfigureAwait(false);
                    long total = Interlocked.Add(ref written, samples[i]);
                    progress?.Report(Hours(total));
                }).ConfigureAwait(false);
            }
            return Hours(written);
        }
        finally
        {
            Directory.Delete(work, true);
        }
    }

    private static double Hours(long samples) => (double)samples / AudioFile.SampleRate / 3600;

    private static List<string> Sentences(SpeechStandInSettings settings)
    {
        try
        {
            return SentenceSource.Read(settings.TextFolder);
        }
        catch (IOException e)
        {
            throw new ToolException(SpeechStandInSettings.TextPackage, $"reading {settings.TextFolder}", e.Message,
                $"Install the sentences to speak (Debian: apt-get install {SpeechStandInSettings.TextPackage}).");
        }
    }

    /// <summary>Recordings of two seeds or texts in one folder would mix training and test sentences.</summary>
    private static void Stamp(string folder, SpeechStandInSettings settings, List<string> sentences)
    {
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', sentences))))[..16];
        string text = $"hwgen speech stand-in {Version}\nseed {settings.Seed}\nsentences {digest}\n", path = Path.Combine(folder, StampName);
        if (File.Exists(path) ? File.ReadAllText(path) != text : Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new InputException(new InputError(path, 1, 1,
                $"the folder holds other files than those of seed {settings.Seed} and this text; name another folder, or delete it."));
        }
        Directory.CreateDirectory(folder);
        if (!File.Exists(path)) Publish(path, text);
    }

    private static FileStream Lock(string folder)
    {
        string path = Path.Combine(folder, LockName);
        try
        {
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new ToolException("hwgen", $"lock {path}", e.Message, "Another hwgen writes this folder; wait for it to end.");
        }
    }

    /// <returns>Samples of the recording.</returns>
    private static async Task<int> WriteAsync(string folder, string work, StandInUtterance utterance, Lazy<Task<Dictionary<string, double>>> noises, CancellationToken cancel)
    {
        string stem = Path.Combine(folder, utterance.Stem);
        if (File.Exists(stem + ".WAV")) return Audio(stem + ".WAV").Samples.Length;     // written last, so the others are there

        string dry = $"{utterance.Index}.dry.wav", wet = $"{utterance.Index}.wav";
        string phones = await SpeechTool.RunAsync("flite", work,
            ["-voice", utterance.Voice.Name, "--setf", $"duration_stretch={Text(utterance.Stretch)}", "-psdur", "-t", utterance.Sentence, "-o", dry], cancel).ConfigureAwait(false);
        AudioFile speech = Audio(Path.Combine(work, dry));
        List<PhoneSegment> segments = Segments(phones, speech.Samples.Length);

        var levels = await noises.Value.ConfigureAwait(false);
        double level = Math.Pow(10, utterance.LevelDb / 20), noiseLevel = level / Math.Pow(10, utterance.SnrDb / 20);
        double seconds = (double)speech.Samples.Length / AudioFile.SampleRate;
        string noise = $"|sox {utterance.Noise}.wav -p trim {Text(utterance.NoiseStart * (NoiseSeconds - seconds))} {speech.Samples.Length}s";
        // -R, -D: neither another run's random numbers nor dither. The noise is in the room too.
        await SpeechTool.RunAsync("sox", work,
            ["-R", "-D", "-m", "-v", Text(level / Level(speech, segments)), dry, "-v", Text(noiseLevel / levels[utterance.Noise]), noise, "-b", "16", wet,
                "reverb", Text(utterance.Reverberance), Text(utterance.Damping), Text(utterance.RoomScale), "0", "0", Text(utterance.WetGainDb)], cancel).ConfigureAwait(false);
        int samples = Audio(Path.Combine(work, wet)).Samples.Length;
        if (samples != speech.Samples.Length)
            throw new ToolException("sox", $"reverb of {utterance.Stem}", $"{speech.Samples.Length} samples became {samples}", "Use the sox of Debian 12, which keeps the length.");

        Directory.CreateDirectory(Path.GetDirectoryName(stem)!);
        Publish(stem + ".PHN", string.Concat(segments.Select(s => $"{s.Start} {s.End} {s.Phone}\n")));
        Publish(stem + ".TXT", $"0 {samples} {utterance.Sentence}.\n");
        File.Delete(Path.Combine(work, dry));
        File.Move(Path.Combine(work, wet), stem + ".WAV");
        return samples;
    }

    /// <summary>Makes noise of each colour.</summary>
    /// <returns>The root mean square of each; full scale is 1.</returns>
    private static async Task<Dictionary<string, double>> NoisesAsync(string work, CancellationToken cancel)
    {
        var levels = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string colour in StandInUtterance.NoiseColours)
        {
            await SpeechTool.RunAsync("sox", work,
                ["-R", "-D", "-n", "-r", $"{AudioFile.SampleRate}", "-c", "1", "-b", "16", $"{colour}.wav", "synth", $"{NoiseSeconds}", colour, "norm", "-1"], cancel).ConfigureAwait(false);
            AudioFile noise = Audio(Path.Combine(work, $"{colour}.wav"));
            levels[colour] = Level(noise, [new(0, noise.Samples.Length, "")]);
        }
        return levels;
    }

    /// <summary>Root mean square without the pauses; full scale is 1.</summary>
    private static double Level(AudioFile audio, IEnumerable<PhoneSegment> segments)
    {
        double squares = 0;
        long count = 0;
        foreach (PhoneSegment segment in segments.Where(s => s.Phone is not ("h#" or "pau")))
        {
            foreach (short sample in audio.Samples.AsSpan(segment.Start..segment.End)) squares += (double)sample * sample;
            count += segment.End - segment.Start;
        }
        return Math.Sqrt(Math.Max(squares, 1) / Math.Max(count, 1)) / 32768;
    }

    /// <summary>Phones with their end times, "pau:0.220 dh:0.254 …", as TIMIT writes them.</summary>
    /// <remarks>flite's phones are a part of TIMIT's; its pause is h# at both ends. A diphone voice ends before its last pause does.</remarks>
    /// <exception cref="ToolException">It isn't that.</exception>
    internal static List<PhoneSegment> Segments(string output, int samples)
    {
        var segments = new List<PhoneSegment>();
        string[] items = output.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        int start = 0;
        for (int i = 0; i < items.Length; i++)
        {
            string[] parts = items[i].Split(':');
            if (parts is not [var name, var time] || !PhoneTable.Contains(name) || !double.TryParse(time, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds))
                throw new ToolException("flite", "flite -psdur", output.Trim(), $"It printed '{items[i]}' where 'phone:seconds' was expected; use flite 2.2.");
            int end = i == items.Length - 1 ? samples : Math.Min((int)Math.Round(seconds * AudioFile.SampleRate), samples);
            if (end > start) segments.Add(new(start, end, name != "pau" ? name : i == 0 || i == items.Length - 1 ? "h#" : name));
            start = end;
        }
        return segments;
    }

    private static AudioFile Audio(string path)
    {
        var errors = new List<InputError>();
        return AudioReader.Read(path, errors) ?? throw new InputException(errors);
    }

    private static void Publish(string path, string text)
    {
        File.WriteAllText(path + ".tmp", text);
        File.Move(path + ".tmp", path, true);
    }

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
