using HwGen.Cli.Results;

namespace HwGen.Cli.Report;

/// <summary>What the template prints: the model's numbers as text, and its curves as plots.</summary>
internal sealed class ReportView
{
    public ReportView(ReportModel model)
    {
        var verification = model.Verification;
        Design = model.Design;
        Subtitle = $"block-circulant, k = {model.BlockSize}, {model.Bits}-bit words, {Show.Number(model.ClockMegahertz)} MHz";
        Passed = verification is { Words: > 0, Mismatches: 0, LintWarnings: 0 } && model.Cycles.Predicted == model.Cycles.Simulated;
        Verdict = Passed ? "Bit-exact" : "Not proven";
        VerdictText = $"{Show.Count(verification.Words)} words compared over {Show.Count(verification.Sequences)} sequences, "
            + (verification.Mismatches == 0 ? "none differs." : $"{Show.Count(verification.Mismatches)} differ.");
        FirstDivergence = verification.FirstDivergence ?? "";
        Facts = FactsOf(model);
        Accuracy = [.. model.Accuracy.Select(a => new AccuracyView(a.Label, Show.Percent(a.Accuracy), a.Over))];
        Utilization = [.. model.Utilization.Select(u => new UnitView(u.Unit, Show.Count(u.Multipliers), Show.Percent(u.Share), BarWidth(u.Share)))];
        Powers = PowerAxis.Of(model.Tensors);
        Tensors = [.. model.Tensors.Select(t => TensorView.Of(t, Powers))];
        Widths = [.. model.Widths.Select(w => new WidthView(w.Name, $"{Show.Number(w.From)} to {Show.Number(w.To)}", w.NeededBits, w.WidthBits,
            w.Saturates ? "saturates" : w.NeededBits <= w.WidthBits ? "cannot overflow" : "CAN OVERFLOW"))];
        Plots = [.. ReportPlots.Of(model)];
    }

    public string Design { get; }

    public string Subtitle { get; }

    public bool Passed { get; }

    public string Verdict { get; }

    public string VerdictText { get; }

    public string FirstDivergence { get; }

    public IReadOnlyList<FactGroup> Facts { get; }

    public IReadOnlyList<AccuracyView> Accuracy { get; }

    public IReadOnlyList<UnitView> Utilization { get; }

    public PowerAxis Powers { get; }

    public IReadOnlyList<TensorView> Tensors { get; }

    public IReadOnlyList<WidthView> Widths { get; }

    public IReadOnlyList<PlotView> Plots { get; }

    /// <summary>A share as the width of a bar of 100 units.</summary>
    internal static string BarWidth(double share) => Show.Number(100 * Math.Clamp(share, 0, 1));

    private static IReadOnlyList<FactGroup> FactsOf(ReportModel model)
    {
        var (size, cycles, verification) = (model.Size, model.Cycles, model.Verification);
        string Time(long count) => $"{Show.Count(count)} cycles, {Show.Number(count / model.ClockMegahertz)} µs";
        return
        [
            new("Speed",
            [
                new("Step, interleaved", Time(cycles.PerFrame)),
                new("Step, single stream", Time(cycles.SingleStream)),
                new("Run, predicted", $"{Show.Count(cycles.Predicted)} cycles"),
                new("Run, simulated", $"{Show.Count(cycles.Simulated)} cycles"),
                new("Multiplies a step", Show.Count(cycles.ExecutedMultiplies)),
                new("Same, dense weights", Show.Count(cycles.DenseMultiplies)),
            ]),
            new("Size",
            [
                new("Parameters", Show.Count(size.Parameters)),
                new("Parameters, dense", Show.Count(size.DenseParameters)),
                new("Compression", size.Parameters == 0 ? "-" : $"{Show.Number((double)size.DenseParameters / size.Parameters)} times"),
                new("Memory in hardware", $"{Show.Count(size.MemoryBits)} bits"),
            ]),
            new("Verification",
            [
                new("Words compared", Show.Count(verification.Words)),
                new("Words that differ", Show.Count(verification.Mismatches)),
                new("Test sequences", Show.Count(verification.Sequences)),
                new("Taps", Show.Count(verification.Taps)),
                new("Lint warnings", Show.Count(verification.LintWarnings)),
                new("Faults found", verification is { FaultsInjected: { } injected, FaultsFound: { } found }
                    ? $"{found} of {injected}" : "none injected"),
            ]),
        ];
    }
}

internal sealed record FactGroup(string Title, IReadOnlyList<Fact> Facts);

internal sealed record Fact(string Label, string Value);

internal sealed record AccuracyView(string Label, string Accuracy, string Over);

internal sealed record UnitView(string Unit, string Multipliers, string Share, string BarWidth);

internal sealed record WidthView(string Name, string Range, int Needed, int Width, string Verdict);

/// <param name="Title">What is plotted.</param>
/// <param name="Caption">What it means.</param>
/// <param name="Svg">The plot.</param>
/// <param name="Legend">The curves' names in the order of their colours; empty when there is one.</param>
internal sealed record PlotView(string Title, string Caption, Html Svg, IReadOnlyList<LegendEntry> Legend);

/// <param name="Name">The curve.</param>
/// <param name="Number">Of its colour, from 1.</param>
internal sealed record LegendEntry(string Name, int Number);
