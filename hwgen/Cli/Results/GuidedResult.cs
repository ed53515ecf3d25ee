using System.Globalization;
using HwGen.Cli.Steps;
using HwGen.Explore;
using HwGen.Explore.Sweeps;

namespace HwGen.Cli.Results;

/// <param name="Design">The name of the design that the points lie around.</param>
/// <param name="Target">Accuracy that was asked for, 0..1; null when nothing was trained.</param>
/// <param name="Networks">Phase I: each network, trained or skipped, and why.</param>
/// <param name="Bits">Phase II: accuracy in fixed point of each word length tried.</param>
/// <param name="Engines">Phase II: sizes that there are for the network.</param>
/// <param name="Planned">Of these planned whole; the others' bounds are no better than the best, or beyond the budget.</param>
/// <param name="Objective">What was made as good as the budget lets it.</param>
/// <param name="Point">What was found; null when nothing fits.</param>
/// <param name="Value">Of the objective: frames a second, frames a joule or microseconds.</param>
/// <param name="Whole">The best point of the whole sweep by the same rules; null when the store does not hold the whole sweep.</param>
/// <param name="WholeNetworks">Networks that the whole sweep trains.</param>
public sealed record GuidedResult(
    string Design, double? Target, IReadOnlyList<NetworkDecision> Networks, IReadOnlyList<WordAccuracy> Bits, int Engines, int Planned, Objective Objective,
    ExploredPoint? Point, double? Value, WholeSweep? Whole, int WholeNetworks) : VerbResult
{
    /// <summary>Networks trained, or found trained.</summary>
    public int Trained => Networks.Count(n => n.Accuracy is not null);

    public override bool Passed => Point is not null;

    internal override IEnumerable<string> Lines()
    {
        yield return $"phase I: {Trained} of {Networks.Count} networks trained, accuracy of at least {Show.Percent(Target)} wanted";
        foreach (string line in TextTable.Render(["network", "multiplications", "BRAM36 of weights", "accuracy", ""],
            Networks.Select(n => (string[])[n.Network.Name, Show.Count(n.Network.Multiplies), n.Network.Bram36.ToString("0.0", CultureInfo.InvariantCulture), Show.Percent(n.Accuracy), n.Why])))
            yield return line;
        yield return "";
        yield return $"phase II: {string.Join(", ", Bits.Select(b => $"{b.Bits} bits {Show.Percent(b.Accuracy)}"))}; {Show.Count(Planned)} of {Show.Count(Engines)} engines planned";
        if (Point is null)
        {
            yield return "no engine of this space holds the budget";
            yield break;
        }
        yield return $"found: {Describe(Point, Value)}";
        if (Whole is { } whole)
        {
            yield return $"the whole sweep ({WholeNetworks} networks) by the same rules: {Describe(whole.Best, whole.Value)}";
            yield return $"the guided point's accuracy is {Show.Points(Point.Accuracy - whole.Best.Accuracy)} against it; the most accurate of all {Show.Count(whole.Points)} points has {Show.Percent(whole.MostAccurate.Accuracy)} ({whole.MostAccurate.Design})";
        }
        yield return $"take it: hwgen explore DESIGN --take {Point.Design}";
    }

    private string Describe(ExploredPoint point, double? value)
    {
        string unit = Objective switch { Objective.FramesPerSecond => "frames/s", Objective.FramesPerJoule => "frames/J", _ => "µs" };
        return $"{point.Design} ({string.Join(", ", point.Values.Select(v => $"{v.Key[(v.Key.LastIndexOf('.') + 1)..]} {v.Value}"))}): {Show.Percent(point.Accuracy)}, {value?.ToString("N1", CultureInfo.InvariantCulture) ?? "-"} {unit}, {Show.Count(point.CyclesPerFrame ?? 0)} cycles a frame, {Show.Count(point.Multipliers ?? 0)} multipliers";
    }
}

/// <param name="Best">The point with the best objective that is accurate enough and in the budget; the most accurate one in the budget where none is.</param>
/// <param name="Value">Its objective.</param>
/// <param name="MostAccurate">Of all points.</param>
/// <param name="Points">That have figures.</param>
public sealed record WholeSweep(ExploredPoint Best, double? Value, ExploredPoint MostAccurate, int Points);
