using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace HwGen.Benchmarks;

/// <summary>Time and memory over n, both axes logarithmic, with the fitted laws as lines.</summary>
internal static class CostPlot
{
    public static void Write(string path, string title, IReadOnlyList<(string Name, IReadOnlyList<(double N, double Cost)> Points, Func<double, double> Law, string LawName)> curves)
    {
        var model = new PlotModel { Title = title, DefaultFont = "sans-serif", Background = OxyColors.White };
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Bottom, Title = "n", Base = 2, Minimum = 200, Maximum = 10_500, MajorGridlineStyle = LineStyle.Dot });
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Left, MajorGridlineStyle = LineStyle.Dot });
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopLeft });
        OxyColor[] colors = [OxyColor.FromRgb(0x1f, 0x6f, 0xb4), OxyColor.FromRgb(0xc4, 0x4e, 0x1f)];
        foreach (var (index, (name, points, law, lawName)) in curves.Index())
        {
            var marks = new ScatterSeries { Title = name, MarkerType = MarkerType.Circle, MarkerFill = colors[index], MarkerSize = 4 };
            foreach (var (n, cost) in points) marks.Points.Add(new(n, cost));
            model.Series.Add(marks);
            var line = new LineSeries { Title = lawName, Color = colors[index], StrokeThickness = 1 };
            for (double n = points.Min(p => p.N); n <= points.Max(p => p.N) * 1.001; n *= Math.Pow(2, 0.25)) line.Points.Add(new(n, law(n)));
            model.Series.Add(line);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, new SvgExporter { Width = 640, Height = 420 }.ExportToString(model));
    }
}
