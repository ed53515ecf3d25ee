namespace HwGen.Sim.CoSimulation;

/// <summary>The first word in which simulation and reference differ.</summary>
/// <param name="Run">Which run: unstalled, stalled, single-step, after-reset, or memory readback.</param>
/// <param name="Cycle">Cycle of the simulation.</param>
/// <param name="Tap">Tap that showed it; for a memory that was read back its image's file.</param>
/// <param name="Layer">Layer, for instance "layer 0 (gru)".</param>
/// <param name="Sequence">Sequence of the stimulus, from 0; −1 where there is none.</param>
/// <param name="Step">Step within the sequence, from 0; −1 where there is none.</param>
/// <param name="RowBlock">Block of the vector or matrix product, in words.</param>
/// <param name="Stage">Stage of the pipeline.</param>
/// <param name="Bin">Lane: a bin of a spectrum or an element of the block.</param>
/// <param name="Expected">Raw word of the reference, or what was expected instead of a word.</param>
/// <param name="Actual">Raw word of the simulation, or what was seen instead of a word.</param>
public sealed record Divergence(
    string Run, long Cycle, string Tap, string Layer, int Sequence, int Step, string RowBlock, string Stage, string Bin, string Expected, string Actual)
{
    public override string ToString()
    {
        string where = Sequence < 0 ? "" : $", sequence {Sequence}, step {Step}";
        if (Run == "readback") return $"memory {Tap}, {RowBlock}: expected {Expected}, simulated {Actual} (read back; no tap showed it)";
        return $"tap {Tap}: {Layer}{where}, {RowBlock}, {Stage}, {Bin}: expected {Expected}, simulated {Actual} (cycle {Cycle}, {Run} run)";
    }
}
