using System.Numerics;
using HwGen.Core.Activations;

namespace HwGen.Core.Plan;

/// <summary>Fills every memory of a planned accelerator.</summary>
internal sealed class ImageBuilder(AcceleratorPlan plan)
{
    /// <summary>Rows (a quarter of a block's 512) and bits from which on weights belong into block memory, even where they fill less of it than a tool wants.</summary>
    private const int BlockRows = 128, BlockBits = 65_536;

    /// <summary>Images of the cell unit's tables, in the order of <see cref="AcceleratorPlan.Tables"/>.</summary>
    private static readonly string[] TableNames = ["sigmoid", "tanh", "tanh_cell"];

    public List<MemoryImage> Build()
    {
        List<MemoryImage> images = [.. plan.Control.Runs.Select(Schedule)];
        images.AddRange(plan.Tables.Select((t, i) => Table(TableNames[i], t)));
        if (plan.Program.Cells.Count > 0) images.Add(CellParameters());
        if (plan.Program.Linears.Count > 0) images.Add(LinearBiases());
        for (int element = 0; element < plan.Shape.Elements; element++) images.Add(Weights(element));
        return images;
    }

    /// <summary>Name of the image of a unit's part of the schedule.</summary>
    public static string ScheduleOf(string unit) => "schedule_" + unit;

    /// <summary>Vectors of biases and peepholes in a row of the cell unit's memory.</summary>
    public static int CellVectors(AcceleratorPlan plan) => plan.Parameters.Any(p => p.Peepholes.Count > 0) ? 7 : 4;

    private MemoryImage Weights(int element)
    {
        var rows = new Dictionary<int, BigInteger>();
        for (int r = 0; r < plan.Groups.WeightRows.Count; r++)
            if (element < plan.Groups.WeightRows[r].Rows.Count)
                rows[r] = Bits.Pack(plan.WeightWords(plan.Groups.WeightRows[r], element).Select(w => (long)w), plan.WeightBits)
                    | (plan.Sparse is null ? 0 : Bits.Pack(plan.Indices(plan.Groups.WeightRows[r], element).Select(i => (long)i), plan.IndexBits) << (plan.Shape.Columns * plan.BlockSize * plan.WeightBits));
        int width = plan.WeightRowBits, depth = plan.Groups.WeightRows.Count;
        return new($"weights_{element}", width, depth, rows)
        {
            Reloadable = plan.ReloadableWeights,
            InBlocks = !plan.ReloadableWeights && depth >= BlockRows && (long)depth * width >= BlockBits,
        };
    }

    /// <summary>One row a slice of a state block: four biases in the order of the slots, the first least significant, then three peepholes.</summary>
    private MemoryImage CellParameters()
    {
        int vectors = CellVectors(plan), lanes = plan.Shape.Lanes;
        var rows = new Dictionary<int, BigInteger>();
        foreach (CellPlan cell in plan.Program.Cells)
        {
            QuantizedLayer layer = plan.Parameters[cell.Layer];
            for (int b = 0; b < cell.Blocks; b++)
                for (int s = 0; s < plan.Slices; s++)
                {
                    IEnumerable<long[]> all = layer.Peepholes.Count > 0 ? layer.Biases.Concat(layer.Peepholes)
                        : layer.Biases.Concat(Enumerable.Repeat<long[]>([], vectors - 4));
                    rows[plan.CellRow(cell, b, s)] = Bits.Pack(all.SelectMany(v => Words(v, b * plan.BlockSize + s * lanes, lanes)), plan.WordBits);
                }
        }
        return new("cell", vectors * lanes * plan.WordBits, plan.Program.CellRows * plan.Slices, rows) { Reloadable = plan.ReloadableWeights };
    }

    private MemoryImage LinearBiases()
    {
        var rows = new Dictionary<int, BigInteger>();
        foreach (LinearPlan linear in plan.Program.Linears)
        {
            long[] bias = plan.Program.Layers[linear.Layer] is Network.LstmLayer ? [] : plan.Parameters[linear.Layer].Biases[0];
            for (int b = 0; b < plan.Program.Sums[linear.Sum].Blocks; b++)
                rows[linear.BiasBase + b] = Bits.Pack(Words(bias, b * plan.BlockSize, plan.BlockSize), plan.WordBits);
        }
        return new("linear", plan.BlockSize * plan.WordBits, plan.Program.LinearBiasRows, rows) { Reloadable = plan.ReloadableWeights };
    }

    private static IEnumerable<long> Words(long[] vector, int first, int count) =>
        Enumerable.Range(first, count).Select(i => i < vector.Length ? vector[i] : 0);

    /// <summary>One row a segment: the offset least significant, the slope above it.</summary>
    private static MemoryImage Table(string name, ActivationPlan activation)
    {
        var rows = new Dictionary<int, BigInteger>();
        for (int s = 0; s < activation.Segments; s++)
            rows[s] = Bits.Pack([activation.Offsets[s]], activation.Offset.Width)
                | (Bits.Pack([activation.Slopes[s]], activation.Slope.Width) << activation.Offset.Width);
        return new(name, activation.Offset.Width + activation.Slope.Width, activation.Segments, rows);
    }

    private static MemoryImage Schedule(UnitRuns runs) =>
        new(ScheduleOf(runs.Unit), runs.RunWidth, runs.Runs.Count, runs.Runs.Index().ToDictionary(r => r.Index, r => runs.Pack(r.Item)));
}
