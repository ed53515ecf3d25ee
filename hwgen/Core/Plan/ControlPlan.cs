using System.Numerics;
using HwGen.Core.Network;

namespace HwGen.Core.Plan;

/// <summary>The schedule ROM: one row a cycle of the interval, one group of fields a unit. A field group's stage says how many
/// intervals ago its step started.</summary>
public sealed class ControlPlan
{
    private readonly Dictionary<string, ScheduleField> _fields = [];

    internal ControlPlan(AcceleratorPlan plan)
    {
        StageBits = Bits.Of(plan.Schedule.Stages);
        BlockBits = Bits.Of(new[] { plan.InputBlocks, plan.StateBlocks, plan.OutputBlocks }.Max());
        SpectrumBits = Bits.Of(plan.SpectrumBlocks);
        RowBits = Bits.Of(plan.Groups.Sum(g => g.Columns.Count));
        FftShifts = [.. plan.Vectors.Select((_, v) => plan.Formats.FftShift(v)).Distinct().Order()];
        DrainShifts = [.. plan.Formats.Layers.Select(l => l.DrainShift).Distinct().Order()];
        CellMasks = [.. plan.Vectors.Skip(1).SelectMany(v => Masks(plan, v)).Distinct().Order()];
        foreach (string unit in new[] { "fft", "product", "drain", "cell" })
        {
            Add(unit + "_valid", 1);
            Add(unit + "_stage", StageBits);
        }
        Add("fft_state", 1);
        Add("fft_block", BlockBits);
        Add("fft_address", SpectrumBits);
        Add("fft_shift", Bits.Of(FftShifts.Count));
        Add("fft_last_input", 1);
        Add("product_address", SpectrumBits);
        Add("product_recurrent", 1);
        Add("product_first", 1);
        Add("product_last", 1);
        Add("product_row", RowBits);
        Add("drain_kind", 3);
        Add("drain_block", BlockBits);
        Add("drain_shift", Bits.Of(DrainShifts.Count));
        Add("drain_final", 1);
        Add("cell_block", BlockBits);
        Add("cell_mask", Bits.Of(CellMasks.Count));
        Rows = Encode(plan);
    }

    public int StageBits { get; }

    /// <summary>Bits of a block's number in the input buffer, the state and sum memories and the output.</summary>
    public int BlockBits { get; }

    public int SpectrumBits { get; }

    public int RowBits { get; }

    /// <summary>Distinct shifts of the FFT's output rounding; the row selects one.</summary>
    public IReadOnlyList<int> FftShifts { get; }

    /// <summary>Distinct shifts between accumulator and inverse FFT; the row selects one.</summary>
    public IReadOnlyList<int> DrainShifts { get; }

    /// <summary>Distinct lane masks of state blocks: padding lanes are 0 and stay zero.</summary>
    public IReadOnlyList<ulong> CellMasks { get; }

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

    /// <summary>Lanes of a block that are not padding, as a mask.</summary>
    public static ulong Mask(int size, int block, int blockSize)
    {
        int lanes = Math.Min(blockSize, size - block * blockSize);
        return lanes >= 64 ? ulong.MaxValue : (1UL << lanes) - 1;
    }

    private static IEnumerable<ulong> Masks(AcceleratorPlan plan, VectorPlan vector) =>
        Enumerable.Range(0, vector.Blocks).Select(b => Mask(vector.Size, b, plan.BlockSize));

    private void Add(string name, int width) => _fields.Add(name, new(name, RowWidth, width));

    private BigInteger[] Encode(AcceleratorPlan plan)
    {
        int interval = plan.Schedule.IntervalCycles;
        var rows = new BigInteger[interval];
        foreach ((ColumnBlock column, int time) in plan.Schedule.Ffts)
        {
            bool state = column.Vector > 0;
            Issue("fft", time);
            Set(time, "fft_state", state ? 1 : 0);
            Set(time, "fft_block", column.Block + (state ? plan.Vectors[column.Vector].StateBase : 0));
            Set(time, "fft_address", plan.SpectrumAddress(column));
            Set(time, "fft_shift", IndexOf(FftShifts, plan.Formats.FftShift(column.Vector)));
            Set(time, "fft_last_input", !state && column.Block == plan.InputBlocks - 1 ? 1 : 0);
        }
        foreach ((RowGroup group, int start) in plan.Schedule.Groups)
            for (int c = 0; c < group.Columns.Count; c++)
            {
                Issue("product", start + c);
                Set(start + c, "product_address", plan.SpectrumAddress(group.Columns[c]));
                Set(start + c, "product_recurrent", group.Columns[c].Recurrent ? 1 : 0);
                Set(start + c, "product_first", c == 0 ? 1 : 0);
                Set(start + c, "product_last", c == group.Columns.Count - 1 ? 1 : 0);
                Set(start + c, "product_row", group.FirstMemoryRow + c);
            }
        foreach ((RowBlock row, int time) in plan.Schedule.Drains)
        {
            Issue("drain", time);
            Set(time, "drain_kind", (int)row.Kind);
            Set(time, "drain_block", plan.SumAddress(row));
            Set(time, "drain_shift", IndexOf(DrainShifts, plan.Formats.Layers[row.Layer].DrainShift));
            Set(time, "drain_final", row.Kind == SumKind.Output && row.Block == plan.OutputBlocks - 1 ? 1 : 0);
        }
        foreach ((int layer, int block, int time) in plan.Schedule.Cells)
        {
            VectorPlan vector = plan.Vectors[layer + 1];
            Issue("cell", time);
            Set(time, "cell_block", vector.StateBase + block);
            Set(time, "cell_mask", IndexOf(CellMasks, Mask(vector.Size, block, plan.BlockSize)));
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
