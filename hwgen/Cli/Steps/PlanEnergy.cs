using HwGen.Core.Cost;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;

namespace HwGen.Cli.Steps;

/// <summary>Energy of a step, from the operations and memory accesses that it executes. An estimate of the order of magnitude: no tool here
/// measures power.</summary>
/// <remarks>Energies of 45 nm at 0.9 V: integer multiply and add of 32 bits, access of 64 bits in 8 kB of SRAM. Source: Horowitz, Computing's
/// energy problem, ISSCC 2014. Factor between an FPGA and standard cells: Kuon, Rose, Measuring the gap between FPGAs and ASICs, FPGA 2006.
/// Clocks, control and what a device takes at rest are left out.</remarks>
internal static class PlanEnergy
{
    private const double MultiplyPicojoule = 3.1, AddPicojoule = 0.1, AccessPicojoule = 10;

    private const int OperandBits = 32, AccessBits = 64;

    /// <summary>Dynamic power of an FPGA against standard cells of the same process.</summary>
    private const double Fabric = 12;

    public const string Basis = "executed multiplies, additions and memory bits at 45 nm (Horowitz, ISSCC 2014), times 12 for an FPGA (Kuon and Rose, 2006); without clocks, control and leakage; not measured";

    public static double StepMicrojoule(AcceleratorPlan plan)
    {
        double share = (double)plan.WordBits / OperandBits;
        // A multiplier grows with both of its sides, an adder and an access with one.
        double picojoule = PlanFacts.ExecutedMultiplies(plan) * share * share * MultiplyPicojoule
            + AdderBits(plan) * AddPicojoule / OperandBits + MemoryBits(plan) * AccessPicojoule / AccessBits;
        return Fabric * picojoule / 1e6;
    }

    private static double AdderBits(AcceleratorPlan plan)
    {
        StepProgram program = plan.Program;
        int k = plan.BlockSize, b = plan.WordBits;
        double Transform(TransformMode mode, TransformPlan transform) => (double)k / mode.BlockSize * ResourceDemand.Of(transform).AdderBits;
        double products = Columns(plan) * plan.Shape.Elements * (double)ResourceDemand.Element(k, b, plan.AccumulatorBits, 1, plan.Shape.Columns).AdderBits;
        double ffts = plan.Schedule.Ffts.Sum(o => plan.Formats.Mode(program.Spectra[o.Spectrum].BlockSize) is var m ? Transform(m, m.Fft) : 0);
        double iffts = plan.Schedule.Drains.Sum(o => plan.Formats.Mode(program.Sums[o.Row.Sum].BlockSize) is var m ? Transform(m, m.Ifft) : 0);
        // Of a lane: a bias to each sum, and about as much again for tables and state.
        double cells = plan.Schedule.Cells.Count * (double)plan.Shape.Lanes * 2 * plan.Control.Slots * (b + 2);
        double linears = Reads(plan) * (double)k * (b + 1);
        return products + ffts + iffts + cells + linears;
    }

    /// <summary>Bits that are read and written.</summary>
    private static double MemoryBits(AcceleratorPlan plan)
    {
        double block = plan.BlockSize * plan.WordBits, lanes = plan.Shape.Lanes;
        return plan.InputBlocks * block
            + plan.Schedule.Ffts.Count * 2 * block
            + Columns(plan) * (plan.Shape.Elements + 1) * plan.Shape.Columns * block
            + plan.Schedule.Drains.Count * block
            + plan.Schedule.Cells.Count * (plan.Control.Slots * block + 4 * lanes * plan.WordBits + (plan.Program.Cells.Count > 0 ? 2 * lanes * plan.StateBits : 0) + lanes * plan.WordBits)
            + Reads(plan) * 2 * block + plan.Schedule.Linears.Count * block
            + plan.OutputBlocks * 3 * block
            + plan.Control.Runs.Sum(r => (double)r.Runs.Count * r.RunWidth);
    }

    /// <summary>Cycles of products.</summary>
    private static double Columns(AcceleratorPlan plan) => plan.Groups.Groups.Sum(g => g.Columns.Count);

    /// <summary>Sums that the linear unit reads.</summary>
    private static double Reads(AcceleratorPlan plan) => plan.Schedule.Linears.Sum(o => plan.Program.Linears[o.Linear].Windows[0].Length);
}
