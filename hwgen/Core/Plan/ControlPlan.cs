using System.Numerics;

namespace HwGen.Core.Plan;

/// <summary>The schedule: one row a cycle of the interval, one group of fields a unit. A field group's stage says how many
/// intervals ago its step started. The hardware keeps it as <see cref="Runs"/>.</summary>
public sealed class ControlPlan
{
    private readonly AcceleratorPlan _plan;
    private readonly Dictionary<string, ScheduleField> _fields = [];

    internal ControlPlan(AcceleratorPlan plan)
    {
        _plan = plan;
        StepProgram program = plan.Program;
        // A turn that nobody takes must not let the schedule come to rest while its stream is still in flight.
        StageBits = Bits.Of(Math.Max(plan.Schedule.Stages, plan.Shape.Streams + 1));
        FftVariants = [.. Enumerable.Range(0, program.Spectra.Count).Select(FftVariant).Distinct().Order()];
        DrainVariants = [.. Enumerable.Range(0, program.Sums.Count).Select(DrainVariant).Distinct().Order()];
        IfftVariants = [.. Enumerable.Range(0, program.Sums.Count).Select(IfftVariant).Distinct().Order()];
        CellMasks = [.. program.Cells.SelectMany(c => Enumerable.Range(0, c.Blocks * plan.Slices).Select(i => CellMask(c, i / plan.Slices, i % plan.Slices))).Distinct().Order()];
        LinearMasks = [.. program.Linears.SelectMany(l => Enumerable.Range(0, program.Sums[l.Sum].Blocks).Select(b => LinearMask(l, b))).Distinct().Order()];
        PoolShifts = [.. program.Linears.Select(PoolShift).Distinct().Order()];
        FftBlockBits = Bits.Of(new[] { plan.InputBlocks, program.CellWordRows, program.LinearWordRows }.Max());
        SpectrumBits = Bits.Of(plan.SpectralRows);
        LaneBitsQ = Bits.Of(plan.SpectrumColumns);
        CellSumBits = Bits.Of(program.CellRows);
        LinearSumBits = Bits.Of(program.LinearSumRows);
        CellBits = Bits.Of(program.CellRows * plan.Slices);
        SliceBits = Bits.Of(plan.Slices);
        CellTargetBits = Bits.Of(program.CellWordRows);
        LinearTargetBits = Bits.Of(program.LinearWordRows);
        LinearBiasBits = Bits.Of(program.LinearBiasRows);
        OutputBits = plan.Output.Source == VectorSource.Cell ? CellTargetBits : LinearTargetBits;
        UnitBits = Bits.Of(plan.Shape.IfftUnits);
        PartBits = Bits.Of(program.BlockSize / program.Modes[0]);
        Slots = program.Cells.SelectMany(c => c.Sums.Select((s, i) => (s, i))).Where(p => p.s >= 0).Select(p => p.i + 1).DefaultIfEmpty(0).Max();
        AddUnit("fft");
        Add("fft_source", 2);
        Add("fft_block", FftBlockBits);
        Add("fft_column", LaneBitsQ);       // below the address, so that counting carries
        Add("fft_address", SpectrumBits);
        Add("fft_variant", Bits.Of(FftVariants.Count));
        Add("fft_last_input", 1, FieldEdge.Last);
        AddUnit("product");
        if (!plan.Shape.Sparse)
        {
            Add("product_part", PartBits);
            Add("product_address", SpectrumBits);
            Add("product_mode", Bits.Of(program.Modes.Count));
        }
        Add("product_recurrent", 1);
        Add("product_first", 1, FieldEdge.First);
        Add("product_last", 1, FieldEdge.Last);
        Add("product_row", Bits.Of(plan.Groups.WeightRows.Count));
        AddUnit("drain");
        Add("drain_variant", Bits.Of(DrainVariants.Count));
        Add("drain_result", Bits.Of(IfftVariants.Count));
        for (int u = 0; u < plan.Shape.IfftUnits; u++)
        {
            Add($"drain_on_{u}", 1);
            Add($"drain_slot_{u}", 4);
            Add($"drain_address_{u}", SumAddressBits);
        }
        if (Slots > 0)
        {
            AddUnit("cell");
            Add("cell_kind", 2);
            Add("cell_resets_first", 1);
            Add("cell_slice", SliceBits);
            Add("cell_block", CellSumBits);
            Add("cell_row", CellBits);
            Add("cell_target", CellTargetBits);
            Add("cell_mask", Bits.Of(CellMasks.Count));
            for (int s = 0; s < Slots; s++)
            {
                Add($"cell_use_{s}", 1);
                Add($"cell_unit_{s}", UnitBits);
            }
        }
        if (program.Linears.Count > 0)
        {
            AddUnit("linear");
            Add("linear_unit", UnitBits);
            Add("linear_address", LinearSumBits);
            Add("linear_bias", LinearBiasBits);
            Add("linear_first", 1, FieldEdge.First);
            Add("linear_last", 1, FieldEdge.Last);
            Add("linear_rectify", 1);
            Add("linear_average", 1);
            Add("linear_shift", Bits.Of(PoolShifts.Count));
            Add("linear_target", LinearTargetBits);
            Add("linear_mask", Bits.Of(LinearMasks.Count));
        }
        AddUnit("output");
        Add("output_block", OutputBits);
        Add("output_final", 1, FieldEdge.Last);
        Rows = Encode();
        Runs = [.. Fields.GroupBy(f => f.Unit).Select(g => new UnitRuns([.. g], Rows))];
    }

    /// <summary>Units that the design has, with a valid bit each; an inverse FFT unit has one more of its own.</summary>
    public IReadOnlyList<string> Units =>
        ["fft", "product", "drain", .. _plan.Program.Cells.Count > 0 ? (string[])["cell"] : [], .. _plan.Program.Linears.Count > 0 ? (string[])["linear"] : [], "output"];

    public int StageBits { get; }

    /// <summary>Bits of the row of a source memory that the FFT reads.</summary>
    public int FftBlockBits { get; }

    public int SpectrumBits { get; }

    /// <summary>Bits of the column of a row of the spectral memory.</summary>
    public int LaneBitsQ { get; }

    public int PartBits { get; }

    /// <summary>Bits of a row block's number in the cell unit's sum memories.</summary>
    public int CellSumBits { get; }

    /// <summary>Bits of a row of the linear unit's sum memory.</summary>
    public int LinearSumBits { get; }

    public int SumAddressBits => Math.Max(CellSumBits, LinearSumBits);

    /// <summary>Bits of a row of the state and cell bias memories.</summary>
    public int CellBits { get; }

    public int SliceBits { get; }

    public int CellTargetBits { get; }

    public int LinearTargetBits { get; }

    public int LinearBiasBits { get; }

    public int OutputBits { get; }

    public int UnitBits { get; }

    /// <summary>Sum memories of the cell unit.</summary>
    public int Slots { get; }

    /// <summary>Bits that index the FFT tap.</summary>
    public int FftBits => SpectrumBits + LaneBitsQ;

    /// <summary>Bits that index the accumulator and IFFT taps.</summary>
    public int SumBits => 4 + SumAddressBits;

    /// <summary>Distinct (k, bits dropped) of the FFT's output rounding; a row selects one.</summary>
    public IReadOnlyList<(int BlockSize, int Shift)> FftVariants { get; }

    /// <summary>Distinct (k, bits dropped) between accumulator and inverse FFT; a row selects one.</summary>
    public IReadOnlyList<(int BlockSize, int Shift)> DrainVariants { get; }

    /// <summary>Distinct (k, bits dropped) of the inverse FFT's output rounding; a row selects one.</summary>
    public IReadOnlyList<(int BlockSize, int Shift)> IfftVariants { get; }

    /// <summary>Distinct lane masks of slices of state blocks: padding lanes are 0 and stay zero.</summary>
    public IReadOnlyList<ulong> CellMasks { get; }

    /// <summary>Distinct lane masks of the linear unit's blocks.</summary>
    public IReadOnlyList<ulong> LinearMasks { get; }

    /// <summary>Distinct bits that averages drop; 0 for all else.</summary>
    public IReadOnlyList<int> PoolShifts { get; }

    public IReadOnlyCollection<ScheduleField> Fields => _fields.Values;

    public int RowWidth => _fields.Values.Sum(f => f.Width);

    /// <summary>Bits of a lane in which the schedule tap shows a row.</summary>
    public const int LaneBits = 32;

    /// <summary>Lanes that a row takes in the schedule tap; at least one bit of the last is left.</summary>
    public int RowLanes => RowWidth / LaneBits + 1;

    /// <summary>A row as the words of the schedule tap, shape (<see cref="RowLanes"/>).</summary>
    public long[] RowWords(int row) =>
        [.. Enumerable.Range(0, RowLanes).Select(l => (long)unchecked((int)(uint)((Rows[row] >> (l * LaneBits)) & uint.MaxValue)))];

    /// <summary>One row for each cycle of the interval.</summary>
    public IReadOnlyList<BigInteger> Rows { get; }

    /// <summary>What the units play: together the same rows. In the order of the fields.</summary>
    public IReadOnlyList<UnitRuns> Runs { get; }

    /// <summary>The first so many lanes, as a mask.</summary>
    public static ulong Mask(int lanes) => lanes >= 64 ? ulong.MaxValue : (1UL << Math.Max(0, lanes)) - 1;

    /// <summary>Index that the FFT tap shows.</summary>
    public int FftIndex(FftOp op) =>
        (_plan.SpectrumBase(op.Spectrum) + op.Block / _plan.SpectrumColumns) | (op.Block % _plan.SpectrumColumns << SpectrumBits);

    /// <summary>Index that the accumulator and IFFT taps show for a row block.</summary>
    public int SumIndex(RowBlock row) => (_plan.Program.Sums[row.Sum].Slot << SumAddressBits) | _plan.SumAddress(row);

    /// <summary>Bits that an average drops: its window is a power of two.</summary>
    public static int PoolShift(LinearPlan linear) =>
        linear.Pool is { Kind: Network.PoolKind.Average } pool ? BitOperations.Log2((uint)(pool.Window * pool.Window)) : 0;

    private (int, int) FftVariant(int spectrum) => (_plan.Program.Spectra[spectrum].BlockSize, _plan.Formats.FftShift(_plan.Program, spectrum));

    private (int, int) DrainVariant(int sum) => (_plan.Program.Sums[sum].BlockSize, _plan.Formats.Sums[sum].DrainShift);

    private (int, int) IfftVariant(int sum) => (_plan.Program.Sums[sum].BlockSize, _plan.Formats.IfftShift(_plan.Program, sum));

    private ulong CellMask(CellPlan cell, int block, int slice) =>
        Mask(Math.Min(_plan.Shape.Lanes, _plan.Program.Vectors[cell.Vector].Used(block) - slice * _plan.Shape.Lanes));

    private ulong LinearMask(LinearPlan linear, int block) => Mask(_plan.Program.Vectors[linear.Vector].Used(block));

    private void AddUnit(string unit)
    {
        Add(unit + "_valid", 1);
        Add(unit + "_stage", StageBits);
    }

    private void Add(string name, int width, FieldEdge edge = FieldEdge.None) => _fields.Add(name, new(name, RowWidth, width, edge));

    private BigInteger[] Encode()
    {
        StepProgram program = _plan.Program;
        int interval = _plan.Schedule.IntervalCycles;
        var rows = new BigInteger[interval];
        Dictionary<RowBlock, int> units = _plan.Schedule.Drains.ToDictionary(d => d.Row, d => d.Unit);
        int[] bases = [.. Enumerable.Range(0, program.Spectra.Count).Select(_plan.SpectrumBase)];
        foreach (FftOp op in _plan.Schedule.Ffts)
        {
            VectorPlan vector = program.Vectors[program.Spectra[op.Spectrum].Vector];
            Issue("fft", op.Time);
            Set(op.Time, "fft_source", (int)vector.Source);
            Set(op.Time, "fft_block", vector.Base + op.Block);
            Set(op.Time, "fft_address", bases[op.Spectrum] + op.Block / _plan.SpectrumColumns);
            Set(op.Time, "fft_column", op.Block % _plan.SpectrumColumns);
            Set(op.Time, "fft_variant", IndexOf(FftVariants, FftVariant(op.Spectrum)));
            Set(op.Time, "fft_last_input", vector.Source == VectorSource.Input && op.Block == _plan.InputBlocks - 1 ? 1 : 0);
        }
        foreach ((RowGroup group, int start) in _plan.Schedule.Groups)
            for (int c = 0; c < group.Columns.Count; c++)
            {
                ColumnStep step = group.Columns[c];
                Issue("product", start + c);
                if (!_plan.Shape.Sparse)
                {
                    Set(start + c, "product_address", bases[step.Spectrum] + step.Row);
                    Set(start + c, "product_part", step.Part);
                    Set(start + c, "product_mode", IndexOf(program.Modes, program.Spectra[step.Spectrum].BlockSize));
                }
                Set(start + c, "product_recurrent", step.Recurrent ? 1 : 0);
                Set(start + c, "product_first", c == 0 ? 1 : 0);
                Set(start + c, "product_last", c == group.Columns.Count - 1 ? 1 : 0);
                Set(start + c, "product_row", step.WeightRow);
            }
        foreach (DrainOp op in _plan.Schedule.Drains)
        {
            if (op.Unit == 0)
            {
                Issue("drain", op.Time);
                Set(op.Time, "drain_variant", IndexOf(DrainVariants, DrainVariant(op.Row.Sum)));
                Set(op.Time, "drain_result", IndexOf(IfftVariants, IfftVariant(op.Row.Sum)));
            }
            Set(op.Time, $"drain_on_{op.Unit}", 1);
            Set(op.Time, $"drain_slot_{op.Unit}", program.Sums[op.Row.Sum].Slot);
            Set(op.Time, $"drain_address_{op.Unit}", _plan.SumAddress(op.Row));
        }
        foreach (CellOp op in _plan.Schedule.Cells)
        {
            CellPlan cell = program.Cells[op.Cell];
            Issue("cell", op.Time);
            Set(op.Time, "cell_kind", (int)cell.Kind);
            Set(op.Time, "cell_resets_first", cell.ResetsFirst ? 1 : 0);
            Set(op.Time, "cell_block", cell.Base + op.Block);
            Set(op.Time, "cell_slice", op.Slice);
            Set(op.Time, "cell_row", _plan.CellRow(cell, op.Block, op.Slice));
            Set(op.Time, "cell_target", program.Vectors[cell.Vector].Base + op.Block);
            Set(op.Time, "cell_mask", IndexOf(CellMasks, CellMask(cell, op.Block, op.Slice)));
            for (int s = 0; s < cell.Sums.Count; s++)
                if (cell.Sums[s] >= 0)
                {
                    Set(op.Time, $"cell_use_{s}", 1);
                    Set(op.Time, $"cell_unit_{s}", units[new(cell.Sums[s], op.Block)]);
                }
        }
        foreach (LinearOp op in _plan.Schedule.Linears)
        {
            LinearPlan linear = program.Linears[op.Linear];
            VectorPlan vector = program.Vectors[linear.Vector];
            int members = linear.Windows[0].Length;
            for (int i = 0; i < members; i++)
            {
                var row = new RowBlock(linear.Sum, op.Block, op.Group, i);
                Issue("linear", op.Time + i);
                Set(op.Time + i, "linear_unit", units[row]);
                Set(op.Time + i, "linear_address", _plan.SumAddress(row));
                Set(op.Time + i, "linear_bias", linear.BiasBase + op.Block);
                Set(op.Time + i, "linear_first", i == 0 ? 1 : 0);
                Set(op.Time + i, "linear_last", i == members - 1 ? 1 : 0);
                Set(op.Time + i, "linear_rectify", linear.Rectify ? 1 : 0);
                Set(op.Time + i, "linear_average", linear.Pool is { Kind: Network.PoolKind.Average } ? 1 : 0);
                Set(op.Time + i, "linear_shift", IndexOf(PoolShifts, PoolShift(linear)));
                Set(op.Time + i, "linear_target", vector.Base + op.Group * vector.GroupBlocks + op.Block);
                Set(op.Time + i, "linear_mask", IndexOf(LinearMasks, LinearMask(linear, op.Block)));
            }
        }
        foreach (OutputOp op in _plan.Schedule.Outputs)
        {
            Issue("output", op.Time);
            Set(op.Time, "output_block", _plan.Output.Base + op.Block);
            Set(op.Time, "output_final", op.Block == _plan.OutputBlocks - 1 ? 1 : 0);
        }
        return rows;

        void Issue(string unit, int time)
        {
            Set(time, unit + "_valid", 1);
            Set(time, unit + "_stage", time / interval);
        }

        void Set(int time, string field, int value) => rows[time % interval] |= new BigInteger(value) << _fields[field].Lsb;
    }

    private static int IndexOf<T>(IReadOnlyList<T> list, T value) => list.ToList().IndexOf(value);
}
