using HwGen.Core.Cost;

namespace HwGen.Cli.Results;

/// <summary>What one answer of the network takes.</summary>
/// <param name="Steps">Steps of the engine: those of a sequence where its length is known, else one.</param>
/// <param name="Cycles">From the first beat in to the last beat out, nothing stalled.</param>
/// <param name="EnergyMicrojoule">Of <see cref="EnergyModel"/>: an estimate, not measured; see <see cref="EnergyBasis"/>.</param>
public sealed record Inference(int Steps, long Cycles, double EnergyMicrojoule)
{
    /// <summary>What the energy is made of.</summary>
    /// <remarks>Factor: Kuon, Rose, Measuring the gap between FPGAs and ASICs, FPGA 2006: dynamic power, logic without hard blocks.</remarks>
    public string EnergyBasis => "executed operations, memory words and clocked registers in standard cells of 45 nm (Horowitz, ISSCC 2014); an FPGA takes about 12 times as much (Kuon and Rose, 2006); not measured";
}
