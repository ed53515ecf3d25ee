namespace HwGen.Core.Design;

/// <summary>The figures of a point of a design space that a front can weigh against each other.</summary>
public static class FigureName
{
    /// <summary>Share classified right in fixed point.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Edits over true labels in fixed point, where labels have an order: the phone error rate.</summary>
    public const string ErrorRate = "error_rate";

    /// <summary>Share classified right in fixed point under attack.</summary>
    public const string RobustAccuracy = "robust_accuracy";

    public const string CyclesPerFrame = "cycles_per_frame";

    public const string CyclesSingleStream = "cycles_single_stream";

    public const string LatencyMicroseconds = "latency_microseconds";

    public const string Multipliers = "multipliers";

    public const string MemoryBits = "memory_bits";

    public const string Parameters = "parameters";

    public const string Lut = "lut";

    public const string Ff = "ff";

    public const string Dsp = "dsp";

    public const string Bram36 = "bram36";

    public const string EnergyPerFrameNanojoule = "energy_per_frame_nanojoule";

    /// <summary>In the order that messages and tables list them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Accuracy, ErrorRate, RobustAccuracy, CyclesPerFrame, CyclesSingleStream, LatencyMicroseconds, Multipliers, MemoryBits, Parameters,
        Lut, Ff, Dsp, Bram36, EnergyPerFrameNanojoule,
    ];

    /// <summary>What a front weighs when the design file does not say.</summary>
    public static IReadOnlyList<string> DefaultFront { get; } = [Accuracy, CyclesPerFrame, Multipliers];

    public static bool IsBetterWhenLarger(string figure) => figure is Accuracy or RobustAccuracy;

    /// <summary>Whether only a trained network has it.</summary>
    public static bool IsOfTraining(string figure) => figure is Accuracy or ErrorRate or RobustAccuracy;
}
