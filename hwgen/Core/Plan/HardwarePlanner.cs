using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Parts;

namespace HwGen.Core.Plan;

/// <summary>Sizes an engine to a budget: elements, columns and lanes with the shortest interval that the budget holds.</summary>
/// <remarks>The interval that candidates are compared by is a bound: the columns of all groups. What multipliers and block memories are taken is
/// exact for multipliers of up to 18 bits and rounds each memory up to whole halves of blocks; look-up tables are not judged here.</remarks>
public static class HardwarePlanner
{
    private const int MaxColumns = 8;

    /// <summary>iCE40's: one side of a product of three is a bit wider than the words.</summary>
    private const int NarrowestMultiplier = 16;

    /// <summary>A part of the budget is left to what surrounds the engine, and to routing.</summary>
    private const double MemoryShare = 0.95;

    /// <summary>A size may take so much longer than the fastest if it takes fewer multipliers.</summary>
    public const double Slack = 0.03;

    /// <summary>The sizes that fit: the fastest, those within <see cref="Slack"/> of it from the fewest multipliers up, then the others from the shortest
    /// interval up; empty when none fits.</summary>
    /// <param name="network">Batch norm folded; of its weights a sparse engine's size depends on which are zero.</param>
    /// <param name="formats">Tell the transforms and the widths.</param>
    /// <param name="hardware">Streams, and lanes where they are set.</param>
    /// <param name="budget">What may be taken.</param>
    public static IReadOnlyList<HardwareSettings> Candidates(TrainedNetwork network, NetworkFormats formats, HardwareSettings hardware, ResourceCount budget)
    {
        var program = new StepProgram(network.Layers, hardware.SparseBlock);
        SparsePattern? pattern = hardware.Sparse ? new(AcceleratorPlan.Quantize(program, network, formats)) : null;
        bool maps = network.Layers.Any(l => l is ConvLayer);
        var found = new List<(HardwareSettings Settings, int Cycles, long Dsp)>();
        int most = program.Families.Max(f => f.Sum(m => program.Sums[m].Blocks));
        foreach (int columns in maps ? [1] : Enumerable.Range(1, MaxColumns))
            foreach (int elements in Enumerable.Range(1, most).Select(groups => (most + groups - 1) / groups).Distinct())
            {
                int cycles = Cycles(program, elements, columns, pattern);
                foreach (int lanes in Lanes(program, hardware, cycles))
                    foreach (bool three in hardware.Sparse ? [false] : hardware.ThreeMultiply is { } set ? [set] : Math.Max(formats.Bits, formats.WeightBits) < NarrowestMultiplier ? (bool[])[false, true] : [false])
                    {
                        HardwareSettings settings = hardware with { ProcessingElements = elements, ColumnsPerCycle = columns, VectorLanes = lanes, ThreeMultiply = three };
                        int units = hardware.IfftUnits > 0 ? hardware.IfftUnits : Units(program, elements, cycles);
                        long dsp = Multipliers(program, formats, settings, units);
                        if (dsp <= budget.Dsp && Bram36(program, formats, settings, cycles) <= MemoryShare * budget.Bram36) found.Add((settings, cycles, dsp));
                    }
            }
        if (found.Count == 0) return [];
        var fastest = found.MinBy(f => (f.Cycles, f.Dsp));
        return [.. found.OrderBy(f => f == fastest ? 0 : f.Cycles <= fastest.Cycles * (1 + Slack) ? 1 : 2)
            .ThenBy(f => f.Cycles <= fastest.Cycles * (1 + Slack) ? 0 : f.Cycles).ThenBy(f => f.Dsp).Select(f => f.Settings)];
    }

    /// <summary>Multipliers of an engine: those of the elements, the transforms and the lanes.</summary>
    public static long Multipliers(StepProgram program, NetworkFormats formats, HardwareSettings settings, int units) =>
        (long)settings.ProcessingElements * new EngineShape(1, settings.ColumnsPerCycle, 1, 1, 1) { ThreeMultiply = settings.ThreeMultiply == true, Sparse = settings.Sparse }.ElementMultipliers(program.BlockSize)
        + formats.Modes.Sum(m => (long)program.BlockSize / m.BlockSize * (m.Fft.Multipliers + units * m.Ifft.Multipliers))
        + (long)settings.VectorLanes * AcceleratorPlan.MultipliersOfLane(program);

    /// <summary>Lanes that keep up with the elements: all powers of two from the fewest that do.</summary>
    private static IEnumerable<int> Lanes(StepProgram program, HardwareSettings hardware, int cycles)
    {
        int k = program.BlockSize, updates = program.Cells.Sum(c => c.Blocks) * k;
        if (program.Cells.Count == 0 || hardware.VectorLanes > 0 || hardware.Sparse) return [hardware.VectorLanes > 0 ? Math.Min(hardware.VectorLanes, k) : k];
        return [.. Enumerable.Range(0, int.Log2(k) + 1).Select(e => 1 << e).Where(v => v == k || 2 * updates <= v * cycles)];
    }

    /// <summary>Columns of all groups: no interval is shorter.</summary>
    private static int Cycles(StepProgram program, int elements, int columns, SparsePattern? pattern)
    {
        int cycles = 0;
        foreach (int[] family in program.Families)
        {
            SumPlan sum = program.Sums[family[0]];
            if (pattern is not null)
            {
                foreach (RowBlock[] rows in RowGroups.Chunks(program, family, elements))
                    cycles += Math.Max(1, Enumerable.Range(0, sum.Terms.Count).Sum(t => pattern.Slots(program, rows, t, columns)));
                continue;
            }
            int groups = (family.Sum(m => program.Sums[m].Blocks) + elements - 1) / elements, parts = program.BlockSize / sum.BlockSize;
            cycles += program.Layers[sum.Layer] is ConvLayer conv
                ? groups * program.Linears.First(l => l.Sum == family[0]).Windows.Sum(w => w.Length) * conv.Taps * ((conv.Input.Channels + sum.BlockSize - 1) / sum.BlockSize)
                : groups * sum.Terms.Sum(t => (program.Vectors[program.Spectra[t.Spectrum].Vector].Blocks + columns - 1) / columns * parts);
        }
        return cycles;
    }

    private static int Units(StepProgram program, int elements, int cycles)
    {
        int rows = program.Sums.Sum(s => s.Blocks);
        return Math.Clamp((rows + cycles - 1) / cycles, 1, elements);
    }

    /// <summary>Block memories of 36 kbit, in halves of 36 bits a row: weights and spectra, the two that fill a device.</summary>
    private static double Bram36(StepProgram program, NetworkFormats formats, HardwareSettings settings, int cycles)
    {
        int words = settings.ColumnsPerCycle * program.BlockSize;
        if (settings.Sparse)
        {
            // Each weight of a cycle has a copy of the spectra, and in its row an index.
            int blocks = program.Spectra.Sum(s => program.Vectors[s.Vector].Blocks), index = AcceleratorPlan.IndexWidth(blocks, program.BlockSize);
            return settings.ProcessingElements * (Blocks(words * (formats.WeightBits + index), cycles) + words * Blocks(program.BlockSize * formats.Bits, 2L * settings.Streams * blocks));
        }
        long rows = program.Spectra.Sum(s => (program.Vectors[s.Vector].Blocks + settings.ColumnsPerCycle - 1L) / settings.ColumnsPerCycle) * 2 * settings.Streams;
        return settings.ProcessingElements * Blocks(words * formats.WeightBits, cycles) + Blocks(words * formats.Bits, rows);

        static double Blocks(int width, long depth) => (width + 35) / 36 * ((depth + 511) / 512) / 2.0;
    }
}
