using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>Deals the row blocks of a program to the processing elements, and lays out the weight memories.</summary>
public sealed class RowGroups
{
    private readonly StepProgram _program;
    private readonly List<RowGroup> _groups = [];
    private readonly List<WeightRow> _weights = [];

    /// <param name="program">What the engine does in a step.</param>
    /// <param name="elements">R.</param>
    /// <param name="columns">Q.</param>
    /// <param name="recurrentFirst">Whether recurrent columns come before the input's: right when other streams' steps lie between, since the
    /// previous step's spectra are then there before this step's.</param>
    public RowGroups(StepProgram program, int elements, int columns, bool recurrentFirst)
    {
        (_program, Columns) = (program, columns);
        Elements = Math.Min(elements, program.Families.Max(f => f.Sum(m => program.Sums[m].Blocks)));
        foreach (int[] family in program.Families) AddFamily(family, recurrentFirst);
    }

    /// <summary>R in use: never more than the widest family has row blocks.</summary>
    public int Elements { get; }

    public int Columns { get; }

    /// <summary>In the order of the data flow.</summary>
    public IReadOnlyList<RowGroup> Groups => _groups;

    public IReadOnlyList<WeightRow> WeightRows => _weights;

    private void AddFamily(int[] family, bool recurrentFirst)
    {
        SumPlan sum = _program.Sums[family[0]];
        // Block after block, so that all sums of a block are there early.
        RowBlock[] rows = [.. Enumerable.Range(0, sum.Blocks).SelectMany(b => family.Select(m => new RowBlock(m, b)))];
        foreach (RowBlock[] chunk in rows.Chunk(Elements))
        {
            if (_program.Layers[sum.Layer] is ConvLayer conv) AddPositions(conv, family[0], chunk);
            else
            {
                var columns = new List<ColumnStep>();
                foreach (int t in Enumerable.Range(0, sum.Terms.Count).OrderBy(t => sum.Terms[t].Recurrent == recurrentFirst ? 0 : 1)) AddColumns(chunk, sum, t, columns);
                _groups.Add(new(chunk, columns));
            }
        }
    }

    private void AddColumns(RowBlock[] chunk, SumPlan sum, int term, List<ColumnStep> steps)
    {
        TermPlan plan = sum.Terms[term];
        VectorPlan vector = _program.Vectors[_program.Spectra[plan.Spectrum].Vector];
        int parts = _program.BlockSize / sum.BlockSize;
        for (int row = 0; row < (vector.Blocks + Columns - 1) / Columns; row++)
            for (int part = 0; part < parts; part++)
            {
                int[] columns = [.. Enumerable.Range(0, Columns).Select(q => Column(vector, row * Columns + q, part, sum.BlockSize))];
                if (columns.All(c => c < 0)) continue;
                steps.Add(new(plan.Spectrum, row, part, plan.Recurrent, _weights.Count));
                _weights.Add(new(chunk, term, columns));
            }
    }

    /// <summary>Column block of a dense matrix that reads part <paramref name="part"/> of a vector's block; −1 where that is padding.</summary>
    private static int Column(VectorPlan vector, int block, int part, int k)
    {
        int channel = block % vector.GroupBlocks * vector.BlockSize + part * k;
        return block >= vector.Blocks || channel >= vector.GroupSize ? -1 : (block / vector.GroupBlocks * vector.GroupSize + channel) / k;
    }

    /// <summary>One group for each position of a convolution; all share the rows of the weight memories.</summary>
    private void AddPositions(ConvLayer conv, int m, RowBlock[] chunk)
    {
        SumPlan sum = _program.Sums[m];
        int k = sum.BlockSize, blocks = (conv.Input.Channels + k - 1) / k, first = _weights.Count;
        VectorPlan vector = _program.Vectors[_program.Spectra[sum.Terms[0].Spectrum].Vector];
        for (int c = 0; c < conv.Taps * blocks; c++) _weights.Add(new(chunk, 0, [c / blocks * (conv.PaddedChannels / k) + c % blocks, .. Enumerable.Repeat(-1, Columns - 1)]));
        LinearPlan linear = _program.Linears.First(l => l.Sum == m);
        for (int w = 0; w < linear.Windows.Count; w++)
            for (int i = 0; i < linear.Windows[w].Length; i++)
            {
                int position = linear.Windows[w][i];
                var columns = new List<ColumnStep>();
                for (int c = 0; c < conv.Taps * blocks; c++)
                {
                    int tap = c / blocks;
                    int y = position / conv.Output.Width * conv.Stride - conv.Padding + tap / conv.KernelWidth;
                    int x = position % conv.Output.Width * conv.Stride - conv.Padding + tap % conv.KernelWidth;
                    if (y < 0 || x < 0 || y >= conv.Input.Height || x >= conv.Input.Width) continue;
                    var (block, lane) = vector.Locate(y * conv.Input.Width + x, conv.Input.Channels, c % blocks * k);
                    columns.Add(new(sum.Terms[0].Spectrum, block, lane / k, false, first + c));
                }
                _groups.Add(new([.. chunk.Select(r => r with { Window = w, Member = i })], columns));
            }
    }
}
