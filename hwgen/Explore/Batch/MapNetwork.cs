using HwGen.Core.Network;
using HwGen.Core.Plan;

namespace HwGen.Explore.Batch;

/// <summary>What <see cref="MapRun"/> reads of a plan without recurrent layers; shared by all runs.</summary>
internal sealed class MapNetwork
{
    /// <param name="plan">One that it <see cref="Fits"/>.</param>
    public MapNetwork(AcceleratorPlan plan)
    {
        Plan = plan;
        StepProgram program = plan.Program;
        Ffts = [.. program.Spectra.Select(s => new LaneTransform(plan.Formats.Mode(s.BlockSize).Fft))];
        Iffts = [.. program.Sums.Select(s => new LaneTransform(plan.Formats.Mode(s.BlockSize).Ifft))];
        Weights = [.. plan.Groups.WeightRows.Select(Pack)];
        Groups = [.. program.Linears.Select(l => plan.Groups.Groups.Where(g => g.Rows[0].Sum == l.Sum).ToArray())];
    }

    /// <summary>Dense layers, convolutions and pools of any block sizes, whose words fit.</summary>
    public static bool Fits(AcceleratorPlan plan) => plan.Layers.All(l => l is DenseLayer or ConvLayer or PoolLayer)
        && plan.AccumulatorBits <= Lanes.MaxBits && plan.Formats.Modes.All(m => LaneTransform.Fits(m.Fft) && LaneTransform.Fits(m.Ifft));

    public AcceleratorPlan Plan { get; }

    /// <summary>Of each spectrum.</summary>
    public LaneTransform[] Ffts { get; }

    /// <summary>Of each sum.</summary>
    public LaneTransform[] Iffts { get; }

    /// <summary>Of each weight row, shape (Q, rows, K): a row's K words are those of its K/k blocks.</summary>
    public double[][] Weights { get; }

    /// <summary>Of each linear update.</summary>
    public RowGroup[][] Groups { get; }

    private double[] Pack(WeightRow row)
    {
        int size = Plan.BlockSize, rows = row.Rows.Count;
        var words = new double[row.Columns.Count * rows * size];
        for (int element = 0; element < rows; element++)
            foreach (var (i, word) in Plan.WeightWords(row, element).Index()) words[(i / size * rows + element) * size + i % size] = word;
        return words;
    }
}
