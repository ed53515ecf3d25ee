using System.Globalization;
using System.Numerics;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Tests;

namespace HwGen.Core.Tests.Plan;

public sealed class AcceleratorPlanTests
{
    public static TheoryData<int, int, int> Networks()
    {
        var data = new TheoryData<int, int, int>();
        int seed = 300;
        foreach (int k in new[] { 1, 2, 4, 8, 16 })
            foreach (int bits in new[] { 4, 12, 18 }) data.Add(seed++, k, bits);
        data.Add(seed, 64, 12);
        return data;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Control_Rows_DecodeToTheSchedule(int seed, int k, int bits)
    {
        AcceleratorPlan plan = RandomDesign.Draw(seed, k, bits).Plan();
        int interval = plan.Schedule.IntervalCycles;
        Assert.Equal(interval, plan.Control.Rows.Count);
        var expected = new List<string>();
        foreach ((ColumnBlock column, int time) in plan.Schedule.Ffts)
            expected.Add($"{time} fft {(column.Vector > 0 ? 1 : 0)} {column.Block} {plan.Vectors[column.Vector].SpectrumBase + column.Block} {plan.Formats.FftShift(column.Vector)} {(column == new ColumnBlock(0, plan.InputBlocks - 1, false) ? 1 : 0)}");
        foreach ((RowGroup group, int time) in plan.Schedule.Groups)
            for (int c = 0; c < group.Columns.Count; c++)
                expected.Add($"{time + c} product {plan.Vectors[group.Columns[c].Vector].SpectrumBase + group.Columns[c].Block} {(group.Columns[c].Recurrent ? 1 : 0)} {(c == 0 ? 1 : 0)} {(c == group.Columns.Count - 1 ? 1 : 0)} {group.FirstMemoryRow + c}");
        foreach ((RowBlock row, int time) in plan.Schedule.Drains)
            expected.Add($"{time} drain {(int)row.Kind} {row.Block} {plan.Formats.Layers[row.Layer].DrainShift} {(row.Kind == SumKind.Output && row.Block == plan.OutputBlocks - 1 ? 1 : 0)}");
        foreach ((int layer, int block, int time) in plan.Schedule.Cells)
        {
            int used = Math.Min(k, plan.Layers[layer].OutputSize - block * k);
            expected.Add($"{time} cell {block} {(BigInteger.One << used) - 1}");
        }

        var decoded = new List<string>();
        for (int row = 0; row < interval; row++)
        {
            int Field(string name)
            {
                ScheduleField field = plan.Control.Fields.Single(f => f.Name == name);
                return (int)((plan.Control.Rows[row] >> field.Lsb) & ((BigInteger.One << field.Width) - 1));
            }
            int Time(string unit) => Field(unit + "_stage") * interval + row;
            if (Field("fft_valid") == 1)
                decoded.Add($"{Time("fft")} fft {Field("fft_state")} {Field("fft_block")} {Field("fft_address")} {plan.Control.FftShifts[Field("fft_shift")]} {Field("fft_last_input")}");
            if (Field("product_valid") == 1)
                decoded.Add($"{Time("product")} product {Field("product_address")} {Field("product_recurrent")} {Field("product_first")} {Field("product_last")} {Field("product_row")}");
            if (Field("drain_valid") == 1)
                decoded.Add($"{Time("drain")} drain {Field("drain_kind")} {Field("drain_block")} {plan.Control.DrainShifts[Field("drain_shift")]} {Field("drain_final")}");
            if (Field("cell_valid") == 1)
                decoded.Add($"{Time("cell")} cell {Field("cell_block")} {plan.Control.CellMasks[Field("cell_mask")]}");
        }
        Assert.Equal(expected.Order(StringComparer.Ordinal), decoded.Order(StringComparer.Ordinal));
        Assert.Equal(plan.Control.RowWidth, plan.Control.Fields.Max(f => f.Msb) + 1);
        Assert.All(plan.Control.Rows, row => Assert.True(row >> plan.Control.RowWidth == 0));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Images_Hex_RoundTripsAndHoldsEveryNeededRowOnly(int seed, int k, int bits)
    {
        AcceleratorPlan plan = RandomDesign.Draw(seed, k, bits).Plan();
        foreach (MemoryImage image in plan.Images)
        {
            Assert.Equal(image.Rows.OrderBy(r => r.Key), Parse(image.ToHex()).OrderBy(r => r.Key));
            Assert.All(image.Rows, row => Assert.True(row.Key >= 0 && row.Key < image.Depth && row.Value >= 0 && row.Value >> image.Width == 0, image.Name));
        }
        for (int element = 0; element < plan.ProcessingElements; element++)
        {
            // Rows that the schedule reads with this element in use: each is there, and nothing else.
            var read = new Dictionary<int, long[]>();
            foreach ((RowGroup group, _) in plan.Schedule.Groups)
                for (int c = 0; c < group.Columns.Count && element < group.Rows.Count; c++)
                    Assert.True(read.TryAdd(group.FirstMemoryRow + c, [.. plan.Weight(group.Rows[element], group.Columns[c]).ToArray().Select(w => (long)w)]));
            MemoryImage image = plan.Images.Single(i => i.Name == $"weights_{element}");
            Assert.Equal(read.Keys.Order(), image.Rows.Keys.Order());
            foreach ((int row, long[] words) in read) Assert.Equal(words, Unpack(image.Rows[row], k, bits));
        }
        Assert.Equal(Enumerable.Range(0, plan.Schedule.IntervalCycles), plan.Images.Single(i => i.Name == "schedule").Rows.Keys.Order());
        Assert.Equal(Enumerable.Range(0, plan.StateBlocks), plan.Images.Single(i => i.Name == "bias_cell").Rows.Keys.Order());
        Assert.Equal(Enumerable.Range(0, plan.OutputBlocks), plan.Images.Single(i => i.Name == "bias_output").Rows.Keys.Order());
        foreach (var (name, table) in new[] { ("sigmoid", plan.Sigmoid), ("tanh", plan.Tanh) })
        {
            // Each segment is reached by some input word.
            var reached = new SortedSet<int>();
            for (long raw = table.Input.Min; raw <= table.Input.Max; raw++)
                if (Math.Abs(raw) >> table.LimitBits == 0) reached.Add((int)(Math.Abs(raw) >> table.RemainderBits));
            Assert.Equal(reached, plan.Images.Single(i => i.Name == name).Rows.Keys.Order());
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void AccumulatorBits_AdversarialSpectra_ReachTheWidthAndNeverOverflow(int seed, int k, int bits)
    {
        AcceleratorPlan plan = RandomDesign.Draw(seed, k, bits).Plan();
        BigInteger limit = BigInteger.One << (plan.AccumulatorBits - 1), reached = 0;
        long min = -(1L << (bits - 1)), max = -min - 1;
        foreach (RowGroup group in plan.Groups)
            foreach (RowBlock row in group.Rows)
                for (int lane = 0; lane < k; lane++)
                    foreach (bool upwards in new[] { false, true })
                    {
                        BigInteger sum = 0;
                        foreach (ColumnBlock column in group.Columns)
                        {
                            ReadOnlySpan<int> w = plan.Weight(row, column);
                            // The lane's factors: one product for DC and Nyquist, two for a part of a complex bin.
                            long[] factors = lane < 2 ? [w[lane]] : lane % 2 == 0 ? [w[lane], -w[lane + 1]] : [w[lane - 1], w[lane]];
                            foreach (long factor in factors)
                            {
                                sum += (BigInteger)factor * ((factor > 0) == upwards ? max : min);
                                Assert.True(sum >= -limit && sum < limit, $"{row} lane {lane} overflows at {column}");
                            }
                        }
                        reached = BigInteger.Max(reached, BigInteger.Abs(sum));
                    }
        // A product of 2b + 1 bits is the least that an accumulator takes.
        if (plan.AccumulatorBits > 2 * bits + 1)
            Assert.True(reached >= limit / 4, $"only {reached} of {limit}");
    }

    [Fact]
    public void Create_TwoBlockSizes_Throws()
    {
        var shape = new RandomDesign(1, 4, 12, 2, 5, [6], 3);
        TrainedNetwork network = shape.Network();
        var mixed = network with { Layers = [network.Layers[0], network.Layers[1].WithBlockSize(2)] };
        Assert.Throws<ArgumentException>(() => AcceleratorPlan.Create("mixed", mixed, shape.Formats(network), new(2, 100, 1)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    [InlineData(64, 6)]
    [InlineData(65, 7)]
    public void Of_Count_IsTheBitsOfItsIndices(int count, int bits) => Assert.Equal(bits, Bits.Of(count));

    private static long[] Unpack(BigInteger row, int words, int width) =>
        [.. Enumerable.Range(0, words).Select(i => (long)((row >> (i * width)) & ((BigInteger.One << width) - 1)) << (64 - width) >> (64 - width))];

    /// <summary>As $readmemh does.</summary>
    private static Dictionary<int, BigInteger> Parse(string hex)
    {
        var rows = new Dictionary<int, BigInteger>();
        int address = 0;
        foreach (string line in hex.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line[0] == '@') address = int.Parse(line[1..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            else rows[address++] = BigInteger.Parse("0" + line, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return rows;
    }
}
