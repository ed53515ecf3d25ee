using System.Collections.Concurrent;
using HwGen.Core;
using HwGen.Core.Cost;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using HwGen.Explore.Sweeps;
using HwGen.Frontend.Training;

namespace HwGen.Cli.Steps;

/// <summary>An untrained network of a design's shapes in its word length, and its engines of any size: their figures, and in closed form what these
/// are not below.</summary>
internal sealed class AnalyticNetwork
{
    private readonly DesignFile _design;
    private readonly TrainedNetwork _network;
    private readonly NetworkFormats _formats;
    private readonly StepProgram _program;
    private readonly Part _part;
    private readonly ResourceCount _fft, _ifft;
    private readonly long _parameters, _fixedBits;
    private readonly int _fftMultipliers, _ifftMultipliers, _laneMultipliers, _slots, _productDsps, _laneDsps;
    private readonly Dictionary<(int Columns, bool Several, bool Three), ScheduleBound> _bounds = [];
    private readonly Dictionary<(int Columns, bool Three), ResourceCount> _elements = [];
    private ConcurrentDictionary<HardwareSettings, (int IntervalCycles, long Multipliers)> _speeds = [];

    /// <param name="design">A design; of its hardware the part alone counts here.</param>
    /// <exception cref="InputException">The engine does not take the network, or training decides its shape.</exception>
    public AnalyticNetwork(DesignFile design)
    {
        if (design.Training is { Method: CompressionMethod.Cap } or { Method: CompressionMethod.Dnr, Dnr.Unit: PruningUnit.Channel })
            throw new InputException(design.Data.Location.Error("training decides how many channels are left: explore without --analytic"));
        if (design.Hardware.Sparse) throw new InputException(design.HardwareLocation.Error("a sparse engine's size follows from which weights are zero, and there are none yet: explore without --analytic"));
        if (EngineLimits.Complaints(design with { Hardware = new(1, 1, 1) }) is { Count: > 0 } complaints) throw new InputException(complaints);
        (_design, _network, _part) = (design, TrainingRun.Initial(design), PlanFacts.Target(design.Hardware));
        TrainedNetwork folded = _network.FoldBatchNorm();
        _program = new(folded.Layers);
        // The formats that data decide leave cycles and multipliers as they are.
        var ranges = NetworkRanges.Empty(_program);
        foreach (double[] range in (double[][])[ranges.Vectors, ranges.Spectra, ranges.Sums, ranges.SumSpectra, ranges.Cells]) Array.Fill(range, 1);
        _formats = NetworkFormats.Choose(_network, ranges, design.Quantization);
        _parameters = _network.ParameterCount;
        foreach (TransformMode mode in _formats.Modes)
        {
            int copies = BlockSize / mode.BlockSize;
            _fftMultipliers += copies * mode.Fft.Multipliers;
            _ifftMultipliers += copies * mode.Ifft.Multipliers;
        }
        _laneMultipliers = _program.Cells.Count > 0 ? AcceleratorPlan.MultipliersOfLane(_program) : 0;
        (_productDsps, _laneDsps) = _part.Dsps > 0 ? (ResourceEstimate.Dsps(_formats.WeightBits, Bits, _part.Family), ResourceEstimate.Dsps(Bits, Bits, _part.Family)) : (0, 0);
        _fft = Estimate(_formats.Modes.Aggregate(ResourceDemand.None, (sum, m) => sum + BlockSize / m.BlockSize * ResourceDemand.Of(m.Fft)));
        _ifft = Estimate(_formats.Modes.Aggregate(ResourceDemand.None, (sum, m) => sum + BlockSize / m.BlockSize * ResourceDemand.Of(m.Ifft)));
        _slots = _program.Cells.SelectMany(c => c.Sums.Select((s, i) => s < 0 ? 0 : i + 1)).DefaultIfEmpty(0).Max();
        long block = (long)BlockSize * Bits;
        int outputs = _program.Vectors[_program.Output].Blocks;
        _fixedBits = block * (2L * _program.Vectors[0].Blocks + _program.CellWordRows + _program.LinearWordRows + outputs
            + 4L * _program.CellRows + _program.LinearBiasRows) + (block + 1) * outputs;
    }

    /// <summary>K.</summary>
    public int BlockSize => _program.BlockSize;

    private int Bits => _formats.Bits;

    /// <summary>Real multiplications of a frame: of products, transforms and cells.</summary>
    public long Multiplies => WeightRows * Spectrum.ProductMultiplies(BlockSize) + _program.Spectra.Sum(s => (long)_program.Vectors[s.Vector].Blocks) * _fftMultipliers
        + _program.Sums.Sum(s => (long)s.Blocks) * _ifftMultipliers + _program.Cells.Sum(c => (long)c.Blocks) * BlockSize * _laneMultipliers;

    /// <summary>Bits of all weights.</summary>
    public long WeightBits => WeightRows * BlockSize * _formats.WeightBits;

    private long WeightRows => Bound(new(1, 1, 1)).WeightRows;

    /// <summary>Settings that make the same engine are equal here.</summary>
    public HardwareSettings Normal(HardwareSettings hardware) => hardware with
    {
        ProcessingElements = Bound(hardware).Elements(hardware.ProcessingElements),
        IfftUnits = hardware.IfftUnits == 0 ? 0 : Bound(hardware).Units(hardware.ProcessingElements, hardware.IfftUnits),
        VectorLanes = Lanes(hardware),
    };

    /// <summary>Why there is no engine of this size; null if there is.</summary>
    public string? Complaint(HardwareSettings hardware) =>
        EngineLimits.Complaints(_design with { Hardware = hardware }) is { Count: > 0 } complaints ? string.Join("; ", complaints.Select(c => c.Message)) : null;

    /// <summary>The figures of a whole plan.</summary>
    public PointFigures Plan(HardwareSettings hardware) => PlanFacts.Figures(AcceleratorPlan.Create(_design.Name, _network, _formats, hardware), _network, hardware);

    /// <summary>What <see cref="Speed"/> computes.</summary>
    public static IReadOnlyList<string> SpeedFigures { get; } = [FigureName.CyclesPerFrame, FigureName.Multipliers, FigureName.Parameters];

    /// <summary>Those figures of a whole plan that its schedule alone decides, without the rest of the plan.</summary>
    public PointFigures Speed(HardwareSettings hardware)
    {
        if (hardware.ProcessingElements == 0) return Plan(hardware);
        var (interval, multipliers) = _speeds.GetOrAdd(hardware, h => AcceleratorPlan.Speed(_program, _formats, h));
        return new() { CyclesPerFrame = interval, Multipliers = multipliers, Parameters = _parameters };
    }

    /// <summary>Takes the other's <see cref="Speed"/> where it is the same for both: words alone change neither schedule nor multipliers.</summary>
    /// <returns>Whether it is.</returns>
    public bool ShareSpeed(AnalyticNetwork other)
    {
        if (!_program.Layers.SequenceEqual(other._program.Layers) || !Timing().SequenceEqual(other.Timing())) return false;
        _speeds = other._speeds;
        return true;
    }

    private IEnumerable<(int, int, int, int, int)> Timing() =>
        _formats.Modes.Select(m => (m.BlockSize, m.Fft.LatencyCycles, m.Ifft.LatencyCycles, m.Fft.Multipliers, m.Ifft.Multipliers));

    /// <summary>Figures that those of the plan are not below.</summary>
    /// <param name="hardware">Elements given.</param>
    public PointFigures LowerBound(HardwareSettings hardware)
    {
        ScheduleBound bound = Bound(hardware);
        int elements = bound.Elements(hardware.ProcessingElements), units = bound.Units(hardware.ProcessingElements, hardware.IfftUnits), lanes = Lanes(hardware);
        int columns = hardware.ColumnsPerCycle, streams = hardware.Streams;
        var (interval, last) = bound.Of(elements, units, BlockSize / lanes, streams);
        UnitLatencies latency = bound.Latency;
        long single = _program.Vectors[0].Blocks + 1 + last + latency.Output + 1, block = (long)BlockSize * Bits;
        ResourceCount element = Element(columns, hardware.ThreeMultiply == true);
        // The last element behind an inverse FFT unit has none to pass on.
        int whole = elements - units;
        long products = (long)elements * columns * Spectrum.ProductMultiplies(BlockSize, hardware.ThreeMultiply == true);
        return new()
        {
            CyclesPerFrame = interval,
            CyclesSingleStream = single,
            LatencyMicroseconds = single / hardware.ClockMegahertz,
            Multipliers = products + _fftMultipliers + (long)units * _ifftMultipliers + (long)lanes * _laneMultipliers,
            MemoryBits = bound.WeightRows * columns * BlockSize * _formats.WeightBits + _fixedBits
                + block * (2L * streams * columns * bound.SpectralRows + units * ((long)_slots * _program.CellRows + _program.LinearSumRows))
                + streams * _program.CellRows * block,
            Parameters = _parameters,
            // Every term of the estimate is rounded by itself.
            Lut = whole * (element.Lut - 0.5) + _fft.Lut + units * (_ifft.Lut - 0.5) - 2,
            Ff = whole * (element.Ff - 0.5) + _fft.Ff + units * (_ifft.Ff - 0.5) - 2,
            Dsp = products * _productDsps + (long)lanes * _laneMultipliers * _laneDsps + _fft.Dsp + units * _ifft.Dsp,
            Bram36 = 0,     // what a memory takes follows from what it holds
            EnergyPerFrameNanojoule = 0,
        };
    }

    private int Lanes(HardwareSettings hardware) => hardware.VectorLanes == 0 ? BlockSize : Math.Min(hardware.VectorLanes, BlockSize);

    private ScheduleBound Bound(HardwareSettings hardware)
    {
        var key = (hardware.ColumnsPerCycle, hardware.Streams > 1, hardware.ThreeMultiply == true);
        if (!_bounds.TryGetValue(key, out ScheduleBound? bound))
            _bounds[key] = bound = new(_program, AcceleratorPlan.Latencies(_program, _formats, key.ColumnsPerCycle, key.Item3), key.ColumnsPerCycle, key.Item2);
        return bound;
    }

    /// <summary>Of an element, its weights left out.</summary>
    /// <remarks>No accumulator is narrower than one product and a bit. How much of it is drained follows from the data: nothing is counted for that.</remarks>
    private ResourceCount Element(int columns, bool three)
    {
        if (!_elements.TryGetValue((columns, three), out ResourceCount? element))
        {
            int accumulator = Bits + _formats.WeightBits + 1, drained = BlockSize * accumulator;
            _elements[(columns, three)] = element = Estimate(ResourceDemand.Element(BlockSize, Bits, _formats.WeightBits, accumulator, 1, columns, three: three) with { Memories = [], Multipliers = [] }
                + ResourceDemand.Of((LogicKind.Multiplexer, -drained), (LogicKind.Register, -drained)));
        }
        return element;
    }

    private ResourceCount Estimate(ResourceDemand demand) => ResourceEstimate.Of(demand, _part.Family, _part.Dsps > 0);
}
