using HwGen.Core.Plan;
using HwGen.Sim.Reference;

namespace HwGen.Sim.CoSimulation;

/// <summary>What a co-simulation found.</summary>
/// <param name="Words">Words compared at taps and on the output stream, over all runs.</param>
/// <param name="Mismatches">Words and memory rows that differ.</param>
/// <param name="MemoryRows">Rows of memories that were read back and compared.</param>
/// <param name="Sequences">Sequences of the unstalled run.</param>
/// <param name="CyclesPredicted">Total of the unstalled run.</param>
/// <param name="CyclesSimulated">Total of the unstalled run.</param>
/// <param name="CyclesPerFrame">Interval between steps, simulated.</param>
/// <param name="CyclesSingleStream">One step alone, simulated: first input beat to last output beat.</param>
/// <param name="LintWarnings">Lines of lint with -Wall.</param>
/// <param name="First">The first divergence, or null.</param>
/// <param name="Waveform">File of the divergence's waveform, or null.</param>
/// <param name="Predictions">Class of each sequence's steps, decoded from the simulated output words.</param>
/// <param name="ReferencePredictions">Class of each sequence's steps by the reference.</param>
/// <param name="Saturations">Saturations that the reference met in the unstalled run.</param>
public sealed record VerifyResult(
    long Words, long Mismatches, long MemoryRows, int Sequences, long CyclesPredicted, long CyclesSimulated, double CyclesPerFrame, double CyclesSingleStream,
    IReadOnlyList<string> LintWarnings, Divergence? First, string? Waveform,
    IReadOnlyList<int[]> Predictions, IReadOnlyList<int[]> ReferencePredictions, SaturationCounts Saturations)
{
    /// <summary>Whether every check held.</summary>
    public bool Passed(AcceleratorPlan plan) =>
        Mismatches == 0 && LintWarnings.Count == 0 && CyclesPredicted == CyclesSimulated
        && CyclesPerFrame == plan.Schedule.IntervalCycles && CyclesSingleStream == plan.SingleStreamCycles
        && Predictions.SelectMany(p => p).SequenceEqual(ReferencePredictions.SelectMany(p => p));
}
