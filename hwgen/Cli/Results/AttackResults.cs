using System.Globalization;

namespace HwGen.Cli.Results;

/// <param name="Designs">One entry a design, in the order given.</param>
public sealed record AttackResults(IReadOnlyList<AttackReport> Designs) : VerbResult
{
    internal override IEnumerable<string> Lines() => TextTable.Render(Header, Rows());

    /// <summary>The same as a Markdown page.</summary>
    /// <param name="command">The command that made it.</param>
    public string Markdown(string command)
    {
        static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";
        return $"Made by `{command}`. Shares are percent that is right with and without the attack; ε is {string.Join(", ", Attacks.Select(a => Number(a.Epsilon)).Distinct())} of a value's range. Floating point "
            + $"counts over the first {string.Join(", ", Designs.Select(d => Show.Count(d.Images)).Distinct())} test inputs, integers over the first {string.Join(", ", Designs.Select(d => Show.Count(d.IntegerImages)).Distinct())}.\n\n"
            + Line(Header) + Line(Header.Select(_ => "---")) + string.Concat(Rows().Select(Line));
    }

    /// <summary>Those without noise, whose ways are columns of their own.</summary>
    private AttackRow[] Attacks => [.. Designs.SelectMany(d => d.Rows).Where(r => !r.Noise && r.Bits == 0).DistinctBy(Name)];

    private string[] Header => ["design", "network", "weights not 0", "parameters", "multiplies", "cycles", "energy, nJ", "clean", .. Attacks.Select(Name)];

    /// <summary>A row for each network of a design: in floating point without noise and with it, and in integers.</summary>
    private IEnumerable<string[]> Rows() =>
        from design in Designs
        from network in design.Rows.GroupBy(r => (r.Bits, Label: Label(r)))
        let engine = design.Engines.FirstOrDefault(e => e.Bits == network.Key.Bits)
        select (string[])
        [
            design.Design, network.Key.Label, Show.Count(design.NonZeroWeights), Show.Count(design.Parameters),
            engine is null ? "" : Show.Count(engine.Multiplies), engine is null ? "" : Show.Count(engine.CyclesPerFrame), engine is null ? "" : Number(Math.Round(engine.EnergyPerFrameNanojoule)),
            Show.Percent(network.First().Clean), .. Attacks.Select(a => network.FirstOrDefault(r => Name(r) == Name(a)) is { } row ? Show.Percent(row.Accuracy) : ""),
        ];

    /// <summary>Attacks on an integer network itself are of one row: straight through it, or by its outputs.</summary>
    private static string Label(AttackRow row) => row.Bits == 0 || row.Way == AttackWay.Transfer ? AttackReport.Attacked(row) + (row.Noise ? row.Draws > 1 ? $", noise of {row.Draws} draws" : ", noise" : "")
        : $"{row.Bits} bits";

    private static string Name(AttackRow row) => $"{AttackReport.Describe(row)}, ε {Number(row.Epsilon)}";

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
