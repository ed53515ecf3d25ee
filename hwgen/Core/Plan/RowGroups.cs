using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>Deals the row blocks of a program to the processing elements, and lays out the weight memories.</summary>
public sealed class RowGroups
{
    private readonly StepProgram _program;
    private readonly SparsePattern? _pattern;
    private readonly List<RowGroup> _groups = [];
    private readonly List<WeightRow> _weights = [];

    /// <param name="program">What the engine does in a step.</param>
    /// <param name="elements">R.</param>
    /// <param name="columns">Q.</param>
    /// <param name="recurrentFirst">Whether recurrent columns come before the input's: right when other streams' steps lie between, since the
    /// previous step's spectra are then there before this step's.</param>
    /// <param name="pattern">Which weights a sparse engine takes; null takes all.</param>
    public RowGroups(StepProgram program, int elements, int columns, bool recurrentFirst, SparsePattern? pattern = null)
    {
        (_program, Columns, _pattern) = (program, columns, pattern);
        Elements = Math.Min(elements, program.Families.Max(f => f.Sum(m => program.Sums[m].Blocks)));
        foreach (int[] family in program.Families) AddFamily(family, recurrentFirst);
    }

    /// <summary>R in use: never more than the widest family has row blocks.</summary>
    public int Elements { get; }

    public int Columns { get; }

    /// <summary>In the order of the data flow.</summary>
    public IReadOnlyList<RowGroup> Groups => _groups;

    public IReadOnlyList<WeightRow> WeightRows => _weights;

    /// <summary>Which row blocks of a family run side by side. Block after block, so that all sums of a block are there early.</summary>
    internal static IEnumerable<RowBlock[]> Chunks(StepProgram program, int[] family, int elements) =>
        Enumerable.Range(0, program.Sums[family[0]].Blocks).SelectMany(b => family.Select(m => new RowBlock(m, b))).Chunk(elements);

    private void AddFamily(int[] family, bool recurrentFirst)
    {
        SumPlan sum = _program.Sums[family[0]];
        foreach (RowBlock[] chunk in Chunks(_program, family, Elements))
        {
            if (_program.Layers[sum.Layer] is ConvLayer conv) AddPositions(conv, family[0], chunk);
            else
            {
                var columns = new List<ColumnStep>();
                foreach (int t in Enumerable.Range(0, sum.Terms.Count).OrderBy(t => sum.Terms[t].Recurrent == recurrentFirst ? 0 : 1))
                    if (_pattern is null) AddColumns(chunk, sum, t, columns);
                    else AddSlots(_pattern, chunk, sum, t, columns);
                // Nothing but zeros still has a sum.
                if (columns.Count == 0) AddSlot(chunk, sum, 0, [.. chunk.Select(_ => Enumerable.Repeat(-1, Columns * _program.BlockSize).ToArray())], columns);
                AddGroup(chunk, columns);
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

    /// <summary>As many cycles as the row with most weights takes; each row's weights in the order of their columns.</summary>
    private void AddSlots(SparsePattern pattern, RowBlock[] chunk, SumPlan sum, int term, List<ColumnStep> steps)
    {
        int k = _program.BlockSize, slots = pattern.Slots(_program, chunk, term, Columns);
        for (int slot = 0; slot < slots; slot++)
            AddSlot(chunk, sum, term, [.. chunk.Select(r => Enumerable.Range(0, Columns * k).Select(w =>
            {
                IReadOnlyList<int> row = pattern.Row(_program, r, term, w % k);
                int at = slot * Columns + w / k;
                return at < row.Count ? row[at] : -1;
            }).ToArray())], steps);
    }

    private void AddSlot(RowBlock[] chunk, SumPlan sum, int term, int[][] gathered, List<ColumnStep> steps)
    {
        steps.Add(new(sum.Terms[term].Spectrum, 0, 0, sum.Terms[term].Recurrent, _weights.Count));
        _weights.Add(new(chunk, term, []) { Gathered = gathered, Idle = Math.Max(0, gathered.Max(g => g.Max())) });
    }

    private void AddGroup(RowBlock[] rows, List<ColumnStep> columns)
    {
        var reads = new Dictionary<(int Spectrum, int Block, bool Recurrent), BlockRead>();
        for (int c = 0; c < columns.Count; c++)
            foreach (int block in Blocks(columns[c]))
            {
                var key = (columns[c].Spectrum, block, columns[c].Recurrent);
                reads[key] = reads.TryGetValue(key, out BlockRead read) ? read with { Last = c } : new(key.Spectrum, block, key.Recurrent, c, c);
            }
        _groups.Add(new(rows, columns) { Reads = [.. reads.Values] });
    }

    /// <summary>Blocks of its spectrum that are read in a cycle.</summary>
    private IEnumerable<int> Blocks(ColumnStep step)
    {
        if (_pattern is null) return Enumerable.Range(step.Row * Columns, Math.Min(Columns, _program.Vectors[_program.Spectra[step.Spectrum].Vector].Blocks - step.Row * Columns));
        WeightRow row = _weights[step.WeightRow];
        return row.Gathered.SelectMany(g => g).Select(c => (c < 0 ? row.Idle : c) / _program.BlockSize).Distinct();
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
                AddGroup([.. chunk.Select(r => r with { Window = w, Member = i })], columns);
            }
    }
}
