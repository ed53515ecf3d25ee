using HwGen.Cli.Results;
using HwGen.Core.Design;

namespace HwGen.Cli.Report;

/// <summary>A figure as a page or plot shows it.</summary>
/// <param name="Name">Of <see cref="FigureName.All"/>.</param>
/// <param name="Title">For people.</param>
/// <param name="Value">Of a point.</param>
internal sealed record SweepFigure(string Name, string Title, Func<ExploredPoint, double?> Value)
{
    public static IReadOnlyList<SweepFigure> All { get; } =
    [
        new(FigureName.Accuracy, "Accuracy, %", p => 100 * p.Accuracy),
        new(FigureName.ErrorRate, "Phone error rate, %", p => 100 * p.ErrorRate),
        new(FigureName.RobustAccuracy, "Robust accuracy, %", p => 100 * p.RobustAccuracy),
        new(FigureName.CyclesPerFrame, "Cycles a frame", p => p.CyclesPerFrame),
        new(FigureName.CyclesSingleStream, "Cycles, single stream", p => p.CyclesSingleStream),
        new(FigureName.LatencyMicroseconds, "Latency, µs", p => p.LatencyMicroseconds),
        new(FigureName.Multipliers, "Multipliers", p => p.Multipliers),
        new(FigureName.MemoryBits, "Memory, bits", p => p.MemoryBits),
        new(FigureName.Parameters, "Parameters", p => p.Parameters),
        new(FigureName.Lut, "LUT", p => p.Lut),
        new(FigureName.Ff, "Flip-flops", p => p.Ff),
        new(FigureName.Dsp, "DSP", p => p.Dsp),
        new(FigureName.Bram36, "BRAM (36 Kib)", p => p.Bram36),
        new(FigureName.EnergyPerFrameNanojoule, "Energy a frame, nJ", p => p.EnergyPerFrameNanojoule),
    ];

    /// <summary>Those that some point has.</summary>
    public static IReadOnlyList<SweepFigure> Of(SweepModel model) => [.. All.Where(f => model.Points.Any(p => f.Value(p.Point) is not null))];
}
