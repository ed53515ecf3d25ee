using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace HwGen.Benchmarks;

/// <summary>Energy a frame over the block size, and for scale the operations of the dense network and those that are executed.</summary>
internal static class EnergyPlot
{
    public static void Write(string path, IReadOnlyList<EnergyCheck> rows)
    {
        var model = new PlotModel { Title = "Energy and operations a frame", DefaultFont = "sans-serif", Background = OxyColors.White };
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Bottom, Title = "block size k (1: dense)", Base = 2, MajorGridlineStyle = LineStyle.Dot });
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Left, Title = "pJ, published 45 nm constants; gates: pJ at 180 nm, without memories", Key = "energy", MajorGridlineStyle = LineStyle.Dot });
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Right, Title = "operations", Key = "operations" });
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopRight });
        Add("estimate, with memories", "energy", r => r.Published.Total * 1e12, OxyColor.FromRgb(0x1f, 0x6f, 0xb4), LineStyle.Solid);
        Add("gate level, 180 nm, logic", "energy", r => r.Gates * 1e12, OxyColor.FromRgb(0x3a, 0x8f, 0x3a), LineStyle.Solid);
        Add("executed operations", "operations", r => r.Executed, OxyColor.FromRgb(0xc4, 0x4e, 0x1f), LineStyle.Dash);
        Add("dense-equivalent operations", "operations", r => r.DenseEquivalent, OxyColor.FromRgb(0x80, 0x80, 0x80), LineStyle.Dash);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, new SvgExporter { Width = 760, Height = 480 }.ExportToString(model));

        void Add(string title, string axis, Func<EnergyCheck, double> of, OxyColor color, LineStyle style)
        {
            var line = new LineSeries { Title = title, YAxisKey = axis, Color = color, LineStyle = style, MarkerType = MarkerType.Circle, MarkerFill = color };
            foreach (EnergyCheck row in rows) line.Points.Add(new(row.BlockSize, of(row)));
            model.Series.Add(line);
        }
    }
}
