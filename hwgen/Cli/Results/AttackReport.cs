using System.Globalization;
using System.Text.Json.Serialization;

namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="Images">Test inputs that the shares of the network in floating point count over.</param>
/// <param name="IntegerImages">The same of integer networks.</param>
/// <param name="Parameters">Stored numbers.</param>
/// <param name="NonZeroWeights">Entries of weight matrices that are not 0.</param>
/// <param name="Rows">One a network, attack and ε.</param>
public sealed record AttackReport(string Design, int Images, int IntegerImages, int Parameters, int NonZeroWeights, IReadOnlyList<AttackRow> Rows) : VerbResult
{
    /// <summary>That it was trained from.</summary>
    public int Seed { get; init; }

    /// <summary>The engine of each integer network.</summary>
    public IReadOnlyList<AttackedEngine> Engines { get; init; } = [];

    internal override IEnumerable<string> Lines() =>
    [
        .. TextTable.Render(["attack", "epsilon", "network", "noise", "clean", "attacked"], Rows.Select(r => (string[])
            [Describe(r), r.Epsilon.ToString("0.####", CultureInfo.InvariantCulture), Attacked(r), r.Noise ? r.Draws > 1 ? $"on, {r.Draws} draws" : "on" : "off", Show.Percent(r.Clean), Show.Percent(r.Accuracy)])),
        $"of {Show.Count(Images)} test inputs{(Rows.Any(r => r.Bits > 0) ? $", of integer networks the first {Show.Count(IntegerImages)}" : "")}; {Show.Count(Parameters)} parameters, {Show.Count(NonZeroWeights)} weights that are not 0",
        .. Warnings(),
    ];

    internal static string Describe(AttackRow row) => row.Attack switch
    {
        "pgd" => $"pgd-{row.Steps}" + (row.Restarts > 1 ? $" x {row.Restarts}" : ""),
        "square" => $"square, {row.Queries} queries",
        var name => name,
    };

    internal static string Attacked(AttackRow row) => row.Bits == 0 ? "float" : $"{row.Bits} bits" + row.Way switch
    {
        AttackWay.Transfer => ", points of float",
        AttackWay.StraightThrough => ", straight through",
        _ => "",
    };

    /// <summary>Many steps that do less than one point to gradients that hide rather than to a network that is robust.</summary>
    private IEnumerable<string> Warnings() =>
        from pgd in Rows
        where pgd.Attack == "pgd" && pgd.Way != AttackWay.Transfer     // points that turned another network
        from fgsm in Rows
        where fgsm.Attack == "fgsm" && fgsm.Epsilon == pgd.Epsilon && fgsm.Noise == pgd.Noise && fgsm.Bits == pgd.Bits && fgsm.Way == pgd.Way && fgsm.Draws == pgd.Draws && pgd.Accuracy > fgsm.Accuracy
        select $"warning: at epsilon {pgd.Epsilon.ToString(CultureInfo.InvariantCulture)} PGD leaves more of {Attacked(pgd)} than FGSM: the gradients may be masked, or the steps too short";
}

/// <param name="Attack">fgsm, pgd or square.</param>
/// <param name="Epsilon">Share of an input's range.</param>
/// <param name="Steps">Of PGD.</param>
/// <param name="StepSize">Of PGD, share of an input's range.</param>
/// <param name="Restarts">Of PGD.</param>
/// <param name="Queries">Of the black-box attack.</param>
/// <param name="Draws">Draws of noise that a gradient is averaged over.</param>
/// <param name="Noise">Whether weights were noisy.</param>
/// <param name="Bits">Of the integer network's words; 0 is the network in floating point.</param>
/// <param name="Way">Where the integer network's points come from.</param>
/// <param name="Images">Test inputs.</param>
/// <param name="Clean">Accuracy without attack, 0..1.</param>
/// <param name="Accuracy">Share that is right with and without the attack, 0..1.</param>
public sealed record AttackRow(string Attack, double Epsilon, int Steps, double StepSize, int Restarts, int Queries, int Draws, bool Noise,
    int Bits, AttackWay Way, int Images, double Clean, double Accuracy);

[JsonConverter(typeof(JsonStringEnumConverter<AttackWay>))]
public enum AttackWay
{
    /// <summary>The attack's own search on what is attacked.</summary>
    [JsonStringEnumMemberName("own")]
    Own,

    /// <summary>Points where the attack on the network in floating point ended.</summary>
    [JsonStringEnumMemberName("transfer")]
    Transfer,

    /// <summary>Derivatives of the network with the integer network's weights; all decisions are the integer network's.</summary>
    [JsonStringEnumMemberName("straight-through")]
    StraightThrough,
}
