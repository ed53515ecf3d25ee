using System.Numerics;
using HwGen.Core.Activations;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Parts;

namespace HwGen.Core.Plan;

/// <summary>The accelerator, decided: every format, width, table, latency and cycle. The reference, the templates, the
/// harness and the report read them here and nowhere else.</summary>
public sealed class AcceleratorPlan
{
    /// <summary>Registers of the pipelines outside the transforms; see <see cref="UnitLatencies"/>.</summary>
    private const int FftOverhead = 4, ProductLatency = 6, IfftOverhead = 3, MemoryOverhead = 2, LinearLatency = 3, OutputLatency = 2;

    /// <summary>Another inverse FFT unit has to shorten the interval by this share.</summary>
    private const double UnitGain = 0.02;

    /// <summary>Cycles of the two kinds of lanes; see hwgen_gru_lane and hwgen_lstm_lane.</summary>
    public const int GruLane = 14, LstmLane = 16;

    /// <summary>Multipliers of a GRU's lane: r . (R_n h), z . (h - n); with linear_before_reset = 0 also r . h. Its tables' slopes are multiplied
    /// by adders.</summary>
    public const int GruMultipliers = 2;

    /// <summary>Multipliers of an LSTM's lane: f . c, i . g, o . tanh(c'); with peepholes three more.</summary>
    public const int LstmMultipliers = 3;

    private readonly Lazy<IReadOnlyList<ProvenRange>> _ranges;

    private AcceleratorPlan(string name, TrainedNetwork network, NetworkFormats formats, HardwareSettings hardware)
    {
        (Name, ModuleName, Formats, Program) = (name, name.Replace('-', '_'), formats, new(network.Layers, hardware.SparseBlock));
        Parameters = Quantize(Program, network, formats);
        Sparse = hardware.Sparse ? new(Parameters) : null;
        Groups = new(Program, hardware.ProcessingElements, hardware.ColumnsPerCycle, recurrentFirst: hardware.Streams > 1, Sparse);
        Latency = Latencies(Program, formats, hardware.ColumnsPerCycle, hardware.ThreeMultiply == true, hardware.Sparse);
        (Shape, Schedule) = ChooseUnits(Program, Groups, Latency, hardware, s => s.Run(), s => s.IntervalCycles);
        Tables = [.. BuildTables()];
        ReloadableWeights = hardware.ReloadableWeights;
        AccumulatorBits = AccumulatorWidth(ReloadableWeights ? AnyWeights() : TheseWeights());
        Control = new ControlPlan(this);
        Images = new ImageBuilder(this).Build();
        Load = ReloadableWeights ? new(this) : null;
        Taps = new TapBuilder(this).Build();
        _ranges = new(() => new RangeProof(this).Build());
    }

    public string Name { get; }

    public string ModuleName { get; }

    public NetworkFormats Formats { get; }

    public StepProgram Program { get; }

    public EngineShape Shape { get; }

    public IReadOnlyList<LayerDescription> Layers => Program.Layers;

    /// <summary>K, the largest k of all layers.</summary>
    public int BlockSize => Program.BlockSize;

    public IReadOnlyList<QuantizedLayer> Parameters { get; }

    /// <summary>Which weights a sparse engine takes; null where it takes all.</summary>
    public SparsePattern? Sparse { get; }

    public RowGroups Groups { get; }

    public UnitLatencies Latency { get; }

    public Schedule Schedule { get; }

    public ControlPlan Control { get; }

    /// <summary>Tables of the cell unit: sigmoid and tanh of the sums, and for LSTMs tanh of the cell state; empty without cells.</summary>
    public IReadOnlyList<ActivationPlan> Tables { get; }

    public ActivationPlan Sigmoid => Tables[0];

    public ActivationPlan Tanh => Tables[1];

    /// <summary>tanh of an LSTM's cell state.</summary>
    public ActivationPlan CellTanh => Tables[2];

    public IReadOnlyList<MemoryImage> Images { get; }

    /// <summary>Whether weights, biases and peepholes are written through AXI4-Lite.</summary>
    public bool ReloadableWeights { get; }

    /// <summary>What has to be written; null where the weights lie in ROM.</summary>
    public WeightLoad? Load { get; }

    public IReadOnlyList<TapPlan> Taps { get; }

    /// <summary>What every net that the design carries words in can hold, for any input.</summary>
    public IReadOnlyList<ProvenRange> Ranges => _ranges.Value;

    /// <summary>What a tap's words can be; null where nothing is proven of them.</summary>
    public Interval? RangeOf(TapPlan tap) =>
        Ranges.Where(r => r.Tap == tap.Name).Select(r => (Interval?)r.Range).Aggregate((Interval?)null, (all, r) => all?.Hull(r!.Value) ?? r);

    public VectorPlan Input => Program.Vectors[0];

    public VectorPlan Output => Program.Vectors[Program.Output];

    /// <summary>b.</summary>
    public int WordBits => Formats.Bits;

    /// <summary>Bits of a word of the weight memories, and of an element's multipliers on their side.</summary>
    public int WeightBits => Formats.WeightBits;

    public FixedFormat InputFormat => Formats.Vectors[0];

    public FixedFormat OutputFormat => Formats.Vectors[Program.Output];

    /// <summary>Width of a frequency accumulator: proven for any spectrum of the input words, over the actual weights, or over any where they
    /// are reloadable.</summary>
    public int AccumulatorBits { get; }

    /// <summary>Slices of a block that the cell unit takes one after the other.</summary>
    public int Slices => BlockSize / Shape.Lanes;

    /// <summary>Bits of a state: the widest of the cell's kinds.</summary>
    public int StateBits => Program.Cells.Max(c => StateFormat(c).Width);

    public int InputBlocks => Input.Blocks;

    public int OutputBlocks => Output.Blocks;

    /// <summary>Bits of a word's lane on the streams: whole bytes, sign-extended.</summary>
    public int StreamLaneBits => (WordBits + 7) / 8 * 8;

    /// <summary>Beats that the output buffer holds: those of every step in flight, and one step more.</summary>
    public int OutputBufferBeats => 1 << Bits.Of((Schedule.Stages + 1) * OutputBlocks);

    /// <summary>Cycles from the first input beat's to the first operation's of the same step, nothing stalled.</summary>
    public int StartCycles => InputBlocks + 1;

    /// <summary>First input beat to last output beat of one step, both counted; state warm, nothing stalled.</summary>
    public int SingleStreamCycles => StartCycles + Schedule.LastOutput + Latency.Output + 1;

    /// <summary>Cycles after which nothing of a step is in flight any more.</summary>
    public int RestCycles => Schedule.IntervalCycles << Control.StageBits;

    /// <summary>Real multiplies of all block products of a step; where a kernel reaches over the edge of a map there is none.</summary>
    public long ProductMultiplies => Sparse is { } pattern ? pattern.Count : Groups.Groups.Sum(g => g.Columns.Sum(c => Groups.WeightRows[c.WeightRow].Columns.Count(j => j >= 0)) * g.Rows.Sum(r =>
    {
        SumPlan sum = Program.Sums[r.Sum];
        int parts = BlockSize / sum.BlockSize, rows = Parameters[sum.Layer].Matrices[sum.Terms[0].Matrix].RowBlocks;
        return (long)Math.Min(parts, rows - r.Block * parts) * Spectrum.ProductMultiplies(sum.BlockSize, Shape.ThreeMultiply);
    }));

    /// <summary>Multipliers of all processing elements.</summary>
    public int ProductMultipliers => Shape.Elements * Shape.ElementMultipliers(BlockSize);

    /// <summary>Multiplies of all block products ÷ (PE multipliers × cycles a frame).</summary>
    public double MultiplierUtilization => ProductMultiplies / ((double)ProductMultipliers * Schedule.IntervalCycles);

    /// <summary>Multipliers of one lane of the cell unit.</summary>
    public int LaneMultipliers => MultipliersOfLane(Program);

    /// <summary>Multipliers of one lane of the cell unit that a program needs.</summary>
    public static int MultipliersOfLane(StepProgram program) =>
        (program.Cells.Any(c => c.Kind != CellKind.Lstm) ? GruMultipliers + (program.Cells.Any(c => c.ResetsFirst) ? 1 : 0) : 0)
        + (program.Cells.Any(c => c.Kind == CellKind.Lstm) ? LstmMultipliers + (program.Layers.Any(l => l is LstmLayer { Peepholes: true }) ? LstmLayer.PeepholeGates : 0) : 0);

    /// <summary>Latencies of the units of an engine that takes so many columns a cycle, and three or four multipliers to a complex product.</summary>
    public static UnitLatencies Latencies(StepProgram program, NetworkFormats formats, int columns, bool threeMultiply, bool sparse = false) => new(
        formats.Modes.Max(m => m.Fft.LatencyCycles) + FftOverhead, ProductLatency + (columns > 1 ? 1 : 0) + (threeMultiply || sparse ? 1 : 0),
        formats.Modes.Max(m => m.Ifft.LatencyCycles) + IfftOverhead,
        (program.Cells.Any(c => c.Kind == CellKind.Lstm) ? LstmLane : GruLane) + MemoryOverhead,
        LinearLatency + (program.Linears.Any(l => l.Pool is not null) ? 1 : 0), OutputLatency)
    {
        SpectrumRead = sparse ? 1 : 0,
    };

    /// <summary>Plans the accelerator of a trained network.</summary>
    /// <param name="name">Design name; '-' becomes '_' in module names.</param>
    /// <param name="network">Layers as <see cref="EngineLimits"/> lets them through.</param>
    /// <param name="formats">From <see cref="NetworkFormats.Choose"/>.</param>
    /// <param name="hardware">Parallelism.</param>
    /// <exception cref="ArgumentException">The network is of another shape.</exception>
    public static AcceleratorPlan Create(string name, TrainedNetwork network, NetworkFormats formats, HardwareSettings hardware) =>
        hardware.ProcessingElements > 0 ? new(name, network.FoldBatchNorm(), formats, hardware) : Fit(name, network.FoldBatchNorm(), formats, hardware);

    /// <summary>Of the sizes that the budget holds the one with the fewest multipliers that is nearly as fast as the fastest; among the most promising, since
    /// the schedule decides.</summary>
    private static AcceleratorPlan Fit(string name, TrainedNetwork network, NetworkFormats formats, HardwareSettings hardware)
    {
        ResourceCount budget = hardware.Budget ?? throw new ArgumentException("No elements are given and no budget to choose them by.", nameof(hardware));
        var candidates = HardwarePlanner.Candidates(network, formats, hardware, budget);
        if (candidates.Count == 0)
        {
            // The smallest engine there is shows by how much.
            return new(name, network, formats, hardware with { ProcessingElements = 1, ColumnsPerCycle = 1, VectorLanes = 1 });
        }
        AcceleratorPlan[] plans = [.. candidates.Take(FitTrials).Select(c => new AcceleratorPlan(name, network, formats, c)).Where(p => p.Multipliers <= budget.Dsp)];
        if (plans.Length == 0) return new(name, network, formats, candidates[^1]);
        double limit = plans.Min(p => p.Schedule.IntervalCycles) * (1 + HardwarePlanner.Slack);
        return plans.Where(p => p.Schedule.IntervalCycles <= limit).MinBy(p => (p.Multipliers, p.Schedule.IntervalCycles, p.SingleStreamCycles))!;
    }

    private const int FitTrials = 5;

    /// <summary>Multipliers of the whole engine.</summary>
    public long Multipliers => MultipliersOf(Program, Formats, Shape);

    private static long MultipliersOf(StepProgram program, NetworkFormats formats, EngineShape shape) => HardwarePlanner.Multipliers(program, formats,
        new(shape.Elements, 0, 0) { ColumnsPerCycle = shape.Columns, ThreeMultiply = shape.ThreeMultiply, VectorLanes = program.Cells.Count > 0 ? shape.Lanes : 0, Sparse = shape.Sparse }, shape.IfftUnits);

    /// <summary>The slot of time, in intervals from the run's start, in which each step starts when nothing stalls: streams take turns.</summary>
    /// <param name="streams">Stream of each step.</param>
    public IEnumerable<long> Turns(IEnumerable<int> streams)
    {
        long turn = 0;
        int? before = null;
        foreach (int stream in streams)
        {
            // Behind a step of stream s it is the turn of s + 1, and so on.
            if (before is { } s) turn += 1 + (stream - s - 1 + Shape.Streams) % Shape.Streams;
            before = stream;
            yield return turn;
        }
    }

    /// <summary>Cycle of each output beat relative to the first input beat's, nothing stalled.</summary>
    /// <param name="streams">Stream of each step.</param>
    public IEnumerable<long> OutputCycles(IReadOnlyList<int> streams)
    {
        int[] offsets = [.. Schedule.Outputs.Select(o => o.Time).Order()];
        foreach (long turn in Turns(streams))
            foreach (int offset in offsets)
                yield return StartCycles + turn * Schedule.IntervalCycles + offset + Latency.Output;
    }

    /// <summary>Cycles of a whole unstalled run: first input beat to last output beat, both counted.</summary>
    public long TotalCycles(IReadOnlyList<int> streams) => streams.Count == 0 ? 0 : OutputCycles(streams).Max() + 1;

    /// <summary>Format of the state that a cell keeps.</summary>
    public FixedFormat StateFormat(CellPlan cell) => cell.Kind == CellKind.Lstm ? Formats.LstmState : Formats.GruState;

    /// <summary>Blocks of a row of the spectral memory.</summary>
    public int SpectrumColumns => Shape.Sparse ? 1 : Shape.Columns;

    /// <summary>Rows of the spectral memory that a spectrum takes.</summary>
    public int SpectrumRows(int spectrum) => (Program.Vectors[Program.Spectra[spectrum].Vector].Blocks + SpectrumColumns - 1) / SpectrumColumns;

    /// <summary>First row of a spectrum within a bank of the spectral memory.</summary>
    public int SpectrumBase(int spectrum) => Enumerable.Range(0, spectrum).Sum(SpectrumRows);

    /// <summary>Rows in one bank of the spectral memory.</summary>
    public int SpectralRows => SpectrumBase(Program.Spectra.Count);

    /// <summary>Address within its slot's memory that a row block's sum goes to.</summary>
    public int SumAddress(RowBlock row) => Lifetimes.Address(Program, row);

    /// <summary>Row of the cell unit's memories that hold a slice.</summary>
    public int CellRow(CellPlan cell, int block, int slice) => (cell.Base + block) * Slices + slice;

    /// <summary>Words of a row of the weight memory of an element, shape (Q·K), as raw words.</summary>
    public int[] WeightWords(WeightRow row, int element)
    {
        var words = new int[Shape.Columns * BlockSize];
        if (element >= row.Rows.Count) return words;
        RowBlock block = row.Rows[element];
        SumPlan sum = Program.Sums[block.Sum];
        QuantizedMatrix matrix = Parameters[sum.Layer].Matrices[sum.Terms[row.Term].Matrix];
        if (Sparse is not null)
            return [.. row.Gathered[element].Select((column, w) => column < 0 ? 0 : matrix.Block(block.Block * BlockSize + w % BlockSize, column)[0])];
        int parts = BlockSize / sum.BlockSize;
        for (int q = 0; q < Shape.Columns; q++)
            for (int part = 0; part < parts; part++)
            {
                int i = block.Block * parts + part;
                if (row.Columns[q] >= 0 && i < matrix.RowBlocks) matrix.Block(i, row.Columns[q]).CopyTo(words.AsSpan(q * BlockSize + part * sum.BlockSize));
            }
        return words;
    }

    /// <summary>In a sparse engine the word of a bank of the spectral memory that belongs to each weight of a row, shape (Q·K).</summary>
    public int[] Indices(WeightRow row, int element)
    {
        SumPlan sum = Program.Sums[row.Rows[element].Sum];
        int first = SpectrumBase(sum.Terms[row.Term].Spectrum) * BlockSize;
        return [.. row.Gathered[element].Select(column => first + (column < 0 ? row.Idle : column))];
    }

    /// <summary>Bits of one of <see cref="Indices"/>; 0 in an engine that is not sparse.</summary>
    public int IndexBits => Sparse is null ? 0 : IndexWidth(SpectralRows, BlockSize);

    /// <summary>Bits that name a row of a bank of the spectral memory and a word in it.</summary>
    internal static int IndexWidth(int rows, int blockSize) => Bits.Of(rows) + (blockSize == 1 ? 0 : Bits.Of(blockSize));

    /// <summary>Bits of a row of an element's weights.</summary>
    public int WeightRowBits => Shape.Columns * BlockSize * (WeightBits + IndexBits);

    /// <summary>Copies of the spectral memory: one, or in a sparse engine one for each weight that is taken in a cycle.</summary>
    public int SpectrumCopies => Sparse is null ? 1 : Shape.Elements * Shape.Columns * BlockSize;

    /// <summary>Of a sparse engine, the share of the places in the rows of weights that hold one: 1 if all rows that run side by side are even.</summary>
    public double FilledShare => ProductMultiplies / (Groups.WeightRows.Sum(r => (double)r.Rows.Count) * Shape.Columns * BlockSize);

    /// <summary>Whether some matrices have smaller blocks than K.</summary>
    public bool IsMixed => Program.Modes[0] < BlockSize;

    /// <summary>Positions at which a sum is computed in one step.</summary>
    public int Positions(int sum) => Program.Sums[sum].IsLinear ? Program.Linears.First(l => l.Sum == sum).Windows.Sum(w => w.Length) : 1;

    internal static IReadOnlyList<QuantizedLayer> Quantize(StepProgram program, TrainedNetwork network, NetworkFormats formats) =>
        [.. network.Weights.Select((w, l) => QuantizedLayer.Quantize(w, Sets(program, l), formats.Layers[l]))];

    private static int[] Sets(StepProgram program, int layer)
    {
        var sets = new int[program.Layers[layer].Matrices.Count];
        foreach (TermPlan t in program.Sums.Where(s => s.Layer == layer).SelectMany(s => s.Terms)) sets[t.Matrix] = t.Set;
        return sets;
    }

    /// <summary>Interval and multipliers of the plan that <see cref="Create"/> would make, without making it.</summary>
    /// <param name="program">Of the network with batch norm folded.</param>
    /// <param name="formats">Tell the transforms.</param>
    /// <param name="hardware">Elements given; not sparse.</param>
    public static (int IntervalCycles, long Multipliers) Speed(StepProgram program, NetworkFormats formats, HardwareSettings hardware)
    {
        var groups = new RowGroups(program, hardware.ProcessingElements, hardware.ColumnsPerCycle, recurrentFirst: hardware.Streams > 1);
        UnitLatencies latency = Latencies(program, formats, hardware.ColumnsPerCycle, hardware.ThreeMultiply == true);
        var (shape, interval) = ChooseUnits(program, groups, latency, hardware, s => s.ShortestInterval(), i => i);
        return (interval, MultipliersOf(program, formats, shape));
    }

    private static (EngineShape, T) ChooseUnits<T>(StepProgram program, RowGroups groups, UnitLatencies latency, HardwareSettings hardware, Func<Scheduler, T> run, Func<T, int> interval)
    {
        int lanes = hardware.VectorLanes == 0 ? program.BlockSize : Math.Min(hardware.VectorLanes, program.BlockSize);
        int cycles = groups.Groups.Sum(g => g.Columns.Count);
        int units = hardware.IfftUnits > 0 ? Math.Min(hardware.IfftUnits, groups.Elements) : 1;
        while (hardware.IfftUnits == 0 && units < groups.Elements && groups.Groups.Sum(g => (g.Rows.Count + units - 1) / units) > cycles) units++;
        var (shape, schedule) = With(units);
        for (int more = 0; hardware.IfftUnits == 0 && more < 2 && shape.IfftUnits < groups.Elements; more++)
        {
            var (larger, faster) = With(shape.IfftUnits + 1);
            if (interval(faster) > interval(schedule) * (1 - UnitGain)) break;
            (shape, schedule) = (larger, faster);
        }
        return (shape, schedule);

        (EngineShape, T) With(int i)
        {
            var s = new EngineShape(groups.Elements, groups.Columns, i, lanes, hardware.Streams) { ThreeMultiply = hardware.ThreeMultiply == true, Sparse = hardware.Sparse };
            return (s, run(new(program, groups, s, latency)));
        }
    }

    private IEnumerable<ActivationPlan> BuildTables()
    {
        if (Program.Cells.Count == 0) yield break;
        yield return new(ActivationFunction.Sigmoid, Formats.GateSum, Formats.Gate, Formats.SigmoidSegments);
        yield return new(ActivationFunction.Tanh, Formats.GateSum, Formats.Gate, Formats.TanhSegments);
        if (Program.Cells.Any(c => c.Kind == CellKind.Lstm)) yield return new(ActivationFunction.Tanh, Formats.TanhInput, Formats.Gate, Formats.TanhSegments);
    }

    /// <summary>Largest sum of magnitudes that multiply a word of a spectrum, whatever the memories hold.</summary>
    private long AnyWeights() =>
        Groups.WeightRows.SelectMany(r => r.Rows).CountBy(r => r).Max(r => r.Value) * (long)Shape.Columns * ((BlockSize < 4 ? 1L : 2L) << (WeightBits - 1));

    /// <summary>The same for the weights that there are.</summary>
    private long TheseWeights()
    {
        long bound = 0;
        foreach (SumPlan sum in Program.Sums)
            for (int i = 0; i < Parameters[sum.Layer].Matrices[sum.Terms[0].Matrix].RowBlocks; i++)
            {
                var sums = new long[sum.BlockSize];
                foreach (TermPlan term in sum.Terms)
                {
                    QuantizedMatrix matrix = Parameters[sum.Layer].Matrices[term.Matrix];
                    for (int j = 0; j < matrix.ColumnBlocks; j++)
                    {
                        ReadOnlySpan<int> w = matrix.Block(i, j);
                        for (int b = 0; b < Math.Min(2, sum.BlockSize); b++) sums[b] += Math.Abs((long)w[b]);
                        for (int b = 2; b < sum.BlockSize; b += 2)
                        {
                            long both = Math.Abs((long)w[b]) + Math.Abs((long)w[b + 1]);
                            sums[b] += both;
                            sums[b + 1] += both;
                        }
                    }
                }
                bound = Math.Max(bound, sums.Max());
            }
        return bound;
    }

    private int AccumulatorWidth(long bound)
    {
        int bits = Math.Max((int)((BigInteger)bound << (WordBits - 1)).GetBitLength() + 1, WordBits + WeightBits + 1);
        return bits <= 63 ? bits : throw new InvalidOperationException($"The accumulators would need {bits} bits, more than 63; lower the bits.");
    }
}
