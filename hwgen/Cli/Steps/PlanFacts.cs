using HwGen.Cli.Report;
using HwGen.Cli.Results;
using HwGen.Core.Activations;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Numerics;
using HwGen.Core.Plan;
using HwGen.Core.Transforms;
using HwGen.Explore.Sweeps;

namespace HwGen.Cli.Steps;

/// <summary>What results and the report say about a plan.</summary>
internal static class PlanFacts
{
    /// <summary>Of one vector lane: two gate tables, the candidate's table, r ∘ (R_n h), z ∘ (h − n).</summary>
    private const int CellMultipliers = 5;

    private const int ActivationPoints = 400;

    public static int Multipliers(AcceleratorPlan plan) =>
        plan.ProductMultipliers + plan.Formats.Fft.Multipliers + plan.Formats.Ifft.Multipliers + CellMultipliers * plan.BlockSize;

    /// <summary>Bits in ROMs as filled, and in the buffers.</summary>
    public static long MemoryBits(AcceleratorPlan plan) =>
        plan.Images.Sum(i => (long)i.Rows.Count * i.Width)
        + (long)plan.BlockSize * (plan.WordBits * (2L * plan.InputBlocks + 2L * plan.SpectrumBlocks + 4L * plan.StateBlocks) + 2L * plan.StateBlocks * plan.Formats.State.Width)
        + (long)plan.OutputBufferBeats * (plan.BlockSize * plan.WordBits + 1);

    /// <summary>What a sweep says about a plan: all that its data don't decide.</summary>
    public static PointFigures Figures(AcceleratorPlan plan, TrainedNetwork network, double clockMegahertz) => new()
    {
        CyclesPerFrame = plan.Schedule.IntervalCycles,
        CyclesSingleStream = plan.SingleStreamCycles,
        LatencyMicroseconds = plan.SingleStreamCycles / clockMegahertz,
        Multipliers = Multipliers(plan),
        MemoryBits = MemoryBits(plan),
        Parameters = network.ParameterCount,
    };

    /// <summary>Each of these units takes one block a cycle.</summary>
    public static UnitUtilization Utilization(AcceleratorPlan plan)
    {
        double interval = plan.Schedule.IntervalCycles;
        return new(plan.Schedule.Ffts.Count / interval, plan.Schedule.Drains.Count / interval, plan.Schedule.Cells.Count / interval);
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
                new("FFT", plan.Formats.Fft.Multipliers, share.Fft),
                new("IFFT", plan.Formats.Ifft.Multipliers, share.Ifft),
                new("vector unit", CellMultipliers * plan.BlockSize, share.Vector),
            ],
            new(verify.Words, verify.Mismatches, verify.Sequences, verify.Taps, verify.LintWarnings, verify.FirstDivergence, faults?.Faults, faults?.Found),
            Tensors(plan, ranges, quantize), Widths(plan), training.Curve, training.Residuals,
            [Curve("sigmoid", plan.Sigmoid), Curve("tanh", plan.Tanh)]);
    }

    private static long ExecutedMultiplies(AcceleratorPlan plan) =>
        (long)plan.BlockProductsPerStep * Spectrum.ProductMultiplies(plan.BlockSize)
        + (long)plan.Schedule.Ffts.Count * plan.Formats.Fft.Multipliers + (long)plan.Schedule.Drains.Count * plan.Formats.Ifft.Multipliers
        + (long)plan.Schedule.Cells.Count * CellMultipliers * plan.BlockSize;

    private static long DenseMultiplies(AcceleratorPlan plan) => plan.Layers.Sum(l => l is GruLayer
        ? (long)GruLayer.Gates * l.OutputSize * (l.InputSize + l.OutputSize) + (long)CellMultipliers * l.OutputSize
        : (long)l.InputSize * l.OutputSize);

    private static List<TensorFacts> Tensors(AcceleratorPlan plan, NetworkRanges ranges, QuantizeRecord quantize)
    {
        var tensors = new List<TensorFacts>();
        foreach ((VectorPlan vector, int v) in plan.Vectors.Select((v, i) => (v, i)))
        {
            Add(vector.Name, vector.Formats.Value, ranges.Vectors[v], v == 0 ? 0 : Saturated("state to FFT"));
            Add($"spectrum of {vector.Name}", vector.Formats.Spectrum, ranges.VectorSpectra[v], Saturated("spectrum of a vector"));
        }
        foreach ((LayerFormats formats, int l) in plan.Formats.Layers.Select((f, i) => (f, i)))
        {
            QuantizedLayer parameters = plan.Parameters[l];
            Add($"layer {l}: spectrum of W", formats.InputWeight, Largest(parameters.Input), 0);
            if (formats.RecurrentWeight is { } recurrent) Add($"layer {l}: spectrum of R", recurrent, Largest(parameters.Recurrent), 0);
            Add($"layer {l}: accumulator to IFFT", formats.SumSpectrum, ranges.SumSpectra[l], Saturated("accumulator to IFFT"));
            Add($"layer {l}: sums and biases", formats.Sum, ranges.Sums[l], Saturated("sum"));
        }
        Add("gates and candidate", plan.Formats.Gate, 1, 0);
        Add("state", plan.Formats.State, 1, 0);
        return tensors;

        void Add(string name, FixedFormat format, double range, double saturated) =>
            tensors.Add(new(name, format.Width, format.FracBits, range, saturated));

        double Saturated(string site) => quantize.Saturations.FirstOrDefault(s => s.Site == site) is { Words: > 0 } s ? (double)s.Changed / s.Words : 0;
    }

    private static double Largest(IReadOnlyList<QuantizedMatrix> matrices)
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
        int b = plan.WordBits, state = plan.Formats.State.Width, sumSpectrum = plan.Formats.Layers[0].SumSpectrum.Width;
        return
        [
            new("FFT, widest node", Widest(plan.Formats.Fft), Widest(plan.Formats.Fft), false),
            new("FFT output to spectrum word", plan.Formats.Fft.OutputBits, b, true),
            new("frequency accumulators", plan.AccumulatorBits, plan.AccumulatorBits, false),
            new("accumulator to IFFT word", plan.AccumulatorBits - plan.Control.DrainShifts.Min() + 1, sumSpectrum, true),
            new("IFFT, widest node", Widest(plan.Formats.Ifft), Widest(plan.Formats.Ifft), false),
            new("IFFT output to sum word", plan.Formats.Ifft.OutputBits - plan.Formats.IfftShift + 1, b, true),
            new("sum plus bias, candidate's parts", b + 1, b + 1, false),
            new("gate inputs", b + 1, b, true),
            new("candidate input", b + 4, b, true),
            new("state", state, state, false),
            new("output", b + 1, b, true),
        ];

        static int Widest(TransformPlan transform) => transform.Nodes.Max(n => n.Format.Width);
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
