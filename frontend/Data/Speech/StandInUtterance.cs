namespace HwGen.Frontend.Data.Speech;

/// <summary>One recording of the stand-in, decided: everything that flite and sox are told.</summary>
/// <remarks>Of any hundred recordings in a row 87 are for training and 7 test seen voices, three voices in turn, and 6 test the voice
/// that training never hears. It follows from seed and index alone, so that more hours go on where fewer ended.</remarks>
internal sealed record StandInUtterance
{
    private const int Group = 100, TrainingOfGroup = 87, SeenOfGroup = 7;

    /// <summary>Spreads the test over a group; prime to its size.</summary>
    private const int Spread = 37;

    private static readonly StandInVoice[] Seen = [new("kal16", "MKAL0", "DR1"), new("awb", "MAWB0", "DR2"), new("rms", "MRMS0", "DR3")];
    private static readonly StandInVoice Unseen = new("slt", "FSLT0", "DR4");

    /// <summary>Sox's names of noise.</summary>
    public static readonly IReadOnlyList<string> NoiseColours = ["whitenoise", "pinknoise", "brownnoise"];

    /// <param name="seed">The stand-in's.</param>
    /// <param name="index">From 0; the recording's place and its sentence's.</param>
    /// <param name="sentence">Spoken here alone.</param>
    public StandInUtterance(int seed, int index, string sentence)
    {
        (Index, Sentence) = (index, sentence);
        int place = (int)((long)index * Spread % Group);
        bool isTraining = place < TrainingOfGroup;
        Part = isTraining ? "TRAIN" : "TEST";
        Voice = place >= TrainingOfGroup + SeenOfGroup ? Unseen : Seen[index % Seen.Length];
        var random = new Random(unchecked(seed * 1_000_003 + index));
        Stretch = Between(0.85, 1.2);
        LevelDb = Between(-32, -24);
        SnrDb = Between(15, 30);
        Noise = NoiseColours[random.Next(NoiseColours.Count)];
        NoiseStart = random.NextDouble();
        Reverberance = Between(5, 50);
        Damping = Between(20, 80);
        RoomScale = Between(5, 60);
        WetGainDb = Between(-10, -3);

        double Between(double low, double high) => low + (high - low) * random.NextDouble();
    }

    public int Index { get; }

    public string Sentence { get; }

    /// <summary>TRAIN or TEST.</summary>
    public string Part { get; }

    public StandInVoice Voice { get; }

    /// <summary>Factor on the voice's own durations.</summary>
    public double Stretch { get; }

    /// <summary>Root mean square of the speech without its pauses, before the room; 0 dB is full scale.</summary>
    public double LevelDb { get; }

    /// <summary>Of the speech without its pauses.</summary>
    public double SnrDb { get; }

    /// <summary>One of <see cref="NoiseColours"/>.</summary>
    public string Noise { get; }

    /// <summary>Where in the noise it begins, 0..1 of what is possible.</summary>
    public double NoiseStart { get; }

    /// <summary>Per cent, as sox has it.</summary>
    public double Reverberance { get; }

    /// <summary>Per cent, as sox has it.</summary>
    public double Damping { get; }

    /// <summary>Per cent, as sox has it.</summary>
    public double RoomScale { get; }

    public double WetGainDb { get; }

    /// <summary>Relative path without extension, in TIMIT's layout.</summary>
    public string Stem => Path.Combine(Part, Voice.Region, Voice.Speaker, $"SI{Index:D5}");
}

/// <param name="Name">As flite names it.</param>
/// <param name="Speaker">As TIMIT would: sex, initials, a digit.</param>
/// <param name="Region">Takes the place of TIMIT's dialect region.</param>
internal sealed record StandInVoice(string Name, string Speaker, string Region);
