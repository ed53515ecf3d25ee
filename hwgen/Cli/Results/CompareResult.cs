using HwGen.Frontend.Scoring;

namespace HwGen.Cli.Results;

/// <param name="Networks">One entry a design, in the order given.</param>
public sealed record CompareResult(IReadOnlyList<ComparedNetwork> Networks) : VerbResult
{
    internal override IEnumerable<string> Lines() => TextTable.Render(Header, Rows());

    /// <summary>The same as a Markdown page.</summary>
    /// <param name="command">The command that made it.</param>
    public string Markdown(string command)
    {
        string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";
        return $"Made by `{command}`. Figures are means over the seeds ± their sample standard deviation; points are percent points, paired seed by seed."
            + (HasSilentUnits ? " Silent units are those rectified ones of dense layers that stay at 0 for the whole test set." : "") + "\n\n"
            + Line(Header) + Line(Header.Select(_ => "---")) + string.Concat(Rows().Select(Line))
            + "\nEpochs: " + string.Join(". ", Networks.GroupBy(n => n.Epochs).Select(g => $"{string.Join(", ", g.Select(n => n.Design))}: {g.Key}")) + ".\n";
    }

    private string[] Header => ["network", "test set", "weights", "parameters", "accuracy or phone error rate", "worse than dense, points", .. HasSilentUnits ? ["silent units"] : (string[])[]];

    private bool HasSilentUnits => Networks.Any(n => n.Tests.Any(t => t.Rows.Any(r => r.SilentUnits is not null)));

    private IEnumerable<string[]> Rows() =>
        from network in Networks
        from test in network.Tests
        from row in test.Rows
        select (string[])
        [
            network.Design, test.Name, row.Weights, Show.Count(row.Parameters),
            (test.IsErrorRate ? "error " : "") + Show.Spread(row.Figure) + " %", row.WorseThanDense is null ? "" : Show.Spread(row.WorseThanDense),
            .. HasSilentUnits ? [row.SilentUnits is null ? "" : Show.Spread(row.SilentUnits) + " %"] : (string[])[],
        ];
}

/// <param name="Design">The design's name.</param>
/// <param name="Epochs">Of each way, in words.</param>
/// <param name="Tests">Each test set apart.</param>
public sealed record ComparedNetwork(string Design, string Epochs, IReadOnlyList<ComparedTest> Tests);

/// <param name="Name">The test set's.</param>
/// <param name="IsErrorRate">Whether figures are phone error rates, else accuracies.</param>
/// <param name="Rows">Dense first, then each way and block size.</param>
public sealed record ComparedTest(string Name, bool IsErrorRate, IReadOnlyList<ComparedRow> Rows);

/// <param name="Weights">Block size and way, in words.</param>
/// <param name="BlockSize">k; 1 is dense.</param>
/// <param name="Parameters">Stored numbers.</param>
/// <param name="Figure">Over the seeds, 0..1.</param>
/// <param name="WorseThanDense">Of the same seed, over the seeds; null for the dense baseline.</param>
/// <param name="SilentUnits">Share of the rectified units of dense layers that stay at 0 for the whole test set, over the seeds, 0..1; null without such units.</param>
public sealed record ComparedRow(string Weights, int BlockSize, int Parameters, SeedStatistics Figure, SeedStatistics? WorseThanDense, SeedStatistics? SilentUnits);
