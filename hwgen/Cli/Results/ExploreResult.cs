using System.Globalization;
using System.Text.Json.Serialization;

namespace HwGen.Cli.Results;

/// <param name="Design">The name of the design that the points lie around.</param>
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

    internal override IEnumerable<string> Lines()
    {
        int failed = Points.Count(p => p.Reason is not null);
        yield return $"{Design}: {Show.Count(Total)} points, {Show.Count(failed)} failed, {Show.Count(Evaluated)} evaluated now; the front by {string.Join(", ", Front)}:";
        string[] axes = [.. Points.SelectMany(p => p.Values.Keys).Distinct()];
        foreach (string line in TextTable.Render(
            ["design", .. axes.Select(a => a[(a.LastIndexOf('.') + 1)..]), "accuracy", "cycles/frame", "multipliers", "memory bits", "LUT", "FF", "DSP", "BRAM36"],
            Points.Where(p => p.OnFront).OrderByDescending(p => p.Accuracy).ThenBy(p => p.CyclesPerFrame).Take(MostLines).Select(p => (string[])
                [p.Design, .. axes.Select(a => p.Values.GetValueOrDefault(a, "")), Show.Percent(p.Accuracy), Count(p.CyclesPerFrame), Count(p.Multipliers), Count(p.MemoryBits),
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
    long? Multipliers, long? MemoryBits, long? Parameters, bool OnFront, string? Reason);

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
