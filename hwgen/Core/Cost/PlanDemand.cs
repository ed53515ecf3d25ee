using HwGen.Core.Activations;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;

namespace HwGen.Core.Cost;

/// <summary>What a whole design needs, module by module, read off its plan. Observation points are left out, as synthesis leaves them out.</summary>
public sealed class PlanDemand
{
    /// <summary>Context that goes with the orders: which input buffer, which half, fresh, last.</summary>
    private const int ContextFlags = 5;

    /// <summary>Rows of the largest weight memory whose content is looked at: larger ones are block memories.</summary>
    public const int LargestTable = 512;

    /// <summary>Tables of a player that do not depend on its widths: whether a run ends, waits, is the last, and what follows from it.</summary>
    private const int PlayerOrders = 8;

    /// <summary>Tables of the control port that do not depend on widths: handshakes, and what a register accepts.</summary>
    private const int PortOrders = 50;

    private readonly AcceleratorPlan _plan;
    private readonly int _k, _b, _units, _lanes, _columns, _streamBits, _block;

    private PlanDemand(AcceleratorPlan plan)
    {
        _plan = plan;
        (_k, _b, _units, _lanes, _columns) = (plan.BlockSize, plan.WordBits, plan.Shape.IfftUnits, plan.Shape.Lanes, plan.Shape.Columns);
        (_streamBits, _block) = (Bits.Of(plan.Shape.Streams), plan.BlockSize * plan.WordBits);
    }

    private ControlPlan Control => _plan.Control;

    private StepProgram Program => _plan.Program;

    private UnitLatencies Latency => _plan.Latency;

    /// <summary>The whole design.</summary>
    public static ResourceDemand Of(AcceleratorPlan plan) => Modules(plan).Aggregate(ResourceDemand.None, (sum, m) => sum + m.Demand);

    /// <summary>Each kind of module, all its instances together.</summary>
    public static IReadOnlyList<ModuleDemand> Modules(AcceleratorPlan plan)
    {
        var demand = new PlanDemand(plan);
        bool gru = plan.Program.Cells.Any(c => c.Kind != CellKind.Lstm), lstm = plan.Program.Cells.Any(c => c.Kind == CellKind.Lstm);
        return
        [
            new("streams", demand.Streams()),
            new("control", demand.Sequencer()),
            new("fft", demand.FftUnit()),
            new("spectra", demand.Spectra()),
            new("elements", demand.Elements()),
            new("ifft", plan.Shape.IfftUnits * demand.IfftUnit() + demand.SumTags()),
            .. plan.Program.Cells.Count > 0 ? (ModuleDemand[])[new("cell memories", demand.CellMemories())] : [],
            .. gru ? (ModuleDemand[])[new("gru lanes", plan.Shape.Lanes * demand.GruLane())] : [],
            .. lstm ? (ModuleDemand[])[new("lstm lanes", plan.Shape.Lanes * demand.LstmLane())] : [],
            .. plan.Program.Linears.Count > 0 ? (ModuleDemand[])[new("linear", demand.LinearUnit())] : [],
            .. plan.Load is { } load ? (ModuleDemand[])[new("registers", demand.Registers(load))] : [],
        ];
    }

    /// <summary>Input banks and output buffer, and the top around them.</summary>
    private ResourceDemand Streams()
    {
        int fifo = Bits.Of(_plan.OutputBufferBeats), beat = Bits.Of(_plan.InputBlocks);
        // Lanes that hold padding in the last beat are masked.
        int masked = (_k - _plan.Input.Used(_plan.InputBlocks - 1)) * _b;
        return ResourceDemand.Of((LogicKind.Increment, 2 * (fifo + 1) + beat), (LogicKind.Gate, masked + 2 * beat), (LogicKind.Multiplexer, 2 * _streamBits),
            (LogicKind.Register, 2 * (fifo + 1) + beat + 6 + 2 * _streamBits), (LogicKind.Design, 1)) with
        {
            Memories = [Ram(Bits.Of(_plan.InputBlocks) + 1, _block), new(1 << fifo, _block + 1 + _streamBits, true, 1) { Combinational = true }],
        };
    }

    /// <summary>The AXI4-Lite slave and the registers behind it, and the row that is collected there and then broadcast.</summary>
    private ResourceDemand Registers(WeightLoad load)
    {
        const int word = WeightLoad.WordBits;
        int memories = load.Memories.Count, words = load.Memories.Max(m => m.WordsPerRow), rows = Bits.Of(load.Rows + 1), outputs = Bits.Of(_plan.OutputBlocks);
        int select = Bits.Of(memories), row = load.Memories.Max(m => m.Image.AddressBits), bits = load.RowBits;
        bool depths = load.Memories.Select(m => m.Rows).Distinct().Count() > 1;
        // What is cleared by the port's reset, which is low: steps and their half, row, checksum and smaller ones. Yosys gives each bit an inverter of its own.
        int cleared = 2 * word + 3 * word + rows + select + Bits.Of(words) + memories + _plan.Shape.Streams;
        return ResourceDemand.Of(
            (LogicKind.Increment, 2 * word + word + rows + outputs + Bits.Of(words)),
            // The checksum, and the row's end.
            (LogicKind.Adder, word), (LogicKind.Adder, 2 * word / 3.0),
            // The next row; and what is read, of two halves of the count of steps, row and checksum, between constants: three tables a bit.
            (LogicKind.Multiplexer, word + 3 * word + rows + memories + words + PortOrders + cleared),
            (LogicKind.Register, 2 * RegisterMap.AddressBits + 4 + 7 + 2 * word + 3 * word + 2 * word + 3 + _plan.Shape.Streams + outputs + select + rows
                + (depths ? Bits.Of(load.Memories.Max(m => m.Rows)) : 0) + 2 * Bits.Of(words) + memories + 2 * row + 2 * bits));
    }

    /// <summary>The schedule's runs and what plays them, starts, and the context of the steps in flight.</summary>
    private ResourceDemand Sequencer()
    {
        int contexts = 1 << Control.StageBits, phase = Bits.Of(_plan.Schedule.IntervalCycles), credit = Bits.Of(_plan.OutputBufferBeats + 1);
        int bits = ContextFlags + (_plan.Shape.Streams > 1 ? _streamBits : 0);
        // Each unit chooses the context of its stage: whether the step is there, and what the unit wants to know of it.
        int chosen = Control.Units.Count + _units + 4 + (_plan.Shape.Streams > 1 ? 3 * _streamBits : 0);
        return ResourceDemand.Of((LogicKind.Context, chosen * (contexts - 1)), (LogicKind.Increment, phase), (LogicKind.Adder, 2 * credit), (LogicKind.Multiplexer, phase + contexts * bits / 2),
            (LogicKind.Register, phase + credit + 1 + 2 * _plan.Shape.Streams + _streamBits + contexts * bits)) with
        {
            Memories = [.. Control.Runs.Select(r => Rom($"schedule_{r.Unit}"))],
        } + Control.Runs.Aggregate(ResourceDemand.None, (sum, r) => sum + Player(r));
    }

    /// <summary>hwgen_runs without its memory: the order and what is added to it, the counters, and the choice between them and the next run.</summary>
    private static ResourceDemand Player(UnitRuns runs)
    {
        int address = Bits.Of(runs.Runs.Count), counters = runs.LengthBits + runs.GapBits;
        // One step is a constant; of several each bit is a table of their number. Counting down inverts each bit; the ends are compared.
        return ResourceDemand.Of((runs.Steps.Count > 1 ? LogicKind.Adder : LogicKind.Increment, runs.Steps.Count > 0 ? runs.Width : 0), (LogicKind.Adder, counters), (LogicKind.Increment, address),
            (LogicKind.Multiplexer, runs.RunWidth + address + (runs.Steps.Count > 1 ? runs.Width : 0) + PlayerOrders), (LogicKind.Register, runs.RunWidth + address + 3));
    }

    private ResourceDemand FftUnit()
    {
        var modes = _plan.Formats.Modes;
        int sources = 1 + (Program.Cells.Count > 0 ? 1 : 0) + (Program.Linears.Count > 0 ? 1 : 0);
        ResourceDemand demand = ResourceDemand.Of(ResourceDemand.Choice(sources, _block), ResourceDemand.Choice(Control.FftVariants.Count, _block), (LogicKind.Register, 2 * _block + 2));
        foreach (TransformMode mode in modes)
            demand += _k / mode.BlockSize * ResourceDemand.Of(mode.Fft) + Delay(_k * mode.Fft.OutputBits, Latency.FftRounding - 1 - mode.Fft.LatencyCycles);
        foreach (var (k, shift) in Control.FftVariants) demand += _k * Requantizer(_plan.Formats.Mode(k).Fft.OutputBits, shift, _b);
        if (Control.FftVariants.Count > 1) demand += Delay(Bits.Of(Control.FftVariants.Count), 1 + Latency.FftRounding);
        return demand;
    }

    /// <summary>The spectral memory, and from it the row that the elements see; in a sparse engine the copies that they gather from.</summary>
    private ResourceDemand Spectra()
    {
        int row = _columns * _block, bank = Bits.Of(2 * _plan.Shape.Streams);
        ResourceDemand delays = Delay(bank + Live("fft_address", "fft_column"), Latency.SpectrumWrite) + Delay(1, Latency.ProductFirst);
        if (_plan.Shape.Sparse)
            return ResourceDemand.Of((LogicKind.Register, bank + 1 + Latency.SpectrumWrite + Latency.ProductLoad)) with { Memories = [Ram(bank + Control.SpectrumBits, _block, _plan.SpectrumCopies)] } + delays;
        // The row itself waits in a register that feeds the elements' multipliers alone; with three to a product, also the sums before them.
        int fed = _plan.Shape.ThreeMultiply ? _columns * Math.Min(_k, 2) * _b : row;
        return Program.Modes.Aggregate(ResourceDemand.None, (sum, k) => sum + ResourceDemand.Of(ResourceDemand.Choice(_k / k, k * _b * _columns)))
            + ResourceDemand.Of(ResourceDemand.Choice(Program.Modes.Count, row), (LogicKind.Register, row - fed + 2 + Latency.SpectrumWrite + Latency.ProductLoad + 2 * Control.PartBits),
            (LogicKind.Gate, _columns)) with
            {
                Multipliers = [new(_plan.WeightBits, _b, 0) { SharedRegisterBits = fed }],
                Memories = [Ram(bank + Control.SpectrumBits, _block, _columns)],
            } + delays;
    }

    private ResourceDemand Elements()
    {
        int elements = _plan.Shape.Elements, accumulator = _plan.AccumulatorBits, rows = 1 << Bits.Of(_plan.Groups.WeightRows.Count);
        ResourceDemand element = _plan.Shape.Sparse ? ResourceDemand.SparseElement(_k, _b, _plan.WeightBits, accumulator, _columns) : ResourceDemand.Element(_k, _b, _plan.WeightBits, accumulator, rows, _columns, _plan.IsMixed, three: _plan.Shape.ThreeMultiply) with { Memories = [] };
        // The last element of a chain has none behind it: its drain register only clears. Places that every rounding drops but the last are not drained.
        double dropped = (double)_k * Math.Max(0, Control.DrainVariants.Min(v => v.Shift) - 1);
        return elements * element + ResourceDemand.Of((LogicKind.Multiplexer, -_units * ((double)_k * accumulator - dropped) - elements * dropped), (LogicKind.Register, -elements * dropped)) with
        {
            Memories = [.. Enumerable.Range(0, elements).Select(e => Rom($"weights_{e}"))],
        };
    }

    /// <summary>One inverse FFT unit, from accumulators to sums, and the sum's tag.</summary>
    private ResourceDemand IfftUnit()
    {
        int accumulator = _plan.AccumulatorBits;
        ResourceDemand demand = ResourceDemand.Of((LogicKind.Register, _block + Latency.IfftUnit), ResourceDemand.Choice(Control.IfftVariants.Count, _block), (LogicKind.Gate, 4));
        foreach (TransformMode mode in _plan.Formats.Modes)
        {
            int width = mode.Ifft.Input.Width, variants = Control.DrainVariants.Count(v => v.BlockSize == mode.BlockSize), wait = Latency.IfftRounding - 1 - mode.Ifft.LatencyCycles;
            // Without a transform between them the register before it and those behind it are one chain.
            demand += _k / mode.BlockSize * ResourceDemand.Of(mode.Ifft)
                + (mode.BlockSize == 1 ? Delay(_k * width, 1 + wait) : Delay(_k * width, 1) + Delay(_k * mode.Ifft.OutputBits, wait))
                + ResourceDemand.Of(ResourceDemand.Choice(variants, _k * width));
        }
        foreach (var (k, shift) in Control.DrainVariants) demand += _k * Requantizer(accumulator, shift, _plan.Formats.Mode(k).Ifft.Input.Width);
        foreach (var (k, shift) in Control.IfftVariants) demand += _k * Requantizer(_plan.Formats.Mode(k).Ifft.OutputBits, shift, _b);
        if (Control.IfftVariants.Count > 1) demand += Delay(Bits.Of(Control.IfftVariants.Count), Latency.IfftRounding);
        return demand;
    }

    /// <summary>Where each unit's sums go.</summary>
    private ResourceDemand SumTags() =>
        Delay(Live([.. Enumerable.Range(0, _units).SelectMany(u => new[] { $"drain_slot_{u}", $"drain_address_{u}" })]), Latency.IfftUnit);

    /// <summary>Sums, parameters, state and words of the cell unit, and what chooses among them.</summary>
    private ResourceDemand CellMemories()
    {
        int slice = _lanes * _b, slots = Control.Slots, states = _lanes * _plan.StateBits, streams = _plan.Shape.Streams;
        bool both = Program.Cells.Any(c => c.Kind == CellKind.Lstm) && Program.Cells.Any(c => c.Kind != CellKind.Lstm);
        // A mask that is all ones in all slices is none.
        bool masked = Control.CellMasks.Any(m => m != ControlPlan.Mask(_lanes));
        int tag = (streams > 1 ? _streamBits : 0) + Live("cell_kind", "cell_row", "cell_target", "cell_slice");
        return ResourceDemand.Of(
            ResourceDemand.Choice(_units, (double)slots * _block), ResourceDemand.Choice(_plan.Slices, (double)slots * slice), (LogicKind.Multiplexer, both ? states + slice : 0),
            (LogicKind.Gate, slots * slice + states + (masked ? states + slice : 0)),
            (LogicKind.Register, slots * (1 + (_units > 1 ? Control.UnitBits : 0)) + (_plan.Slices > 1 ? Control.SliceBits : 0) + 4 + Latency.CellWrite)) with
        {
            Memories =
            [
                Ram(Control.CellSumBits, _block, slots * _units),
                Ram(Control.CellBits + (streams > 1 ? _streamBits : 0), states),
                Ram(Control.CellTargetBits, slice, _plan.Slices * (_plan.Output.Source == VectorSource.Cell ? 2 : 1)),
                Rom("cell"),
            ],
        } + Delay(tag, Latency.CellWrite) + (masked ? Delay(Bits.Of(Control.CellMasks.Count), 1 + Latency.CellUnit) : ResourceDemand.None) + (both ? Delay(2, 1 + Latency.CellUnit) : ResourceDemand.None);
    }

    /// <summary>hwgen_gru_lane: two sigmoids, a tanh, r times its part of the candidate, z times the difference.</summary>
    private ResourceDemand GruLane()
    {
        int b = _b, state = _plan.Formats.GruState.Width, finer = _plan.Formats.CandidateShift, wait = Latency.CellUnit - AcceleratorPlan.GruLane;
        bool resets = Program.Cells.Any(c => c.ResetsFirst);
        // r and the difference go into products alone, z into a delay.
        return 2 * Table(_plan.Sigmoid, "sigmoid", kept: false) + Table(_plan.Tanh, "tanh", kept: true) + GateSums(2) + 2 * Saturator(b + 2, b)
            + Requantizer(2 * b + finer + 2, b - 1 + finer, b) + Requantizer(state, state - b, b)
            + ResourceDemand.Of(
                (LogicKind.Adder, 2 * (b + 1) + 2 * b + finer + 2 + state + 1 + state), (LogicKind.Increment, state + 2),
                (LogicKind.Register, 3 * b + 2 * b + state)) with
            {
                Multipliers = [new(b + 1, b, 1) { InputRegisterBits = b }, new(state + 1, b, 1) { InputRegisterBits = state + 1 }, .. resets ? (MultiplierDemand[])[new(b, state, 1)] : []],
            }
            + Delay(b + 1, 6) + Delay(b + 1, 5) + (resets ? Delay(state, 5) + Delay(state, 6) : Delay(state, 11)) + Delay(b, 8)
            + (resets ? Requantizer(state + b, state - 1, b) + Delay(b, 8) + ResourceDemand.Of((LogicKind.Multiplexer, b + 2 * b + 1)) : ResourceDemand.None)
            + Delay(state, wait) + Delay(b, wait);
    }

    /// <summary>hwgen_lstm_lane: three sigmoids, two tanh, f . c, i . g, o . tanh(c'), and with peepholes three products more.</summary>
    private ResourceDemand LstmLane()
    {
        int b = _b, state = _plan.Formats.LstmState.Width, gate = _plan.Formats.Gate.FracBits, wait = Latency.CellUnit - AcceleratorPlan.LstmLane;
        bool peepholes = _plan.Parameters.Any(p => p.Peepholes.Count > 0);
        ResourceDemand demand = 3 * Table(_plan.Sigmoid, "sigmoid", kept: false) + Table(_plan.Tanh, "tanh", kept: false) + Table(_plan.CellTanh, "tanh_cell", kept: false)
            + GateSums(4) + Saturator(b + 2, b) + Requantizer(state + b + 1, b - 1, state) + Requantizer(state, _plan.Formats.LstmState.FracBits - _plan.Formats.TanhInput.FracBits, b)
            + Requantizer(2 * b, b - 1, b)
            + ResourceDemand.Of((LogicKind.Adder, state + b + 1 - (_plan.Formats.LstmState.FracBits - gate)), (LogicKind.Register, 3 * (b + 2) + b + state + b + b)) with
            {
                // The gates go into products alone, and so does the state's tanh, a cycle late.
                Multipliers = [new(state, b, 1) { InputRegisterBits = b }, new(b, b, 1) { InputRegisterBits = 2 * b }, new(b, b, 1) { InputRegisterBits = 3 * b }],
            }
            + Delay(state, 6) + Delay(state, 8) + Delay(b + 2, 9) + Delay(state, wait) + Delay(b, wait);
        return demand + 3 * (peepholes ? Peephole(state) : Saturator(b + 2, b) + ResourceDemand.Of((LogicKind.Register, b))) + (peepholes ? Delay(b, 8) : ResourceDemand.None);
    }

    /// <summary>hwgen_peephole.</summary>
    private ResourceDemand Peephole(int state)
    {
        int part = state + _b - _plan.Formats.PeepholeShift + 1, wide = Math.Max(part, _b + 2);
        return ResourceDemand.Of((LogicKind.Increment, part), (LogicKind.Adder, wide + 1), (LogicKind.Register, _b)) with { Multipliers = [new(state, _b, 1)] } + Saturator(wide + 1, _b);
    }

    /// <summary>Sum and bias of the first so many gates, and a second sum where input and recurrent products come apart.</summary>
    private ResourceDemand GateSums(int gates) => Enumerable.Range(0, gates).Aggregate(ResourceDemand.None, (all, gate) =>
        all + ResourceDemand.Of((LogicKind.Adder, ResourceDemand.Operands(Program.Sums.Any(s => s.Slot == 4 + gate) ? 3 : 2) * (_b + 2))));

    /// <summary>hwgen_pwl: the slope is multiplied by adders, one for each bit of the rest.</summary>
    /// <param name="table">The function.</param>
    /// <param name="image">Its memory.</param>
    /// <param name="kept">Whether the output register is its own, not one that what follows takes in.</param>
    private ResourceDemand Table(ActivationPlan table, string image, bool kept)
    {
        int product = table.Slope.Width + Math.Max(1, table.RemainderBits) + 1;
        return ResourceDemand.Of((LogicKind.Adder, table.Input.Width + table.SumBits + table.Output.Width), (LogicKind.ProductRow, Math.Max(1, table.RemainderBits) * table.Slope.Width),
            (LogicKind.Multiplexer, table.Input.Width + 2 * table.Output.Width),
            (LogicKind.Register, table.Input.Width + table.RemainderBits + product + table.Offset.Width + (kept ? table.Output.Width : 0) + 5)) with
        {
            Memories = [Rom(image)],
        } + Requantizer(table.SumBits, table.RoundShift, table.Output.Width);
    }

    private ResourceDemand LinearUnit()
    {
        bool pools = Program.Linears.Any(l => l.Pool is not null), rectifies = Program.Linears.Any(l => l.Rectify), masked = Control.LinearMasks.Any(m => m != ControlPlan.Mask(_k));
        bool averages = Program.Linears.Any(l => l.Pool is { Kind: PoolKind.Average }), largest = Program.Linears.Any(l => l.Pool is { Kind: PoolKind.Max });
        int pooled = _b + Control.PoolShifts.Max(), orders = 3 + Bits.Of(Control.PoolShifts.Count) + (masked ? 2 * Bits.Of(Control.LinearMasks.Count) : 0);
        ResourceDemand lane = ResourceDemand.Of(
            (LogicKind.Adder, _b + 1 + (pools ? (averages ? pooled : 0) + (largest ? pooled : 0) : 0)),
            (LogicKind.Multiplexer, pools ? pooled * ((averages ? 1 : 0) + (largest ? 1 : 0)) : 0), ResourceDemand.Choice(Control.PoolShifts.Count, _b),
            (LogicKind.Gate, (rectifies ? _b : 0) + (masked ? _b : 0)), (LogicKind.Register, _b + (pools ? pooled : 0))) + Saturator(_b + 1, _b);
        foreach (int shift in Control.PoolShifts) lane += Requantizer(pooled, shift, _b);
        return _k * lane + ResourceDemand.Of(ResourceDemand.Choice(_units, _block), (LogicKind.Register, (_units > 1 ? Control.UnitBits : 0) + orders + Latency.LinearWrite)) with
        {
            Memories =
            [
                Ram(Control.LinearSumBits, _block, _units),
                Ram(Control.LinearTargetBits, _block, _plan.Output.Source == VectorSource.Linear ? 2 : 1),
                Rom("linear"),
            ],
        } + Delay(Live("linear_target"), Latency.LinearWrite);
    }

    /// <summary>Bits of a schedule row's fields that are neither constant nor copies of each other: only those need registers that carry them along.</summary>
    private int Live(params ReadOnlySpan<string> fields)
    {
        var columns = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in fields)
        {
            ScheduleField field = Control.Fields.First(f => f.Name == name);
            for (int bit = field.Lsb; bit <= field.Msb; bit++) columns.Add(string.Concat(Control.Rows.Select(r => ((r >> bit) & 1).IsZero ? '0' : '1')));
        }
        return columns.Count(c => c.Contains('0', StringComparison.Ordinal) && c.Contains('1', StringComparison.Ordinal));
    }

    private static ResourceDemand Requantizer(int input, int shift, int output) =>
        (shift == 0 ? ResourceDemand.None : ResourceDemand.Of((LogicKind.Increment, input - shift + 1))) + Saturator(input - shift + 1, output);

    private static ResourceDemand Saturator(int input, int output) =>
        input <= output ? ResourceDemand.None : ResourceDemand.Of((LogicKind.Saturation, output + (input - output) / 4.0));

    private static ResourceDemand Delay(int bits, int stages) => stages <= 0 ? ResourceDemand.None
        : stages < DelayDemand.ShortestShift ? ResourceDemand.Of((LogicKind.Register, (double)bits * stages))
        : ResourceDemand.None with { Delays = [new(bits, stages)] };

    private static MemoryDemand Ram(int addressBits, int width, long count = 1) => new(1 << addressBits, width, true, count);

    private MemoryDemand Rom(string name)
    {
        MemoryImage image = _plan.Images.Single(i => i.Name == name);
        int rows = image.Reloadable ? 1 << image.AddressBits : image.Depth;
        return new(rows, image.Width, image.Reloadable, 1) { Exclusive = true, InBlocks = image.InBlocks, Content = image.Reloadable || image.InBlocks || (rows > LargestTable && name.StartsWith("weights", StringComparison.Ordinal)) ? null : TableContent.Of(image) };
    }
}
