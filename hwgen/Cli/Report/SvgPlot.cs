using System.Globalization;
using System.Text.RegularExpressions;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace HwGen.Cli.Report;

/// <summary>Draws curves as an SVG element that takes its colours from the page, so that it follows light and dark.</summary>
internal static partial class SvgPlot
{
    private const int Width = 420, Height = 270;

    /// <summary>More points than this are drawn with a thin line.</summary>
    private const int ManyPoints = 500;

    // Stand-ins that the page's colours replace: the exporter knows no CSS.
    private static readonly OxyColor Ink = OxyColor.FromRgb(1, 2, 1);
    private static readonly OxyColor Grid = OxyColor.FromRgb(1, 2, 2);
    private const int FirstCurve = 10, CurveColours = 3;

    /// <summary>Number of the page's colour for a curve, from 1; they repeat.</summary>
    public static int ColourOf(int curve) => 1 + curve % CurveColours;

    /// <param name="id">Unique in the page.</param>
    /// <param name="label">What a screen reader says.</param>
    /// <param name="xTitle">Below the horizontal axis.</param>
    /// <param name="logarithmic">The vertical axis is; values that are not above zero are left out.</param>
    /// <param name="curves">Drawn in the page's curve colours, in turn.</param>
    public static Html Render(string id, string label, string xTitle, bool logarithmic, IReadOnlyList<Curve> curves)
    {
        var model = new PlotModel { TextColor = Ink, PlotAreaBorderThickness = new(0), Padding = new(24, 8, 14, 8), DefaultFontSize = 12, Background = OxyColors.Undefined };
        Axis vertical = logarithmic ? new LogarithmicAxis() : new LinearAxis();
        AddAxis(model, vertical, AxisPosition.Left, null, LineStyle.Solid);
        AddAxis(model, new LinearAxis(), AxisPosition.Bottom, xTitle, LineStyle.None);
        foreach (var (index, curve) in curves.Index())
        {
            var points = curve.Points.Where(p => double.IsFinite(p.Y) && (!logarithmic || p.Y > 0)).ToList();
            var series = new LineSeries
            {
                Color = OxyColor.FromRgb(1, 2, (byte)(FirstCurve + ColourOf(index))),
                StrokeThickness = points.Count > ManyPoints ? 1 : 2,
            };
            series.Points.AddRange(points);
            // A line needs two points; a single one is drawn as a dot.
            if (series.Points.Count == 1) (series.MarkerType, series.MarkerFill) = (MarkerType.Circle, series.Color);
            model.Series.Add(series);
        }
        return new(Adapt(new SvgExporter { Width = Width, Height = Height }.ExportToString(model), id, label));
    }

    private static void AddAxis(PlotModel model, Axis axis, AxisPosition position, string? title, LineStyle grid)
    {
        (axis.Position, axis.Title) = (position, title);
        (axis.TicklineColor, axis.MinorTickSize) = (Grid, 0);
        (axis.MajorGridlineStyle, axis.MajorGridlineColor) = (grid, Grid);
        (axis.AxislineStyle, axis.AxislineColor) = (position == AxisPosition.Bottom ? LineStyle.Solid : LineStyle.None, Grid);
        (axis.StringFormat, axis.AxisTitleDistance) = ("G4", 10);
        model.Axes.Add(axis);
    }

    private static string Adapt(string svg, string id, string label)
    {
        int body = svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1;
        string text = svg[body..].ReplaceLineEndings("\n").TrimEnd();
        text = text.Replace("clipPath", "\u0001", StringComparison.Ordinal);
        text = ClipName().Replace(text, $"{id}-clip$1").Replace("\u0001", "clipPath", StringComparison.Ordinal);
        text = FontFamily().Replace(text, "");
        text = FillAttribute().Replace(text, "class=\"plot-text\"");
        text = Colour().Replace(text, "var(--plot-$1)");
        return string.Create(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Html.Escape(label)}\">{text}");
    }

    [GeneratedRegex("\u0001([0-9]+)")]
    private static partial Regex ClipName();

    [GeneratedRegex(" font-family=\"[^\"]*\"")]
    private static partial Regex FontFamily();

    [GeneratedRegex(@"fill=""rgb\(1,2,1\)""")]
    private static partial Regex FillAttribute();

    [GeneratedRegex(@"rgb\(1,2,([0-9]+)\)")]
    private static partial Regex Colour();
}
