using System.Globalization;

namespace HwGen.Cli.Results;

/// <param name="Design">The design's name.</param>
/// <param name="Images">Test inputs that the shares count over.</param>
/// <param name="Parameters">Stored numbers.</param>
/// <param name="NonZeroWeights">Entries of weight matrices that are not 0.</param>
/// <param name="Rows">One a network, attack and ε.</param>
public sealed record AttackReport(string Design, int Images, int Parameters, int NonZeroWeights, IReadOnlyList<AttackRow> Rows) : VerbResult
{
    internal override IEnumerable<string> Lines() =>
    [
        .. TextTable.Render(["attack", "epsilon", "noise", "clean", "attacked"], Rows.Select(r => (string[])
            [Describe(r), r.Epsilon.ToString("0.####", CultureInfo.InvariantCulture), r.Noise ? r.Draws > 1 ? $"on, {r.Draws} draws" : "on" : "off", Show.Percent(r.Clean), Show.Percent(r.Accuracy)])),
        $"of {Show.Count(Images)} test inputs; {Show.Count(Parameters)} parameters, {Show.Count(NonZeroWeights)} weights that are not 0",
        .. Warnings(),
    ];

    private static string Describe(AttackRow row) => row.Attack switch
    {
        "pgd" => $"pgd-{row.Steps}" + (row.Restarts > 1 ? $" x {row.Restarts}" : ""),
        "square" => $"square, {row.Queries} queries",
        var name => name,
    };

    /// <summary>Many steps that do less than one point to gradients that hide rather than to a network that is robust.</summary>
    private IEnumerable<string> Warnings() =>
        from pgd in Rows
        where pgd.Attack == "pgd"
        from fgsm in Rows
        where fgsm.Attack == "fgsm" && fgsm.Epsilon == pgd.Epsilon && fgsm.Noise == pgd.Noise && fgsm.Draws == pgd.Draws && pgd.Accuracy > fgsm.Accuracy
        select $"warning: at epsilon {pgd.Epsilon.ToString(CultureInfo.InvariantCulture)} PGD leaves more than FGSM: the gradients may be masked, or the steps too short";
}

/// <param name="Attack">fgsm, pgd or square.</param>
/// <param name="Epsilon">Share of an input's range.</param>
/// <param name="Steps">Of PGD.</param>
/// <param name="StepSize">Of PGD, share of an input's range.</param>
/// <param name="Restarts">Of PGD.</param>
/// <param name="Queries">Of the black-box attack.</param>
/// <param name="Draws">Draws of noise that a gradient is averaged over.</param>
/// <param name="Noise">Whether weights were noisy.</param>
/// <param name="Clean">Accuracy without attack, 0..1.</param>
/// <param name="Accuracy">Share that is right with and without the attack, 0..1.</param>
public sealed record AttackRow(string Attack, double Epsilon, int Steps, double StepSize, int Restarts, int Queries, int Draws, bool Noise, double Clean, double Accuracy);
