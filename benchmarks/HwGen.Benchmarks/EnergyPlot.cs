using System.Text.RegularExpressions;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace HwGen.Benchmarks;

/// <summary>Energy a frame over the block size, and for scale the operations of the dense network and those that are executed.</summary>
internal static partial class EnergyPlot
{
    /// <summary>The exporter measures no text: labels are wider than it takes them to be.</summary>
    private const int Distance = 14;

    public static void Write(string path, IReadOnlyList<EnergyCheck> rows)
    {
        var model = new PlotModel { Title = "Energy and operations a frame", DefaultFont = "sans-serif", Background = OxyColors.White, Padding = new(30, 8, 30, 16) };
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Bottom, Title = "block size k (1: dense)", Base = 2, AxisTitleDistance = Distance, MajorGridlineStyle = LineStyle.Dot });
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Left, Title = "pJ a frame", Key = "energy", AxisTitleDistance = 2 * Distance, MajorGridlineStyle = LineStyle.Dot });
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Right, Title = "operations a frame", Key = "operations", AxisTitleDistance = 2 * Distance });
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.LeftBottom });
        Add("estimate, 45 nm, with memories", "energy", r => r.Published.Total * 1e12, OxyColor.FromRgb(0x1f, 0x6f, 0xb4), LineStyle.Solid);
        Add("gate level, 180 nm, without", "energy", r => r.Gates * 1e12, OxyColor.FromRgb(0x3a, 0x8f, 0x3a), LineStyle.Solid);
        Add("executed operations", "operations", r => r.Executed, OxyColor.FromRgb(0xc4, 0x4e, 0x1f), LineStyle.Dash);
        Add("dense-equivalent operations", "operations", r => r.DenseEquivalent, OxyColor.FromRgb(0x80, 0x80, 0x80), LineStyle.Dash);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, Clip().Replace(new SvgExporter { Width = 760, Height = 480 }.ExportToString(model), "").ReplaceLineEndings("\n"));

        void Add(string title, string axis, Func<EnergyCheck, double> of, OxyColor color, LineStyle style)
        {
            var line = new LineSeries { Title = title, YAxisKey = axis, Color = color, LineStyle = style, MarkerType = MarkerType.Circle, MarkerFill = color };
            foreach (EnergyCheck row in rows) line.Points.Add(new(row.BlockSize, of(row)));
            model.Series.Add(line);
        }
    }

    /// <summary>Would cut texts where the exporter takes them to end.</summary>
    [GeneratedRegex(" clip-path=\"[^\"]*\"")]
    private static partial Regex Clip();
}
