using HwGen.Cli.Report;
using HwGen.Cli.Results;
using HwGen.Core.Activations;
using HwGen.Core.Cost;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;
using HwGen.Explore.Sweeps;

namespace HwGen.Cli.Steps;

/// <summary>What results and the report say about a plan.</summary>
internal static class PlanFacts
{
    private const int ActivationPoints = 400;

    /// <summary>What the multipliers and the memory of a plan take beyond the design's budget.</summary>
    public static IReadOnlyList<Shortage> Beyond(AcceleratorPlan plan, HardwareSettings hardware) => hardware.Budget is not { } budget ? []
        : [.. Taken(plan).Beyond(budget).Select(b => new Shortage(b.Name, b.Taken, b.There))];

    /// <summary>The smallest part of the family that holds them; null when the design's does, or none.</summary>
    public static string? Nearest(AcceleratorPlan plan, HardwareSettings hardware) => hardware.Part is not { } part || Beyond(plan, hardware).Count == 0 ? null
        : Part.Holding(Taken(plan), part.Family).FirstOrDefault()?.Name;

    private static ResourceCount Taken(AcceleratorPlan plan) => new(0, 0, plan.Multipliers, MemoryBits(plan) / 36_864.0);

    /// <summary>Bits in ROMs as filled, and in the buffers.</summary>
    public static long MemoryBits(AcceleratorPlan plan)
    {
        StepProgram program = plan.Program;
        long block = plan.BlockSize * plan.WordBits, units = plan.Shape.IfftUnits, streams = plan.Shape.Streams;
        return plan.Images.Sum(i => (long)i.Rows.Count * i.Width)
            + block * (2L * plan.InputBlocks + 2 * streams * plan.SpectrumCopies * plan.SpectrumColumns * plan.SpectralRows
                + units * ((long)plan.Control.Slots * program.CellRows + program.LinearSumRows) + program.CellWordRows + program.LinearWordRows + plan.OutputBlocks)
            + (program.Cells.Count > 0 ? streams * program.CellRows * plan.BlockSize * plan.StateBits : 0)
            + plan.OutputBufferBeats * (block + 1);
    }

    /// <summary>What a sweep says about a plan: all that its data don't decide. Cycles, multipliers and memory are the plan's; what it takes of
    /// a device is an estimate.</summary>
    public static PointFigures Figures(AcceleratorPlan plan, TrainedNetwork network, HardwareSettings hardware)
    {
        Part part = Target(hardware);
        ResourceCount taken = ResourceEstimate.Of(PlanDemand.Of(plan), part.Family, part.Dsps > 0);
        return new()
        {
            CyclesPerFrame = plan.Schedule.IntervalCycles,
            CyclesSingleStream = plan.SingleStreamCycles,
            LatencyMicroseconds = plan.SingleStreamCycles / hardware.ClockMegahertz,
            Multipliers = plan.Multipliers,
            MemoryBits = MemoryBits(plan),
            Parameters = network.ParameterCount,
            Lut = taken.Lut,
            Ff = taken.Ff,
            Dsp = taken.Dsp,
            Bram36 = taken.Bram36,
            EnergyPerFrameNanojoule = 1e9 * EnergyModel.Of(plan).Total,
        };
    }

    /// <summary>The part that a sweep estimates for: the design's, else the first.</summary>
    public static Part Target(HardwareSettings hardware) => hardware.Part ?? Part.All[0];

    /// <summary>Each of these units takes one block, or one slice, a cycle.</summary>
    public static UnitUtilization Utilization(AcceleratorPlan plan)
    {
        double interval = plan.Schedule.IntervalCycles;
        return new(plan.Schedule.Ffts.Count / interval, plan.Schedule.Drains.Count / (interval * plan.Shape.IfftUnits), plan.Schedule.Cells.Count / interval);
    }

    public static ReportModel Report(
        DesignFile design, AcceleratorPlan plan, NetworkRanges ranges, TrainingRecord training, QuantizeRecord quantize, VerifyResult verify, FaultResult? faults)
    {
        string all = $"all {Show.Count(training.Result.TestSequences)} test images", some = $"the first {Show.Count(verify.Sequences)} test images";
        UnitUtilization share = Utilization(plan);
        return new(
            design.Name, plan.BlockSize, plan.WordBits, design.Hardware.ClockMegahertz,
            [
                new("dense, floating point", training.Result.Accuracy.Dense ?? double.NaN, all),
                new($"block-circulant (k = {plan.BlockSize}), floating point", training.Result.Accuracy.Circulant ?? double.NaN, all),
                new($"fixed point, {plan.WordBits} bits", quantize.Result.Accuracy.FixedPoint ?? double.NaN, all),
                new("fixed point, same images as the Verilog", verify.ReferenceAccuracy, some),
                new("Verilog, decoded from its own output words", verify.Accuracy, some),
            ],
            new(training.Result.Parameters, training.Result.DenseParameters, MemoryBits(plan)),
            new(verify.CyclesPredicted, verify.CyclesSimulated, verify.CyclesPerFrame, verify.CyclesSingleStream, ExecutedMultiplies(plan), DenseMultiplies(plan)),
            [
                new("processing elements", plan.ProductMultipliers, plan.MultiplierUtilization),
                new("FFT", FftMultipliers(plan), share.Fft),
                new("IFFT", plan.Shape.IfftUnits * IfftMultipliers(plan), share.Ifft),
                new("vector unit", plan.LaneMultipliers * plan.Shape.Lanes, share.Vector),
            ],
            new(verify.Words, verify.Mismatches, verify.Sequences, verify.Taps, verify.LintWarnings, verify.FirstDivergence, faults?.Faults, faults?.Found),
            Tensors(plan, ranges, quantize), Widths(plan), training.Curve, training.Residuals,
            [.. plan.Tables.Select((t, i) => Curve(new[] { "sigmoid", "tanh", "tanh of the cell state" }[i], t))]);
    }

    /// <summary>A row of K words goes through K/k transforms of every block size.</summary>
    private static int FftMultipliers(AcceleratorPlan plan) => plan.Formats.Modes.Sum(m => plan.BlockSize / m.BlockSize * m.Fft.Multipliers);

    private static int IfftMultipliers(AcceleratorPlan plan) => plan.Formats.Modes.Sum(m => plan.BlockSize / m.BlockSize * m.Ifft.Multipliers);

    private static long ExecutedMultiplies(AcceleratorPlan plan)
    {
        StepProgram program = plan.Program;
        return plan.ProductMultiplies
            + plan.Schedule.Ffts.Sum(o => (long)plan.BlockSize / program.Spectra[o.Spectrum].BlockSize * plan.Formats.Mode(program.Spectra[o.Spectrum].BlockSize).Fft.Multipliers)
            + plan.Schedule.Drains.Sum(o => (long)plan.BlockSize / program.Sums[o.Row.Sum].BlockSize * plan.Formats.Mode(program.Sums[o.Row.Sum].BlockSize).Ifft.Multipliers)
            + (long)plan.Schedule.Cells.Count * plan.LaneMultipliers * plan.Shape.Lanes;
    }

    private static long DenseMultiplies(AcceleratorPlan plan) => plan.Layers.Sum(l => l switch
    {
        GruLayer g => (long)GruLayer.Gates * g.OutputSize * (g.InputSize + g.OutputSize) + (long)AcceleratorPlan.GruMultipliers * g.OutputSize,
        LstmLayer c => (long)LstmLayer.Gates * c.Cells * (c.InputSize + c.OutputSize) + (long)c.Projection * c.Cells + (long)AcceleratorPlan.LstmMultipliers * c.Cells,
        ConvLayer c => (long)c.OutputSize * c.Taps * c.Input.Channels,
        PoolLayer => 0,
        _ => (long)l.InputSize * l.OutputSize,
    });

    private static List<TensorFacts> Tensors(AcceleratorPlan plan, NetworkRanges ranges, QuantizeRecord quantize)
    {
        StepProgram program = plan.Program;
        NetworkFormats formats = plan.Formats;
        var tensors = new List<TensorFacts>();
        for (int v = 0; v < program.Vectors.Count; v++) Add(program.Vectors[v].Name, formats.Vectors[v], ranges.Vectors[v], "");
        for (int s = 0; s < program.Spectra.Count; s++)
            Add($"spectrum of {program.Vectors[program.Spectra[s].Vector].Name}, k = {program.Spectra[s].BlockSize}", formats.Spectra[s], ranges.Spectra[s], "spectrum of a vector");
        foreach ((QuantizedLayer layer, int l) in plan.Parameters.Select((p, l) => (p, l)))
            foreach (IGrouping<FixedFormat, QuantizedMatrix> set in layer.Matrices.GroupBy(m => m.Format))
                Add($"layer {l}: spectra of {set.Count()} matrices", set.Key, Largest(set), "");
        for (int m = 0; m < program.Sums.Count; m++)
        {
            string name = $"layer {program.Sums[m].Layer}: {program.Sums[m].Name}";
            Add($"{name}, accumulator to IFFT", formats.Sums[m].Spectrum, ranges.SumSpectra[m], "accumulator to IFFT");
            Add(name, formats.Sums[m].Value, ranges.Sums[m], "sum");
        }
        if (program.Cells.Count > 0) Add("gates and candidate", formats.Gate, 1, "");
        if (program.Cells.Any(c => c.Kind != CellKind.Lstm)) Add("GRU state", formats.GruState, 1, "");
        if (program.Cells.Any(c => c.Kind == CellKind.Lstm)) Add("LSTM cell state", formats.LstmState, ranges.Cells.Max(), "cell state");
        return tensors;

        void Add(string name, FixedFormat format, double range, string site) =>
            tensors.Add(new(name, format.Width, format.FracBits, range, quantize.Saturations.FirstOrDefault(s => s.Site == site) is { Words: > 0 } s ? (double)s.Changed / s.Words : 0));
    }

    private static double Largest(IEnumerable<QuantizedMatrix> matrices)
    {
        double largest = 0;
        foreach (QuantizedMatrix m in matrices)
            for (int i = 0; i < m.RowBlocks; i++)
                for (int j = 0; j < m.ColumnBlocks; j++)
                    foreach (int word in m.Block(i, j)) largest = Math.Max(largest, Math.Abs(m.Format.ToDouble(word)));
        return largest;
    }

    private static List<WidthProof> Widths(AcceleratorPlan plan)
    {
        var widths = new List<WidthProof>();
        foreach (TransformPlan transform in plan.Formats.Modes.Where(m => m.BlockSize > 1).SelectMany(m => (TransformPlan[])[m.Fft, m.Ifft]))
        {
            TransformNode widest = transform.Nodes.MaxBy(n => n.Format.Width)!;
            widths.Add(new($"{(transform.Inverse ? "inverse FFT" : "FFT")}, widest node, k = {transform.BlockSize}", widest.Format.ToDouble(widest.Min), widest.Format.ToDouble(widest.Max),
                widest.Format.Width, widest.Format.Width, false));
        }
        // A sum that several inverse FFT units make has the same proof at each.
        foreach (ProvenRange range in plan.Ranges.DistinctBy(r => r.Name))
            widths.Add(new(range.Name, range.Word.ToDouble(range.Before.Min), range.Word.ToDouble(range.Before.Max), range.Before.Bits, range.Word.Width, range.Saturates));
        return widths;
    }

    private static ActivationError Curve(string name, ActivationPlan activation)
    {
        long words = activation.Input.Max - activation.Input.Min + 1, stride = Math.Max(1, words / ActivationPoints);
        var points = new List<ErrorPoint>();
        for (long raw = activation.Input.Min; raw <= activation.Input.Max; raw += stride)
        {
            double x = activation.Input.ToDouble(raw);
            points.Add(new(x, activation.Output.ToDouble(activation.Evaluate(raw)) - ActivationPlan.Exact(activation.Function, x)));
        }
        return new(name, points);
    }
}
