namespace HwGen.Cli.Steps;

/// <summary>What the second phase of a guided exploration makes as good as the budget lets it.</summary>
public enum Objective
{
    /// <summary>Frames a second, streams interleaved.</summary>
    FramesPerSecond,

    /// <summary>Frames of a joule, by the energy estimate.</summary>
    FramesPerJoule,

    /// <summary>Time from a step's first input to its last output.</summary>
    Latency,
}
