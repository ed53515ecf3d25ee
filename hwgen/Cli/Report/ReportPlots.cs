using OxyPlot;

namespace HwGen.Cli.Report;

/// <summary>Decides which curves of a report are plotted, and how they are labelled.</summary>
internal static class ReportPlots
{
    public static IEnumerable<PlotView> Of(ReportModel model)
    {
        if (model.Training.Count > 0)
        {
            yield return Plot("loss", "Training loss", "Mean loss over the training set, by phase.", "epoch", logarithmic: false,
                Phases(model.Training, p => p.Loss));
            if (model.Training.Any(p => p.Accuracy is not null))
                yield return Plot("accuracy", "Test accuracy", "Share of test sequences classified correctly while training.", "epoch", logarithmic: false,
                    Phases(model.Training, p => p.Accuracy ?? double.NaN));
        }
        if (model.Admm.Count > 0)
            yield return Plot("admm", "ADMM residuals", "Primal: how far the weights are from block-circulant. Dual: how far the target moved. Both relative to the weights' norm.",
                "iteration", logarithmic: true,
                [
                    new("primal", model.Admm.Select(p => new DataPoint(p.Iteration, p.Primal))),
                    new("dual", model.Admm.Select(p => new DataPoint(p.Iteration, p.Dual))),
                ]);
        foreach (var (index, activation) in model.Activations.Index())
            yield return Plot($"activation{index}", $"Error of {activation.Name}", "Hardware minus exact function, over its input.", "input", logarithmic: false,
                [new(activation.Name, activation.Points.Select(p => new DataPoint(p.X, p.Error)))]);
    }

    private static PlotView Plot(
        string id, string title, string caption, string xTitle, bool logarithmic, IReadOnlyList<Curve> curves) =>
        new(title, caption, SvgPlot.Render(id, $"{title}. {caption}", xTitle, logarithmic, curves),
            curves.Count == 1 ? [] : [.. curves.Select((c, i) => new LegendEntry(c.Name, SvgPlot.ColourOf(i)))]);

    private static List<Curve> Phases(IReadOnlyList<TrainingPoint> points, Func<TrainingPoint, double> value) =>
    [
        .. points.GroupBy(p => p.Phase).Select(phase => new Curve(phase.Key, phase.Select(p => new DataPoint(p.Epoch, value(p))))),
    ];
}

internal sealed record Curve(string Name, IEnumerable<DataPoint> Points);
