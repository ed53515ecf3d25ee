using System.Globalization;
using System.Numerics;
using HwGen.Core.Activations;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;

namespace HwGen.Core.Tests.Plan;

public sealed class AcceleratorPlanTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(7000, 16)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Schedule_AnyDesign_KeepsEveryRule(int seed)
    {
        AcceleratorPlan plan = RandomDesign.DrawAny(seed).Plan();
        Assert.Empty(new ScheduleChecker(plan.Program, plan.Groups, plan.Shape, plan.Latency).Check(plan.Schedule));
        Assert.InRange(plan.MultiplierUtilization, 0, 1);
        // Every block of every matrix at every position, but where a kernel reaches over the edge of a map.
        long all = plan.Sparse is not null ? plan.Parameters.Sum(l => l.Matrices.Sum(m => NonZero(m))) : plan.Program.Sums.Select((sum, m) => plan.Positions(m) * sum.Terms.Sum(t => plan.Parameters[sum.Layer].Matrices[t.Matrix] is var w
            ? (long)w.RowBlocks * w.ColumnBlocks * Spectrum.ProductMultiplies(w.BlockSize, plan.Shape.ThreeMultiply) : 0)).Sum();
        if (plan.Layers.Any(l => l is ConvLayer { Padding: > 0 })) Assert.InRange(plan.ProductMultiplies, 1, all);
        else Assert.Equal(all, plan.ProductMultiplies);

        static long NonZero(QuantizedMatrix m) => Enumerable.Range(0, m.RowBlocks).Sum(i => Enumerable.Range(0, m.ColumnBlocks).Count(j => m.Block(i, j)[0] != 0));
    }

    [Fact]
    public void Speed_RandomDesigns_IsTheWholePlans()
    {
        int free = 0;
        for (int seed = 9000; seed < 9040; seed++)
        {
            var design = RandomDesign.DrawAny(seed);
            if (design.Hardware.Sparse) continue;
            HardwareSettings hardware = design.Hardware with { IfftUnits = seed % 3 };
            if (hardware.IfftUnits == 0) free++;
            TrainedNetwork network = design.Network();
            NetworkFormats formats = design.Formats(network);
            var plan = AcceleratorPlan.Create("random", network, formats, hardware);
            var speed = AcceleratorPlan.Speed(new(network.FoldBatchNorm().Layers), formats, hardware);
            Assert.True((plan.Schedule.IntervalCycles, plan.Multipliers) == speed, $"{design}: {plan.Schedule.IntervalCycles} cycles and {plan.Multipliers} multipliers, {speed}");
        }
        Assert.InRange(free, 5, 35);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Control_Rows_DecodeToTheSchedule(int seed)
    {
        AcceleratorPlan plan = RandomDesign.DrawAny(seed).Plan();
        int interval = plan.Schedule.IntervalCycles;
        Assert.Equal(interval, plan.Control.Rows.Count);
        Assert.Equal(plan.Control.RowWidth, plan.Control.Fields.Max(f => f.Msb) + 1);
        Assert.All(plan.Control.Rows, row => Assert.True(row >> plan.Control.RowWidth == 0));
        Assert.Equal(Expected(plan).Order(StringComparer.Ordinal), Decoded(plan).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Images_Hex_RoundTripsAndHoldsEveryNeededRowOnly(int seed)
    {
        AcceleratorPlan plan = RandomDesign.DrawAny(seed).Plan();
        foreach (MemoryImage image in plan.Images)
        {
            Assert.Equal(image.Rows.OrderBy(r => r.Key), Parse(image.ToHex()).OrderBy(r => r.Key));
            Assert.All(image.Rows, row => Assert.True(row.Key >= 0 && row.Key < image.Depth && row.Value >= 0 && row.Value >> image.Width == 0, image.Name));
        }
        for (int element = 0; element < plan.Shape.Elements; element++)
        {
            // Rows that the schedule reads with this element in use: each is there, and nothing else.
            int[] read = [.. plan.Schedule.Groups.Where(g => element < g.Group.Rows.Count).SelectMany(g => g.Group.Columns.Select(c => c.WeightRow)).Distinct().Order()];
            MemoryImage image = Image(plan, $"weights_{element}");
            Assert.Equal(read, image.Rows.Keys.Order());
            foreach (int row in read)
                Assert.Equal(plan.WeightWords(plan.Groups.WeightRows[row], element), Unpack(image.Rows[row], plan.Shape.Columns * plan.BlockSize, plan.WeightBits).Select(w => (int)w));
        }
        Assert.All(plan.Control.Runs, r => Assert.Equal(Enumerable.Range(0, r.Runs.Count), Image(plan, $"schedule_{r.Unit}").Rows.Keys.Order()));
        string[] tables = ["sigmoid", "tanh", "tanh_cell"];
        for (int t = 0; t < plan.Tables.Count; t++)
        {
            // Each segment is reached by some input word.
            ActivationPlan table = plan.Tables[t];
            var reached = new SortedSet<int>();
            for (long raw = table.Input.Min; raw <= table.Input.Max; raw++)
                if (Math.Abs(raw) >> table.LimitBits == 0) reached.Add((int)(Math.Abs(raw) >> table.RemainderBits));
            Assert.Equal(reached, Image(plan, tables[t]).Rows.Keys.Order());
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Images_Biases_AreTheLayersWords(int seed)
    {
        AcceleratorPlan plan = RandomDesign.DrawAny(seed).Plan();
        int k = plan.BlockSize, lanes = plan.Shape.Lanes, rows = 0;
        foreach (CellPlan cell in plan.Program.Cells)
            for (int b = 0; b < cell.Blocks; b++)
                for (int s = 0; s < plan.Slices; s++)
                {
                    QuantizedLayer layer = plan.Parameters[cell.Layer];
                    MemoryImage image = Image(plan, "cell");
                    long[] words = Unpack(image.Rows[plan.CellRow(cell, b, s)], image.Width / plan.WordBits, plan.WordBits);
                    long[][] vectors = [.. layer.Biases, .. layer.Peepholes];
                    for (int i = 0; i < words.Length; i++)
                    {
                        int element = b * k + s * lanes + i % lanes, vector = i / lanes;
                        Assert.Equal(vector < vectors.Length && element < vectors[vector].Length ? vectors[vector][element] : 0, words[i]);
                    }
                }
        foreach (LinearPlan linear in plan.Program.Linears)
            for (int b = 0; b < plan.Program.Sums[linear.Sum].Blocks; b++, rows++)
            {
                long[] bias = plan.Layers[linear.Layer] is LstmLayer ? [] : plan.Parameters[linear.Layer].Biases[0];
                Assert.Equal(Enumerable.Range(b * k, k).Select(i => i < bias.Length ? bias[i] : 0), Unpack(Image(plan, "linear").Rows[linear.BiasBase + b], k, plan.WordBits));
            }
        if (rows > 0) Assert.Equal(rows, Image(plan, "linear").Rows.Count);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void AccumulatorBits_AdversarialSpectra_ReachTheWidthAndNeverOverflow(int seed)
    {
        AcceleratorPlan plan = RandomDesign.DrawAny(seed).Plan();
        BigInteger limit = BigInteger.One << (plan.AccumulatorBits - 1), reached = 0;
        long min = -(1L << (plan.WordBits - 1)), max = -min - 1;
        // All rows of the weight memories that belong to one row block: a convolution's positions read no others.
        var rows = plan.Groups.WeightRows.SelectMany(r => r.Rows.Select((block, element) => (r, block, element))).GroupBy(p => p.block);
        foreach (var block in rows)
        {
            int k = plan.Program.Sums[block.Key.Sum].BlockSize;
            // Reloadable ones may be any.
            int[][] words = [.. block.SelectMany(p => plan.WeightWords(p.r, p.element).Select(w => plan.ReloadableWeights ? -(1 << (plan.WeightBits - 1)) : w).Chunk(plan.BlockSize))];
            for (int lane = 0; lane < plan.BlockSize; lane++)
                foreach (bool upwards in new[] { false, true })
                {
                    BigInteger sum = 0;
                    foreach (int[] w in words)
                    {
                        // The lane's factors: one product for DC and Nyquist, two for a part of a complex bin.
                        long[] factors = lane % k < 2 ? [w[lane]] : lane % 2 == 0 ? [w[lane], -w[lane + 1]] : [w[lane - 1], w[lane]];
                        foreach (long factor in factors)
                        {
                            sum += (BigInteger)factor * ((factor > 0) == upwards ? max : min);
                            Assert.True(sum >= -limit && sum < limit, $"{block.Key} lane {lane} overflows");
                        }
                    }
                    reached = BigInteger.Max(reached, BigInteger.Abs(sum));
                }
        }
        // A product and a bit is the least that an accumulator takes.
        if (plan.AccumulatorBits > plan.WordBits + plan.WeightBits + 1)
            Assert.True(reached >= limit / 4, $"only {reached} of {limit}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Taps_AnyDesign_ShowEveryOperationInTheOrderOfTime(int seed)
    {
        AcceleratorPlan plan = RandomDesign.DrawAny(seed).Plan();
        var entries = plan.Taps.ToDictionary(t => t.Name, t => t.Entries);
        Assert.Equal(plan.Schedule.Ffts.Count, entries["fft"].Count);
        Assert.Equal(plan.Schedule.Drains.Count, Enumerable.Range(0, plan.Shape.IfftUnits).Sum(u => entries[$"ifft_{u}"].Count));
        Assert.Equal(plan.Schedule.Cells.Count, entries.GetValueOrDefault("cell", []).Count);
        Assert.Equal(plan.Schedule.Linears.Count, entries.GetValueOrDefault("linear", []).Count);
        Assert.Equal(plan.OutputBlocks, entries["output"].Count);
        Assert.Equal(plan.Schedule.IntervalCycles, entries["schedule"].Count);
        Assert.All(plan.Taps, t => Assert.All(t.Entries, e => Assert.True(e.Index >= 0 && e.Index >> t.IndexBits == 0, $"{t.Name}: {e}")));
        // Different rows of a step never look alike, but for the slots that several windows share.
        Assert.All(plan.Taps.Where(t => t.Stage is "FFT" or "cell" or "linear" or "output" or "state"), t => Assert.Distinct(t.Entries.Select(e => e.Index)));
    }

    [Theory]
    [InlineData(1, new[] { 0, 0, 0 }, new long[] { 0, 1, 2 })]
    [InlineData(3, new[] { 0, 1, 2, 0 }, new long[] { 0, 1, 2, 3 })]
    [InlineData(3, new[] { 1, 1, 1 }, new long[] { 0, 3, 6 })]
    [InlineData(3, new[] { 2, 1, 0, 2 }, new long[] { 0, 2, 4, 6 })]
    [InlineData(4, new[] { 3, 0, 3, 2 }, new long[] { 0, 1, 4, 7 })]
    [InlineData(2, new int[0], new long[0])]
    public void Turns_StepsOfStreams_TakeTheStreamsNextTurn(int streams, int[] steps, long[] expected)
    {
        AcceleratorPlan plan = Streams(streams);
        Assert.Equal(expected, plan.Turns(steps));
        // One turn after the other, each of the next stream.
        var naive = new List<long>();
        long turn = -1;
        foreach (int stream in steps)
        {
            do turn++;
            while (steps.Length > 0 && (steps[0] + turn) % streams != stream);
            naive.Add(turn);
        }
        Assert.Equal(naive, plan.Turns(steps));
    }

    [Fact]
    public void TotalCycles_Runs_GrowByTurnsOfAnInterval()
    {
        AcceleratorPlan plan = Streams(3);
        long interval = plan.Schedule.IntervalCycles;
        Assert.Equal(0, plan.TotalCycles([]));
        Assert.Equal(plan.SingleStreamCycles, plan.TotalCycles([0]));
        Assert.Equal(plan.SingleStreamCycles, plan.TotalCycles([2]));
        Assert.Equal(plan.SingleStreamCycles + 2 * interval, plan.TotalCycles([0, 1, 2]));
        Assert.Equal(plan.SingleStreamCycles + 6 * interval, plan.TotalCycles([0, 0, 0]));
        Assert.Equal(2 * plan.OutputBlocks, plan.OutputCycles([0, 2]).Count());
        Assert.Equal(plan.OutputCycles([0, 2]).Order(), plan.OutputCycles([0, 2]));
    }

    [Fact]
    public void Create_UnitsLeftToThePlan_KeepUpWithTheProducts()
    {
        foreach (int elements in new[] { 1, 4, 16 })
        {
            AcceleratorPlan plan = new RandomDesign(3, 4, 8, elements, 12, [16], 4).Plan();
            Assert.InRange(plan.Shape.IfftUnits, 1, plan.Shape.Elements);
            int columns = plan.Groups.Groups.Sum(g => g.Columns.Count);
            Assert.True(plan.Groups.Groups.Sum(g => (g.Rows.Count + plan.Shape.IfftUnits - 1) / plan.Shape.IfftUnits) <= columns || plan.Shape.IfftUnits == plan.Shape.Elements);
            Assert.Equal(plan.BlockSize, plan.Shape.Lanes);
        }
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

    private static AcceleratorPlan Streams(int streams) =>
        new RandomDesign(4, [new GruLayer(5, 6, 4), new DenseLayer(6, 9, 4)], 8, new(2, 100, 1) { Streams = streams }).Plan();

    private static MemoryImage Image(AcceleratorPlan plan, string name) => plan.Images.Single(i => i.Name == name);

    /// <summary>What the schedule asks each unit to do, in the terms of the control fields.</summary>
    private static IEnumerable<string> Expected(AcceleratorPlan plan)
    {
        StepProgram program = plan.Program;
        int q = plan.Shape.Sparse ? 1 : plan.Shape.Columns;
        foreach ((int spectrum, int block, int time) in plan.Schedule.Ffts)
        {
            SpectrumPlan s = program.Spectra[spectrum];
            VectorPlan vector = program.Vectors[s.Vector];
            yield return $"{time} fft {(int)vector.Source} {vector.Base + block} {plan.SpectrumBase(spectrum) + block / q} {block % q} "
                + $"{(s.BlockSize, plan.Formats.FftShift(program, spectrum))} {Bit(s.Vector == 0 && block == plan.InputBlocks - 1)}";
        }
        foreach ((RowGroup group, int time) in plan.Schedule.Groups)
            for (int c = 0; c < group.Columns.Count; c++)
            {
                ColumnStep step = group.Columns[c];
                string read = plan.Shape.Sparse ? "" : $"{plan.SpectrumBase(step.Spectrum) + step.Row} {step.Part} {program.Spectra[step.Spectrum].BlockSize} ";
                yield return $"{time + c} product {read}"
                    + $"{Bit(step.Recurrent)} {Bit(c == 0)} {Bit(c == group.Columns.Count - 1)} {step.WeightRow}";
            }
        foreach ((RowBlock row, int unit, int time) in plan.Schedule.Drains)
        {
            SumPlan sum = program.Sums[row.Sum];
            yield return $"{time} drain {unit} {(sum.BlockSize, plan.Formats.Sums[row.Sum].DrainShift)} {(sum.BlockSize, plan.Formats.IfftShift(program, row.Sum))} {sum.Slot} {plan.SumAddress(row)}";
        }
        Dictionary<RowBlock, int> units = plan.Schedule.Drains.ToDictionary(d => d.Row, d => d.Unit);
        foreach ((int index, int block, int slice, int time) in plan.Schedule.Cells)
        {
            CellPlan cell = program.Cells[index];
            int used = Math.Clamp(program.Vectors[cell.Vector].Size - block * plan.BlockSize - slice * plan.Shape.Lanes, 0, plan.Shape.Lanes);
            var sums = cell.Sums.Select((s, slot) => s < 0 ? "" : $" {slot}:{units[new(s, block)]}");
            yield return $"{time} cell {(int)cell.Kind} {Bit(cell.ResetsFirst)} {cell.Base + block} {slice} {plan.CellRow(cell, block, slice)} "
                + $"{program.Vectors[cell.Vector].Base + block} {(BigInteger.One << used) - 1}{string.Concat(sums)}";
        }
        foreach ((int index, int group, int block, int time) in plan.Schedule.Linears)
        {
            LinearPlan linear = program.Linears[index];
            VectorPlan vector = program.Vectors[linear.Vector];
            int members = linear.Windows[group].Length, used = Math.Min(plan.BlockSize, vector.GroupSize - block * plan.BlockSize);
            bool average = linear.Pool is { Kind: PoolKind.Average };
            for (int i = 0; i < members; i++)
            {
                var row = new RowBlock(linear.Sum, block, group, i);
                yield return $"{time + i} linear {units[row]} {plan.SumAddress(row)} {linear.BiasBase + block} {Bit(i == 0)} {Bit(i == members - 1)} {Bit(linear.Rectify)} "
                    + $"{Bit(average)} {(average ? members : 1)} {vector.Base + group * vector.GroupBlocks + block} {(BigInteger.One << used) - 1}";
            }
        }
        foreach ((int block, int time) in plan.Schedule.Outputs) yield return $"{time} output {plan.Output.Base + block} {Bit(block == plan.OutputBlocks - 1)}";

        static int Bit(bool b) => b ? 1 : 0;
    }

    private static IEnumerable<string> Decoded(AcceleratorPlan plan)
    {
        ControlPlan control = plan.Control;
        var fields = control.Fields.ToDictionary(f => f.Name);
        for (int row = 0; row < control.Rows.Count; row++)
        {
            int Field(string name) => (int)((control.Rows[row] >> fields[name].Lsb) & ((BigInteger.One << fields[name].Width) - 1));
            string Fields(string unit, params string[] names) => string.Join(' ', names.Select(n => Field($"{unit}_{n}")));
            bool On(string unit) => control.Units.Contains(unit) && Field(unit + "_valid") == 1;
            int Time(string unit) => Field(unit + "_stage") * control.Rows.Count + row;

            if (On("fft")) yield return $"{Time("fft")} fft {Fields("fft", "source", "block", "address", "column")} {control.FftVariants[Field("fft_variant")]} {Field("fft_last_input")}";
            if (On("product"))
                yield return $"{Time("product")} product {(plan.Shape.Sparse ? "" : $"{Fields("product", "address", "part")} {plan.Program.Modes[Field("product_mode")]} ")}{Fields("product", "recurrent", "first", "last", "row")}";
            for (int u = 0; On("drain") && u < plan.Shape.IfftUnits; u++)
                if (Field($"drain_on_{u}") == 1)
                    yield return $"{Time("drain")} drain {u} {control.DrainVariants[Field("drain_variant")]} {control.IfftVariants[Field("drain_result")]} {Field($"drain_slot_{u}")} {Field($"drain_address_{u}")}";
            if (On("cell"))
            {
                var sums = Enumerable.Range(0, control.Slots).Where(s => Field($"cell_use_{s}") == 1).Select(s => $" {s}:{Field($"cell_unit_{s}")}");
                yield return $"{Time("cell")} cell {Fields("cell", "kind", "resets_first", "block", "slice", "row", "target")} {control.CellMasks[Field("cell_mask")]}{string.Concat(sums)}";
            }
            if (On("linear"))
                yield return $"{Time("linear")} linear {Fields("linear", "unit", "address", "bias", "first", "last", "rectify", "average")} "
                    + $"{1 << control.PoolShifts[Field("linear_shift")]} {Field("linear_target")} {control.LinearMasks[Field("linear_mask")]}";
            if (On("output")) yield return $"{Time("output")} output {Fields("output", "block", "final")}";
        }
    }

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
