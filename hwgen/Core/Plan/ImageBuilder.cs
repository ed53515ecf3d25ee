using System.Numerics;
using HwGen.Core.Activations;
using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>Fills every memory of a planned accelerator.</summary>
internal sealed class ImageBuilder(AcceleratorPlan plan)
{
    public List<MemoryImage> Build()
    {
        var images = new List<MemoryImage>
        {
            new("schedule", plan.Control.RowWidth, plan.Control.Rows.Count, Rows(plan.Control.Rows)),
            Table("sigmoid", plan.Sigmoid),
            Table("tanh", plan.Tanh),
            CellBiases(),
            OutputBiases(),
        };
        for (int element = 0; element < plan.ProcessingElements; element++) images.Add(Weights(element));
        return images;
    }

    private MemoryImage Weights(int element)
    {
        var rows = new Dictionary<int, BigInteger>();
        foreach (RowGroup group in plan.Groups.Where(g => element < g.Rows.Count))
            for (int c = 0; c < group.Columns.Count; c++)
            {
                int[] words = plan.Weight(group.Rows[element], group.Columns[c]).ToArray();
                rows[group.FirstMemoryRow + c] = Bits.Pack(words.Select(w => (long)w), plan.WordBits);
            }
        return new($"weights_{element}", plan.BlockSize * plan.WordBits, plan.Groups.Sum(g => g.Columns.Count), rows);
    }

    /// <summary>One row a state block: biases of the four sums, z least significant.</summary>
    private MemoryImage CellBiases()
    {
        var rows = new Dictionary<int, BigInteger>();
        for (int l = 0; l < plan.Layers.Count; l++)
        {
            if (plan.Layers[l] is not GruLayer) continue;
            for (int b = 0; b < plan.Layers[l].OutputBlocks; b++)
                rows[plan.Vectors[l + 1].StateBase + b] = Bits.Pack(plan.Parameters[l].Biases.SelectMany(s => Block(s, b)), plan.WordBits);
        }
        return new("bias_cell", 4 * plan.BlockSize * plan.WordBits, plan.StateBlocks, rows);
    }

    private MemoryImage OutputBiases() => new("bias_output", plan.BlockSize * plan.WordBits, plan.OutputBlocks,
        Enumerable.Range(0, plan.OutputBlocks).ToDictionary(b => b, b => Bits.Pack(Block(plan.Parameters[^1].Biases[0], b), plan.WordBits)));

    private IEnumerable<long> Block(long[] words, int block) => words.Skip(block * plan.BlockSize).Take(plan.BlockSize);

    /// <summary>One row a segment: the offset least significant, the slope above it.</summary>
    private static MemoryImage Table(string name, ActivationPlan activation)
    {
        var rows = new Dictionary<int, BigInteger>();
        for (int s = 0; s < activation.Segments; s++)
            rows[s] = Bits.Pack([activation.Offsets[s]], activation.Offset.Width)
                | (Bits.Pack([activation.Slopes[s]], activation.Slope.Width) << activation.Offset.Width);
        return new(name, activation.Offset.Width + activation.Slope.Width, activation.Segments, rows);
    }

    private static Dictionary<int, BigInteger> Rows(IReadOnlyList<BigInteger> rows) =>
        rows.Select((r, i) => (r, i)).ToDictionary(p => p.i, p => p.r);
}
