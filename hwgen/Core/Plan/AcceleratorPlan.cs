using System.Numerics;
using HwGen.Core.Activations;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Numerics;

namespace HwGen.Core.Plan;

/// <summary>The accelerator, decided: every format, width, table, latency and cycle. The reference, the templates, the
/// harness and the report read them here and nowhere else.</summary>
public sealed class AcceleratorPlan
{
    /// <summary>Registers of the pipelines outside the transforms; see <see cref="UnitLatencies"/>.</summary>
    private const int FftOverhead = 4, ProductLatency = 5, IfftOverhead = 3, OutputOverhead = 4;

    /// <summary>Cell pipeline: memory 1, bias 1, sigmoid 4, reset product 1, candidate sum 1, tanh 4, difference 1, product 1, sum 1.</summary>
    private const int CellLatency = 16;

    private readonly IReadOnlyList<LayerDescription> _layers;

    private AcceleratorPlan(string name, TrainedNetwork network, NetworkFormats formats, HardwareSettings hardware)
    {
        (Name, ModuleName, Formats, _layers) = (name, name.Replace('-', '_'), formats, network.Layers);
        BlockSize = network.Layers[0].BlockSize;
        Parameters = [.. network.Weights.Select((w, l) => QuantizedLayer.Quantize(w, formats.Layers[l]))];
        Vectors = PlaceVectors();
        Groups = BuildGroups(hardware.ProcessingElements, out int elements);
        ProcessingElements = elements;
        Latency = new(formats.Fft.LatencyCycles + FftOverhead, ProductLatency, formats.Ifft.LatencyCycles + IfftOverhead,
            CellLatency, formats.Ifft.LatencyCycles + OutputOverhead);
        Schedule = new Scheduler(_layers, Groups, Latency).Run();
        Sigmoid = new(ActivationFunction.Sigmoid, SumFormat, formats.Gate);
        Tanh = new(ActivationFunction.Tanh, SumFormat, formats.Gate);
        AccumulatorBits = ProveAccumulator();
        Control = new ControlPlan(this);
        Images = new ImageBuilder(this).Build();
        Taps = BuildTaps();
    }

    public string Name { get; }

    public string ModuleName { get; }

    public NetworkFormats Formats { get; }

    public IReadOnlyList<LayerDescription> Layers => _layers;

    /// <summary>k, of every layer.</summary>
    public int BlockSize { get; }

    /// <summary>P in use: never more than the widest group has row blocks.</summary>
    public int ProcessingElements { get; }

    public IReadOnlyList<QuantizedLayer> Parameters { get; }

    public IReadOnlyList<VectorPlan> Vectors { get; }

    public IReadOnlyList<RowGroup> Groups { get; }

    public UnitLatencies Latency { get; }

    public Schedule Schedule { get; }

    public ControlPlan Control { get; }

    public ActivationPlan Sigmoid { get; }

    public ActivationPlan Tanh { get; }

    public IReadOnlyList<MemoryImage> Images { get; }

    public IReadOnlyList<TapPlan> Taps { get; }

    /// <summary>Number of the tap that shows the output layer's words.</summary>
    public int OutputTap => Taps.ToList().FindIndex(t => t.Name == "output");

    /// <summary>b.</summary>
    public int WordBits => Formats.Bits;

    /// <summary>Width of a frequency accumulator: proven over the actual spectra, for any spectrum of the input words.</summary>
    public int AccumulatorBits { get; }

    /// <summary>The sums of the recurrent layers: what the cell and its tables read.</summary>
    public FixedFormat SumFormat => Formats.Layers[0].Sum;

    /// <summary>Rows of the state memory: blocks of all recurrent layers.</summary>
    public int StateBlocks => _layers.Where(l => l is GruLayer).Sum(l => l.OutputBlocks);

    public int InputBlocks => _layers[0].InputBlocks;

    public int OutputBlocks => _layers[^1].OutputBlocks;

    /// <summary>Rows in one bank of the spectral memory.</summary>
    public int SpectrumBlocks => Vectors.Sum(v => v.Blocks);

    /// <summary>Bits of a word's lane on the streams: whole bytes, sign-extended.</summary>
    public int StreamLaneBits => (WordBits + 7) / 8 * 8;

    /// <summary>Beats that the output buffer holds: those of every step in flight, and one step more.</summary>
    public int OutputBufferBeats => 1 << Bits.Of((Schedule.Stages + 1) * OutputBlocks);

    /// <summary>Cycles from the first input beat's to the first operation's of the same step, nothing stalled.</summary>
    public int StartCycles => InputBlocks + 1;

    /// <summary>First input beat to last output beat of one step, both counted; state warm, nothing stalled.</summary>
    public int SingleStreamCycles => StartCycles + Schedule.LastOutputDrain + Latency.Output + 1;

    public int BlockProductsPerStep => Groups.Sum(g => g.Rows.Count * g.Columns.Count);

    /// <summary>Multipliers of all processing elements.</summary>
    public int ProductMultipliers => ProcessingElements * Spectrum.ProductMultiplies(BlockSize);

    /// <summary>Block products × multiplies each ÷ (PE multipliers × cycles a frame).</summary>
    public double MultiplierUtilization =>
        (double)BlockProductsPerStep * Spectrum.ProductMultiplies(BlockSize) / ((double)ProductMultipliers * Schedule.IntervalCycles);

    /// <summary>Plans the accelerator of a trained network.</summary>
    /// <param name="name">Design name; '-' becomes '_' in module names.</param>
    /// <param name="network">Recurrent layers, then one dense layer, all of one block size.</param>
    /// <param name="formats">From <see cref="NetworkFormats.Choose"/>.</param>
    /// <param name="hardware">Parallelism.</param>
    /// <exception cref="ArgumentException">The network is of another shape.</exception>
    public static AcceleratorPlan Create(string name, TrainedNetwork network, NetworkFormats formats, HardwareSettings hardware)
    {
        if (network.Layers[^1] is not DenseLayer || network.Layers.SkipLast(1).Any(l => l is not GruLayer) || network.Layers.Count < 2)
            throw new ArgumentException("The engine runs one or more gru layers and then one dense layer.", nameof(network));
        if (network.Layers.Select(l => l.BlockSize).Distinct().Count() > 1)
            throw new ArgumentException("The engine has one array of one block size; give every layer the same.", nameof(network));
        return new(name, network, formats, hardware);
    }

    /// <summary>Cycle of each output beat relative to the first input beat's, nothing stalled.</summary>
    /// <param name="steps">Steps in all, of all sequences.</param>
    public IEnumerable<long> OutputCycles(int steps)
    {
        int[] offsets = [.. Schedule.Drains.Where(d => d.Row.Kind == SumKind.Output).Select(d => d.Time).Order()];
        for (long s = 0; s < steps; s++)
            foreach (int offset in offsets)
                yield return StartCycles + s * Schedule.IntervalCycles + offset + Latency.Output;
    }

    /// <summary>Cycles of a whole unstalled run: first input beat to last output beat, both counted.</summary>
    public long TotalCycles(int steps) => steps == 0 ? 0 : OutputCycles(1).Max() + (long)(steps - 1) * Schedule.IntervalCycles + 1;

    /// <summary>Row of the sum memory (recurrent layers) or of the output step (output layer) that a row block goes to.</summary>
    public int SumAddress(RowBlock row) => row.Kind == SumKind.Output ? row.Block : Vectors[row.Layer + 1].StateBase + row.Block;

    /// <summary>Index that the accumulator and sum taps show for a row block.</summary>
    public int SumIndex(RowBlock row) => ((int)row.Kind << Control.BlockBits) | SumAddress(row);

    /// <summary>Row of the spectral memory within a bank.</summary>
    public int SpectrumAddress(ColumnBlock column) => Vectors[column.Vector].SpectrumBase + column.Block;

    private VectorPlan[] PlaceVectors()
    {
        var vectors = new VectorPlan[Formats.Vectors.Count];
        int spectrum = 0, state = 0;
        for (int v = 0; v < vectors.Length; v++)
        {
            int size = v == 0 ? _layers[0].InputSize : _layers[v - 1].OutputSize;
            int blocks = (size + BlockSize - 1) / BlockSize;
            vectors[v] = new(v == 0 ? "x" : $"h{v - 1}", size, blocks, spectrum, v == 0 ? -1 : state, Formats.Vectors[v]);
            spectrum += blocks;
            if (v > 0) state += blocks;
        }
        return vectors;
    }

    private List<RowGroup> BuildGroups(int wanted, out int elements)
    {
        var sets = new List<(RowBlock[] Rows, ColumnBlock[] Columns)>();
        for (int l = 0; l < _layers.Count; l++)
        {
            ColumnBlock[] input = [.. Enumerable.Range(0, _layers[l].InputBlocks).Select(j => new ColumnBlock(l, j, false))];
            if (_layers[l] is GruLayer)
            {
                ColumnBlock[] recurrent = [.. Enumerable.Range(0, _layers[l].OutputBlocks).Select(j => new ColumnBlock(l + 1, j, true))];
                sets.Add(([.. Rows(l, SumKind.Update), .. Rows(l, SumKind.Reset)], [.. input, .. recurrent]));
                sets.Add(([.. Rows(l, SumKind.CandidateInput)], input));
                sets.Add(([.. Rows(l, SumKind.CandidateRecurrent)], recurrent));
            }
            else sets.Add(([.. Rows(l, SumKind.Output)], input));
        }
        int count = elements = Math.Min(wanted, sets.Max(s => s.Rows.Length));
        var groups = new List<RowGroup>();
        int row = 0;
        foreach (var (rows, columns) in sets)
            foreach (RowBlock[] chunk in rows.Chunk(count))
            {
                groups.Add(new(chunk, columns, row));
                row += columns.Length;
            }
        return groups;
    }

    private IEnumerable<RowBlock> Rows(int layer, SumKind kind) =>
        Enumerable.Range(0, _layers[layer].OutputBlocks).Select(b => new RowBlock(layer, kind, b));

    /// <summary>The weight spectrum that a row block has in a column.</summary>
    public ReadOnlySpan<int> Weight(RowBlock row, ColumnBlock column)
    {
        QuantizedLayer layer = Parameters[row.Layer];
        int gate = row.Kind switch { SumKind.Update => 0, SumKind.Reset => 1, SumKind.Output => 0, _ => 2 };
        return (column.Recurrent ? layer.Recurrent : layer.Input)[gate].Block(row.Block, column.Block);
    }

    private int ProveAccumulator()
    {
        BigInteger bound = 0;
        foreach (RowGroup group in Groups)
            foreach (RowBlock row in group.Rows)
            {
                var sums = new long[BlockSize];
                foreach (ColumnBlock column in group.Columns)
                {
                    ReadOnlySpan<int> w = Weight(row, column);
                    for (int i = 0; i < Math.Min(2, BlockSize); i++) sums[i] += Math.Abs((long)w[i]);
                    for (int i = 2; i < BlockSize; i += 2)
                    {
                        long both = Math.Abs((long)w[i]) + Math.Abs((long)w[i + 1]);
                        sums[i] += both;
                        sums[i + 1] += both;
                    }
                }
                bound = BigInteger.Max(bound, sums.Max());
            }
        bound <<= WordBits - 1;
        int bits = Math.Max((int)bound.GetBitLength() + 1, 2 * WordBits + 1);
        return bits <= 63 ? bits : throw new InvalidOperationException($"The accumulators would need {bits} bits, more than 63; lower the bits.");
    }

    private List<TapPlan> BuildTaps()
    {
        int[] states = [.. Enumerable.Range(0, StateBlocks)];
        int[] sums = [.. Schedule.Drains.Select(d => SumIndex(d.Row)).Order()];
        int sumBits = 3 + Control.BlockBits;
        int k = BlockSize, b = WordBits;
        int interval = Schedule.IntervalCycles;
        return
        [
            new("fft", "FFT", k, b, Control.SpectrumBits, [.. Enumerable.Range(0, SpectrumBlocks)]),
            new("accumulator", "accumulator", k, AccumulatorBits, sumBits, sums),
            new("ifft", "IFFT", k, b, sumBits, sums),
            new("update", "activation z", k, b, Control.BlockBits, states),
            new("reset", "activation r", k, b, Control.BlockBits, states),
            new("candidate", "activation n", k, b, Control.BlockBits, states),
            new("state", "state", k, Formats.State.Width, Control.BlockBits, states),
            new("output", "output", k, b, Control.BlockBits, [.. Enumerable.Range(0, OutputBlocks)]),
            new("schedule", "control", Control.RowLanes, ControlPlan.LaneBits, Bits.Of(interval), [.. Enumerable.Range(0, interval)]),
        ];
    }
}
