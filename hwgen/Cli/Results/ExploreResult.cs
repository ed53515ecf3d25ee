using System.Globalization;
using System.Text.Json.Serialization;
using HwGen.Cli.Report;
using HwGen.Core.Design;

namespace HwGen.Cli.Results;

/// <param name="Design">The name of the design that the points lie around; the first one's, and how many more, where there are several.</param>
/// <param name="Total">Points of the sweep.</param>
/// <param name="Points">In the order of the design file's axes, the last one fastest; of a large analytic sweep only the front.</param>
/// <param name="Front">What the Pareto front weighs.</param>
/// <param name="Evaluated">Points that this run evaluated; the others were there.</param>
/// <param name="Store">The SQLite file with one row a point; null for an analytic sweep.</param>
/// <param name="Page">The interactive page.</param>
/// <param name="Plot">The front as SVG.</param>
public sealed record ExploreResult(
    string Design, long Total, IReadOnlyList<ExploredPoint> Points, IReadOnlyList<string> Front, long Evaluated, string? Store, string Page, string Plot) : VerbResult
{
    private const int MostLines = 50;

    /// <summary>A failed point is a result; a sweep without any other is none.</summary>
    public override bool Passed => Points.Any(p => p.Reason is null);

    /// <summary>All points as a Markdown table, in the sweep's order.</summary>
    /// <param name="command">The command that made it.</param>
    public string Markdown(string command)
    {
        static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";
        string[] axes = [.. Points.SelectMany(p => p.Values.Keys).Distinct()];
        (string Title, Func<ExploredPoint, double?> Value)[] figures =
        [
            ("Accuracy in floating point, %", p => 100 * p.FloatAccuracy), ("Robust accuracy in floating point, %", p => 100 * p.FloatRobustAccuracy),
            .. SweepFigure.All.Select(f => (f.Title, f.Value)),
        ];
        figures = [.. figures.Where(f => Points.Any(p => f.Value(p) is not null))];
        string[] header = [.. axes.DefaultIfEmpty("design"), .. figures.Select(f => f.Title), "on the front"];
        return $"Made by `{command}`. The front weighs {string.Join(", ", Front)}.\n\n" + Line(header) + Line(header.Select(_ => "---"))
            + string.Concat(Points.Select(p => Line([.. axes.Length == 0 ? [p.Design] : axes.Select(a => p.Values.GetValueOrDefault(a, "-")), .. p.Reason is { } reason
                ? [reason.Replace("|", "\\|", StringComparison.Ordinal), .. header[(Math.Max(axes.Length, 1) + 1)..].Select(_ => "")]
                : figures.Select(f => Number(f.Title, f.Value(p))).Append(p.OnFront ? "yes" : "")])));

        static string Number(string title, double? value) => value is not { } v ? "-" : v.ToString(title.EndsWith('%') ? "0.00" : v < 100 ? "#,0.##" : "#,0", CultureInfo.InvariantCulture);
    }

    internal override IEnumerable<string> Lines()
    {
        int failed = Points.Count(p => p.Reason is not null);
        yield return $"{Design}: {Show.Count(Total)} points, {Show.Count(failed)} failed, {Show.Count(Evaluated)} evaluated now; the front by {string.Join(", ", Front)}:";
        string[] axes = [.. Points.SelectMany(p => p.Values.Keys).Distinct()];
        bool phones = Points.Any(p => p.ErrorRate is not null), robust = Points.Any(p => p.RobustAccuracy is not null), energy = Front.Contains(FigureName.EnergyPerFrameNanojoule);
        foreach (string line in TextTable.Render(
            ["design", .. axes.Select(a => a[(a.LastIndexOf('.') + 1)..]), "accuracy", .. phones ? ["phone errors"] : (string[])[], .. robust ? ["robust"] : (string[])[], .. energy ? ["nJ/frame"] : (string[])[], "cycles/frame", "multipliers", "memory bits", "LUT", "FF", "DSP", "BRAM36"],
            Points.Where(p => p.OnFront).OrderByDescending(p => p.Accuracy).ThenBy(p => p.CyclesPerFrame).Take(MostLines).Select(p => (string[])
                [p.Design, .. axes.Select(a => p.Values.GetValueOrDefault(a, "")), Show.Percent(p.Accuracy), .. phones ? [Show.Percent(p.ErrorRate)] : (string[])[], .. robust ? [Show.Percent(p.RobustAccuracy)] : (string[])[], .. energy ? [Count((long?)p.EnergyPerFrameNanojoule)] : (string[])[], Count(p.CyclesPerFrame), Count(p.Multipliers), Count(p.MemoryBits),
                Count((long?)p.Lut), Count((long?)p.Ff), Count((long?)p.Dsp), p.Bram36?.ToString("0.#", CultureInfo.InvariantCulture) ?? "-"])))
            yield return line;
        if (Points.Count(p => p.OnFront) is > MostLines and var members) yield return $"... and {Show.Count(members - MostLines)} more";
        foreach (var reason in Points.Where(p => p.Reason is not null).GroupBy(p => p.Reason))
            yield return $"failed: {reason.First().Design}{(reason.Count() > 1 ? $" and {reason.Count() - 1} more" : "")}: {reason.Key}";
        yield return $"page: {Page}";
        yield return $"take one: hwgen explore DESIGN --take {Points.FirstOrDefault(p => p.OnFront)?.Design ?? "POINT"}";

        static string Count(long? value) => value is { } v ? Show.Count(v) : "-";
    }
}

/// <param name="Design">Its name: <c>--take</c> writes its design file.</param>
/// <param name="Values">Of each axis, by the key's path.</param>
/// <param name="Accuracy">In fixed point, by the integer reference, 0..1.</param>
/// <param name="ErrorRate">Phone error rate in fixed point, from 0; null without phones.</param>
/// <param name="FloatAccuracy">Of the same network in floating point, 0..1.</param>
/// <param name="CyclesPerFrame">From one step to the next, streams interleaved.</param>
/// <param name="CyclesSingleStream">First input beat to last output beat of one step.</param>
/// <param name="LatencyMicroseconds">The same in time.</param>
/// <param name="Multipliers">In all units.</param>
/// <param name="MemoryBits">In all memories.</param>
/// <param name="Parameters">Stored numbers of the network.</param>
/// <param name="OnFront">No other point beats it.</param>
/// <param name="Reason">Why it failed.</param>
public sealed record ExploredPoint(
    string Design, IReadOnlyDictionary<string, string> Values,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Accuracy, double? ErrorRate, double? FloatAccuracy,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? CyclesPerFrame, long? CyclesSingleStream, double? LatencyMicroseconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? EnergyPerFrameNanojoule,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Lut,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Ff,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Dsp,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Bram36,
    long? Multipliers, long? MemoryBits, long? Parameters, bool OnFront, string? Reason)
{
    /// <summary>In fixed point under the sweep's attack, 0..1.</summary>
    public double? RobustAccuracy { get; init; }

    /// <summary>Of the same network in floating point.</summary>
    public double? FloatRobustAccuracy { get; init; }
}

/// <param name="Design">The point's name.</param>
/// <param name="File">Its design file.</param>
/// <param name="Artifacts">Where its trained network lies already; null when it was not trained yet.</param>
public sealed record TakeResult(string Design, string File, string? Artifacts) : VerbResult
{
    internal override IEnumerable<string> Lines()
    {
        yield return $"{Design}: wrote {File}{(Artifacts is null ? "" : ", and its trained network to " + Artifacts)}";
        yield return $"next: hwgen run {File}";
    }
}
