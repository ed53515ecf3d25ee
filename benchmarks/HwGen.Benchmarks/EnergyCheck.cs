using System.Globalization;
using System.Text.Json;
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

    /// <summary>What the constants of the gates' technology are fitted to: none of them is among the designs that are checked.</summary>
    private static readonly RandomDesign[] Fitted =
    [
        Gru(2, 1, 10, 2, 8, 8, 3), Gru(3, 2, 6, 1, 8, 10, 3), Gru(4, 4, 10, 2, 12, 12, 5), Gru(5, 8, 12, 1, 16, 8, 4),
    ];

    /// <param name="output">Where the table goes.</param>
    /// <param name="folder">Where the plot and the netlists go.</param>
    /// <param name="file">energy.json, in which the fitted constants are put when it is given.</param>
    public static async Task RunAsync(TextWriter output, string folder, string? file)
    {
        EnergyConstants gate = await FitAsync(output, folder);
        if (file is not null)
        {
            var known = JsonSerializer.Deserialize<Dictionary<string, EnergyConstants>>(await File.ReadAllTextAsync(file), EnergyConstants.Json)!;
            known["osu018"] = gate;
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(known, EnergyConstants.Json) + "\n");
        }
        await output.WriteLineAsync($"GRU {Inputs} to {Hidden}, dense {Outputs}, {Bits} bits, one element, one lane; random weights and words, {Steps} steps.");
        await output.WriteLineAsync($"Gates: yosys to osu018 (180 nm, 1.8 V), logic without memories; icarus, no delays, every output beat compared; OpenSTA report_power with each net's own toggles at {GatePower.ClockHertz / 1e6:0} MHz; no wires, no clock tree.");
        await output.WriteLineAsync($"{"k",3}{"cycles",8}{"cells",8}{"beats",7}{"dense-eq. ops",15}{"executed ops",14}{"45 nm, pJ",12}{"of it memory",14}{"logic est., nJ",16}{"gates, nJ",11}{"error",9}");
        var rows = new List<EnergyCheck>();
        foreach (int k in BlockSizes)
        {
            AcceleratorPlan plan = Gru(Seed, k, Bits, 1, Inputs, Hidden, Outputs).Plan();
            OperationCount operations = PlanOperations.Of(plan);
            GatePower gates = await MeasureAsync(plan, Path.Join(folder, $"k{k}"));
            EnergyEstimate published = EnergyModel.Of(operations);
            double logic = EnergyModel.Of(operations with { MemoryWords = [] }, gate).Total;
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

    /// <summary>A GRU and a dense layer of one block size on an engine of one lane.</summary>
    private static RandomDesign Gru(int seed, int k, int bits, int elements, int input, int hidden, int outputs) =>
        new(seed, [new GruLayer(input, hidden, k), new DenseLayer(hidden, outputs, k)], bits, new(elements, 100, 1) { VectorLanes = 1 });

    /// <summary>Two constants by least squares of relative errors: a factor on the published energies of operations, and that of a register bit.</summary>
    private static async Task<EnergyConstants> FitAsync(TextWriter output, string folder)
    {
        double oo = 0, or = 0, rr = 0, o1 = 0, r1 = 0;
        for (int i = 0; i < Fitted.Length; i++)
        {
            AcceleratorPlan plan = Fitted[i].Plan();
            GatePower gates = await MeasureAsync(plan, Path.Join(folder, $"fit{i}"));
            double joules = gates.Watts / GatePower.ClockHertz * plan.Schedule.IntervalCycles;
            OperationCount operations = PlanOperations.Of(plan) with { MemoryWords = [] };
            double o = EnergyModel.Of(operations with { ClockedBits = 0 }).Total / joules, r = 1e-12 * operations.ClockedBits / joules;
            (oo, or, rr, o1, r1) = (oo + o * o, or + o * r, rr + r * r, o1 + o, r1 + r);
        }
        double determinant = oo * rr - or * or, factor = (o1 * rr - r1 * or) / determinant, bit = (r1 * oo - o1 * or) / determinant;
        if (factor < 0) (factor, bit) = (0, r1 / rr);
        if (bit < 0) (factor, bit) = (o1 / oo, 0);
        (factor, bit) = (Math.Round(factor, 2), Math.Round(bit, 4));
        EnergyConstants published = EnergyConstants.Published;
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Constants of the logic at 180 nm, fitted to {Fitted.Length} other GRUs: published energies of operations times {factor}, a register bit {bit} pJ a cycle."));
        return new($"180 nm, 1.8 V (osu018), logic only: build.sh bench energy, fitted to the gate-level power of {Fitted.Length} GRUs of seeds 2 to 5; published45nm times {factor.ToString(CultureInfo.InvariantCulture)}, but for the register bit; memories not measured, scaled alike",
            Scaled(published.AddBase), Scaled(published.AddBit), Scaled(published.Multiply), published.MultiplyPower, Scaled(published.MemoryBit), bit);

        double Scaled(double energy) => Math.Round(factor * energy, 5);
    }

    private static async Task<GatePower> MeasureAsync(AcceleratorPlan plan, string work)
    {
        if (Directory.Exists(work)) Directory.Delete(work, true);
        Directory.CreateDirectory(work);
        return await GatePower.MeasureAsync(plan, [Words(plan)], work);
    }

    private static long[][] Words(AcceleratorPlan plan)
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, Steps).Select(_ => Enumerable.Range(0, plan.Input.Size).Select(_ => random.NextInt64(plan.InputFormat.Min, plan.InputFormat.Max + 1)).ToArray())];
    }
}
