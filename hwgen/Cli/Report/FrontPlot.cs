using System.Text.RegularExpressions;
using HwGen.Core.Design;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace HwGen.Cli.Report;

/// <summary>A sweep as an SVG file: the front's first two figures that there are, one colour for each value of the first axis, the same again as
/// squares where there are more, points on the front filled.</summary>
internal static partial class FrontPlot
{
    private const int Width = 760, Height = 480, Marker = 5;

    /// <summary>Of a character of the legend, about; the exporter, which measures no text, leaves room for some.</summary>
    private const int CharacterWidth = 8, LegendCharacters = 8;

    /// <summary>Told apart with any colour vision. Source: Okabe, Ito, Color Universal Design (2008).</summary>
    private static readonly OxyColor[] Colours = [.. new uint[] { 0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000 }.Select(c => OxyColor.FromUInt32(0xFF000000 | c))];

    public static string Render(SweepModel model)
    {
        int longest = model.Axes.Count > 0 ? model.Points.Select(p => p.Point.Values[model.Axes[0]].Length).DefaultIfEmpty().Max() : 0;
        int extra = CharacterWidth * Math.Max(0, longest - LegendCharacters);
        var exporter = new SvgExporter { Width = Width + extra, Height = Height };
        var plot = new PlotModel { Title = $"{model.Design}: {model.Points.Count} points", TitleFontSize = 15, DefaultFontSize = 13, Background = OxyColors.White, Padding = new(20, 8, 8 + extra, 16) };
        var known = SweepFigure.Of(model);
        SweepFigure[] wanted = [.. model.Front.SelectMany(f => known.Where(k => k.Name == f)), .. known];
        if (wanted.DistinctBy(f => f.Name).Take(2).ToArray() is not [var first, var second]) return exporter.ExportToString(plot);
        // What grows with quality goes up, what is spent goes right.
        var (y, x) = FigureName.IsBetterWhenLarger(second.Name) ? (second, first) : (first, second);
        plot.Axes.Add(Axis(model, x, AxisPosition.Bottom));
        plot.Axes.Add(Axis(model, y, AxisPosition.Left));
        plot.Legends.Add(new Legend { LegendPosition = LegendPosition.RightTop, LegendPlacement = LegendPlacement.Outside, LegendTitle = model.Axes.Count > 0 ? model.Axes[0][(model.Axes[0].LastIndexOf('.') + 1)..] : null });
        var groups = model.Points.Where(p => x.Value(p.Point) is not null && y.Value(p.Point) is not null)
            .GroupBy(p => model.Axes.Count > 0 ? p.Point.Values[model.Axes[0]] : "");
        foreach (var (index, group) in groups.Index())
            foreach (bool onFront in (bool[])[false, true])       // the front lies above the others
            {
                var colour = Colours[index % Colours.Length];
                var series = new ScatterSeries
                {
                    MarkerType = index < Colours.Length ? MarkerType.Circle : MarkerType.Square,
                    MarkerSize = Marker,
                    MarkerStroke = colour,
                    MarkerStrokeThickness = 1.5,
                    MarkerFill = onFront ? colour : OxyColors.Transparent,
                    Title = onFront ? group.Key : null,
                };
                series.Points.AddRange(group.Where(p => p.Point.OnFront == onFront).Select(p => new ScatterPoint(x.Value(p.Point)!.Value, y.Value(p.Point)!.Value)));
                plot.Series.Add(series);
            }
        return Clip().Replace(exporter.ExportToString(plot), "").ReplaceLineEndings("\n");
    }

    /// <summary>Would cut texts where the exporter takes them to end; nothing else is drawn beyond its place.</summary>
    [GeneratedRegex(" clip-path=\"[^\"]*\"")]
    private static partial Regex Clip();

    /// <summary>Logarithmic where the values span more than a factor of 10.</summary>
    private static Axis Axis(SweepModel model, SweepFigure figure, AxisPosition position)
    {
        double[] values = [.. model.Points.Select(p => figure.Value(p.Point)).OfType<double>()];
        Axis axis = values.Min() > 0 && values.Max() > 10 * values.Min() ? new LogarithmicAxis() : new LinearAxis { MinimumPadding = 0.05, MaximumPadding = 0.05 };
        axis.AxisTitleDistance = 14;     // the exporter measures no text: labels are wider than it takes them to be
        (axis.Position, axis.Title, axis.MajorGridlineStyle, axis.MajorGridlineColor) = (position, figure.Title, LineStyle.Solid, OxyColor.FromRgb(0xe0, 0xe0, 0xe0));
        return axis;
    }
}
