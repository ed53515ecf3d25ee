using System.Globalization;
using HwGen.Core.Cost;
using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Benchmarks;

/// <summary>The energy model beside gate-level power: one small GRU with every block size, dense (k = 1) included.</summary>
/// <param name="BlockSize">k.</param>
/// <param name="Cycles">A frame.</param>
/// <param name="DenseEquivalent">Operations of the dense network, a frame.</param>
/// <param name="Executed">Operations that the engine executes, a frame.</param>
/// <param name="Published">Estimate with published constants, joules a frame.</param>
/// <param name="Logic">Estimate of the logic alone with the constants of the gates' technology, joules a frame.</param>
/// <param name="Gates">Gate-level energy of the logic, joules a frame.</param>
internal sealed record EnergyCheck(int BlockSize, int Cycles, double DenseEquivalent, double Executed, EnergyEstimate Published, double Logic, double Gates)
{
    private const int Bits = 8, Inputs = 16, Hidden = 16, Outputs = 4, Steps = 3, Seed = 1;

    private static readonly int[] BlockSizes = [1, 2, 4, 8, 16];

    /// <param name="output">Where the table goes.</param>
    /// <param name="folder">Where the plot and the netlists go.</param>
    public static async Task RunAsync(TextWriter output, string folder)
    {
        await output.WriteLineAsync($"GRU {Inputs} to {Hidden}, dense {Outputs}, {Bits} bits, one element; random weights and words, {Steps} steps.");
        await output.WriteLineAsync($"Gates: yosys to osu018 (180 nm, 1.8 V), logic without memories; icarus, no delays, every output beat compared; OpenSTA report_power with each net's own toggles at {GatePower.ClockHertz / 1e6:0} MHz; no wires, no clock tree.");
        await output.WriteLineAsync($"{"k",3}{"cycles",8}{"cells",8}{"beats",7}{"dense-eq. ops",15}{"executed ops",14}{"45 nm, pJ",12}{"of it memory",14}{"logic est., nJ",16}{"gates, nJ",11}{"error",9}");
        var rows = new List<EnergyCheck>();
        foreach (int k in BlockSizes)
        {
            AcceleratorPlan plan = new RandomDesign(Seed, k, Bits, 1, Inputs, [Hidden], Outputs).Plan();
            OperationCount operations = PlanOperations.Of(plan);
            string work = Path.Join(folder, $"k{k}");
            if (Directory.Exists(work)) Directory.Delete(work, true);
            Directory.CreateDirectory(work);
            GatePower gates = await GatePower.MeasureAsync(plan, [Words(plan)], work);
            EnergyEstimate published = EnergyModel.Of(operations);
            double logic = EnergyModel.Of(operations with { MemoryWords = [] }, EnergyConstants.GateLevel).Total;
            // Power is an average over the run, in which the pipeline fills and empties: energy goes by the cycles of a frame.
            rows.Add(new(k, plan.Schedule.IntervalCycles, PlanOperations.DenseEquivalent(plan), operations.Operations, published, logic, gates.Watts / GatePower.ClockHertz * plan.Schedule.IntervalCycles));
            EnergyCheck r = rows[^1];
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{k,3}{r.Cycles,8}{gates.Cells,8}{gates.Beats,7}{r.DenseEquivalent,15:F0}{r.Executed,14:F0}{r.Published.Total * 1e12,12:F1}{r.Published.Memory * 1e12,14:F1}{r.Logic * 1e9,16:F2}{r.Gates * 1e9,11:F2}{(r.Logic / r.Gates - 1) * 100,8:F1} %"));
        }
        bool ordered = rows.OrderBy(r => r.Logic).Select(r => r.BlockSize).SequenceEqual(rows.OrderBy(r => r.Gates).Select(r => r.BlockSize));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"rank order {(ordered ? "kept" : "not kept")}; worst error {rows.Max(r => Math.Abs(r.Logic / r.Gates - 1)) * 100:F1} %; to the geometric mean of all {rows.Max(r => Math.Abs(r.Logic / r.Gates / Math.Exp(rows.Average(q => Math.Log(q.Logic / q.Gates))) - 1)) * 100:F1} %"));
        EnergyPlot.Write(Path.Join(folder, "energy.svg"), rows);
    }

    private static long[][] Words(AcceleratorPlan plan)
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, Steps).Select(_ => Enumerable.Range(0, plan.Input.Size).Select(_ => random.NextInt64(plan.InputFormat.Min, plan.InputFormat.Max + 1)).ToArray())];
    }
}
