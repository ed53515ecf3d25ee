namespace HwGen.Cli.Results;

/// <summary>What one answer of the network takes.</summary>
/// <param name="Steps">Steps of the engine: those of a sequence where its length is known, else one.</param>
/// <param name="Cycles">From the first beat in to the last beat out, nothing stalled.</param>
/// <param name="EnergyMicrojoule">Estimate, not measured: see <see cref="EnergyBasis"/>.</param>
public sealed record Inference(int Steps, long Cycles, double EnergyMicrojoule)
{
    /// <summary>What the energy is made of.</summary>
    public string EnergyBasis => "operations, memory words and clocked registers at 45 nm by published energies, times 12 for an FPGA (Kuon and Rose, 2006); not measured";
}
