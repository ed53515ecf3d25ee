namespace HwGen.Frontend.Data.Speech;

/// <summary>TIMIT's 61 phones, the 48 that models are trained with and the 39 that they are scored with.</summary>
/// <remarks>Source: Lee, Hon, "Speaker-independent phone recognition using hidden Markov models", IEEE Trans. ASSP 37(11),
/// 1989, table I. Closures, pauses and the silence at both ends are one class, sil. The glottal stop q has none: it isn't
/// part of a transcription, and its frames count for the phone before it (for the one after it at the start).</remarks>
public static class PhoneTable
{
    public const string Silence = "sil";

    /// <summary>The phone without a class.</summary>
    public const string GlottalStop = "q";

    /// <summary>61 → 48, one group a line: the name of the 48, then what else is counted as it.</summary>
    private const string Groups = """
        iy
        ih
        eh
        ae
        ix
        ax ax-h
        ah
        uw ux
        uh
        ao
        aa
        ey
        ay
        oy
        aw
        ow
        l
        el
        r
        y
        w
        er axr
        m em
        n nx
        en
        ng eng
        ch
        jh
        dh
        b
        d
        dx
        g
        p
        t
        k
        z
        zh
        v
        f
        th
        s
        sh
        hh hv
        cl pcl tcl kcl
        vcl bcl dcl gcl
        epi
        sil h# pau
        """;

    /// <summary>48 → 39: what keeps no class of its own.</summary>
    private static readonly Dictionary<string, string> Merged = new(StringComparer.Ordinal)
    {
        ["ix"] = "ih",
        ["ax"] = "ah",
        ["ao"] = "aa",
        ["el"] = "l",
        ["en"] = "n",
        ["zh"] = "sh",
        ["cl"] = Silence,
        ["vcl"] = Silence,
        ["epi"] = Silence,
    };

    private static readonly Dictionary<string, string> To48 = ReadGroups();

    /// <summary>61 symbols as they stand in .PHN files, in alphabetical order.</summary>
    public static IReadOnlyList<string> Phones { get; } = [.. To48.Keys.Append(GlottalStop).Order(StringComparer.Ordinal)];

    /// <summary>48 names, in alphabetical order.</summary>
    public static IReadOnlyList<string> TrainingPhones { get; } = [.. To48.Values.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>39 names, in alphabetical order: the place of a name is its class.</summary>
    public static IReadOnlyList<string> Classes { get; } = [.. To48.Values.Select(Fold48).Distinct().Order(StringComparer.Ordinal)];

    private static readonly Dictionary<string, byte?> ClassOfPhone =
        Phones.ToDictionary(p => p, p => To48.TryGetValue(p, out string? name) ? (byte?)Classes.IndexOf(Fold48(name)) : null, StringComparer.Ordinal);

    public static bool Contains(string phone) => ClassOfPhone.ContainsKey(phone);

    /// <summary>The name among the 48; null for q.</summary>
    /// <exception cref="KeyNotFoundException">It is none of the 61.</exception>
    public static string? TrainingPhone(string phone) => phone == GlottalStop ? null : To48[phone];

    /// <summary>The class, 0..38; null for q.</summary>
    /// <exception cref="KeyNotFoundException">It is none of the 61.</exception>
    public static byte? ClassOf(string phone) => ClassOfPhone[phone];

    private static string Fold48(string name) => Merged.GetValueOrDefault(name, name);

    private static Dictionary<string, string> ReadGroups()
    {
        var table = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in Groups.Split('\n', StringSplitOptions.TrimEntries))
        {
            string[] names = line.Split(' ');
            // sil, cl and vcl are no symbols of .PHN files.
            foreach (string phone in names is ["sil" or "cl" or "vcl", .. var members] ? members : names) table.Add(phone, names[0]);
        }
        return table;
    }

    private static int IndexOf(this IReadOnlyList<string> list, string name) => list.Index().First(item => item.Item == name).Index;
}
