using HwGen.Core.Design;

namespace HwGen.Explore.Sweeps;

/// <summary>What is known of a point; null is what nobody has computed.</summary>
public sealed record PointFigures
{
    /// <summary>In fixed point, by the integer reference, 0..1.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Edits from what was recognised to what was said, over labels said, in fixed point, from 0; null where labels have no order.</summary>
    public double? ErrorRate { get; init; }

    /// <summary>Of the same network in floating point, 0..1.</summary>
    public double? FloatAccuracy { get; init; }

    /// <summary>In fixed point under attack: right as it is and not turned, 0..1.</summary>
    public double? RobustAccuracy { get; init; }

    /// <summary>The same of the network in floating point.</summary>
    public double? FloatRobustAccuracy { get; init; }

    /// <summary>From one step to the next, streams interleaved.</summary>
    public long? CyclesPerFrame { get; init; }

    /// <summary>First input beat to last output beat of one step.</summary>
    public long? CyclesSingleStream { get; init; }

    /// <summary><see cref="CyclesSingleStream"/> at the design's clock.</summary>
    public double? LatencyMicroseconds { get; init; }

    public long? Multipliers { get; init; }

    public long? MemoryBits { get; init; }

    /// <summary>Stored numbers of the network.</summary>
    public long? Parameters { get; init; }

    public double? Lut { get; init; }

    public double? Ff { get; init; }

    public double? Dsp { get; init; }

    public double? Bram36 { get; init; }

    public double? EnergyPerFrameNanojoule { get; init; }

    /// <summary>A figure by its name.</summary>
    /// <param name="figure">Of <see cref="FigureName.All"/>.</param>
    public double? this[string figure] => figure switch
    {
        FigureName.Accuracy => Accuracy,
        FigureName.ErrorRate => ErrorRate,
        FigureName.RobustAccuracy => RobustAccuracy,
        FigureName.CyclesPerFrame => CyclesPerFrame,
        FigureName.CyclesSingleStream => CyclesSingleStream,
        FigureName.LatencyMicroseconds => LatencyMicroseconds,
        FigureName.Multipliers => Multipliers,
        FigureName.MemoryBits => MemoryBits,
        FigureName.Parameters => Parameters,
        FigureName.Lut => Lut,
        FigureName.Ff => Ff,
        FigureName.Dsp => Dsp,
        FigureName.Bram36 => Bram36,
        FigureName.EnergyPerFrameNanojoule => EnergyPerFrameNanojoule,
        _ => throw new ArgumentException($"No such figure: '{figure}'.", nameof(figure)),
    };
}
