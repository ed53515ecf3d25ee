using HwGen.Core.Plan;

namespace HwGen.Core.Cost;

/// <summary>Energy of a frame from what the engine executes for it: an estimate of the ratios between designs rather than of a device.</summary>
public static class EnergyModel
{
    private const double Picojoule = 1e-12, ReferenceBits = 65_536;

    /// <summary>Energy of one step of one stream in the steady state, in joules.</summary>
    /// <param name="plan">The design.</param>
    /// <param name="constants">Null takes <see cref="EnergyConstants.Published"/>.</param>
    public static EnergyEstimate Of(AcceleratorPlan plan, EnergyConstants? constants = null) => Of(PlanOperations.Of(plan), constants);

    /// <summary>Energy of operations, in joules.</summary>
    public static EnergyEstimate Of(OperationCount operations, EnergyConstants? constants = null)
    {
        EnergyConstants c = constants ?? EnergyConstants.Published;
        return new(
            Picojoule * operations.Multiplies.Sum(m => m.Count * c.Multiply * Math.Pow((double)m.ABits * m.BBits, c.MultiplyPower)),
            Picojoule * operations.Adds.Sum(a => a.Count * (c.AddBase + c.AddBit * a.Bits)),
            Picojoule * operations.MemoryWords.Sum(m => m.Count * c.MemoryBit * m.Bits * Math.Sqrt((double)m.Bits * m.Rows / ReferenceBits)),
            Picojoule * operations.ClockedBits * c.RegisterBit);
    }
}
