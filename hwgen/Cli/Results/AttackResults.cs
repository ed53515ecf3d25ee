using System.Globalization;
using HwGen.Frontend.Scoring;

namespace HwGen.Cli.Results;

/// <param name="Designs">One entry a design and seed, in the order given.</param>
public sealed record AttackResults(IReadOnlyList<AttackReport> Designs) : VerbResult
{
    internal override IEnumerable<string> Lines() => TextTable.Render(Header, Rows());

    /// <summary>The same as a Markdown page.</summary>
    /// <param name="command">The command that made it.</param>
    public string Markdown(string command)
    {
        static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";
        return $"Made by `{command}`. Shares are percent that is right with and without the attack; ε is {string.Join(", ", Attacks.Select(a => Number(a.Epsilon)).Distinct())} of a value's range. Floating point "
            + $"counts over the first {string.Join(", ", Designs.Select(d => Show.Count(d.Images)).Distinct())} test inputs, integers over the first {string.Join(", ", Designs.Select(d => Show.Count(d.IntegerImages)).Distinct())}."
            + (Seeds > 1 ? $" Figures are means over {Seeds} seeds ± their sample standard deviation." : "") + "\n\n"
            + Line(Header) + Line(Header.Select(_ => "---")) + string.Concat(Rows().Select(Line));
    }

    /// <summary>Those without noise, whose ways are columns of their own.</summary>
    private AttackRow[] Attacks => [.. Designs.SelectMany(d => d.Rows).Where(r => !r.Noise && r.Bits == 0).DistinctBy(Name)];

    private string[] Header => ["design", "network", "weights not 0", "parameters", "multiplies", "cycles", "energy, nJ", "clean", .. Attacks.Select(Name)];

    private int Seeds => Designs.GroupBy(d => d.Design).Max(g => g.Count());

    /// <summary>A row for each network of a design, over all seeds: in floating point without noise and with it, and in integers.</summary>
    private IEnumerable<string[]> Rows() =>
        from design in Designs.GroupBy(d => d.Design)
        from network in design.SelectMany(d => d.Rows).GroupBy(r => (r.Bits, Label: Label(r)))
        let engines = design.SelectMany(d => d.Engines).Where(e => e.Bits == network.Key.Bits).ToArray()
        select (string[])
        [
            design.Key, network.Key.Label, Mean(design, d => d.NonZeroWeights), Mean(design, d => d.Parameters),
            Mean(engines, e => e.Multiplies), Mean(engines, e => e.CyclesPerFrame), Mean(engines, e => e.EnergyPerFrameNanojoule),
            Share(network.GroupBy(Name).First(), r => r.Clean), .. Attacks.Select(a => Share(network.Where(r => Name(r) == Name(a)), r => r.Accuracy)),
        ];

    /// <summary>Empty without values.</summary>
    private static string Mean<T>(IEnumerable<T> of, Func<T, double> value) => of.Any() ? Show.Count((long)Math.Round(of.Average(value))) : "";

    /// <summary>The same, of one value a seed.</summary>
    private static string Share(IEnumerable<AttackRow> rows, Func<AttackRow, double> value) =>
        rows.Select(value).ToArray() is { Length: > 0 } values ? Show.Spread(SeedStatistics.Of(values)) + " %" : "";

    /// <summary>Attacks on an integer network itself are of one row: straight through it, or by its outputs.</summary>
    private static string Label(AttackRow row) => row.Bits == 0 || row.Way == AttackWay.Transfer ? AttackReport.Attacked(row) + (row.Noise ? row.Draws > 1 ? $", noise of {row.Draws} draws" : ", noise" : "")
        : $"{row.Bits} bits";

    private static string Name(AttackRow row) => $"{AttackReport.Describe(row)}, ε {Number(row.Epsilon)}";

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
