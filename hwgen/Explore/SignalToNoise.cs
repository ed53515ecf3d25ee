using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Sim.Reference;

namespace HwGen.Explore;

/// <summary>How far the integer words of a place are from the float network's values.</summary>
/// <param name="Place">A matrix product, or a vector.</param>
/// <param name="Forced">Decibels where every matrix reads the float network's own values, rounded to its words; the error is the place's alone.</param>
/// <param name="Free">Decibels where the integer network runs on its own from the start of each sequence.</param>
public sealed record SignalToNoise(string Place, double Forced, double Free)
{
    /// <summary>Measures every sum and vector.</summary>
    /// <param name="plan">The accelerator.</param>
    /// <param name="network">The network that it was planned for.</param>
    /// <param name="sequences">Each of shape (steps, input size).</param>
    public static IReadOnlyList<SignalToNoise> Measure(AcceleratorPlan plan, TrainedNetwork network, IReadOnlyList<ArraySegment<float>> sequences)
    {
        StepProgram program = plan.Program;
        var model = new DenseModel(network.FoldBatchNorm());
        var (forced, free, taps) = (new IntegerReference(plan), new IntegerReference(plan), new StepTaps(plan));
        int places = program.Sums.Count + program.Vectors.Count - 1;
        var (signal, forcedNoise, freeNoise) = (new double[places], new double[places], new double[places]);
        foreach (ArraySegment<float> sequence in sequences)
        {
            LayerState[] state = model.InitialState();
            var x = new double[plan.Input.Size];
            var words = new long[x.Length];
            DenseLayerStep[]? before = null;
            for (int t = 0; t < sequence.Count / x.Length; t++)
            {
                for (int i = 0; i < x.Length; i++)
                {
                    x[i] = sequence[t * x.Length + i];
                    words[i] = plan.InputFormat.Quantize(x[i]);
                }
                DenseLayerStep[] step = model.Step(x, state);
                if (before is not null) forced.Force(Values(program, before), Cells(plan, state));
                forced.Teach = Values(program, step);
                forced.Step(words, t == 0, taps);
                forced.Teach = null;
                free.Step(words, t == 0, taps);
                for (int p = 0; p < places; p++) Add(plan, p, step, forced, free, signal, forcedNoise, freeNoise);
                (before, state) = (step, model.Next(step));
            }
        }
        return [.. Enumerable.Range(0, places).Select(p => new SignalToNoise(Name(program, p), Decibels(signal[p], forcedNoise[p]), Decibels(signal[p], freeNoise[p])))];
    }

    private static List<double[]> Values(StepProgram program, DenseLayerStep[] step) =>
        [.. Enumerable.Range(0, program.Vectors.Count).Select(v => NetworkRanges.VectorValues(program, v, step))];

    private static List<double[]> Cells(AcceleratorPlan plan, LayerState[] state) =>
        [.. plan.Layers.Zip(state, (layer, s) => layer is LstmLayer ? s.Cell : layer is GruLayer ? s.Hidden : [])];

    private static string Name(StepProgram program, int place) => place < program.Sums.Count
        ? $"layer {program.Sums[place].Layer}: {program.Sums[place].Name}" : program.Vectors[place - program.Sums.Count + 1].Name;

    private static void Add(
        AcceleratorPlan plan, int place, DenseLayerStep[] step, IntegerReference forced, IntegerReference free, double[] signal, double[] forcedNoise, double[] freeNoise)
    {
        StepProgram program = plan.Program;
        if (place < program.Sums.Count)
        {
            SumPlan sum = program.Sums[place];
            double[] exact = NetworkRanges.SumValues(sum, step);
            // The float products are padded to blocks of k, the words to blocks of K; a pool's windows may take positions more than once.
            int rows = step[sum.Layer].Products[sum.Terms[0].Matrix].Length / PositionsOf(plan, sum), padded = sum.Blocks * plan.BlockSize;
            int[] positions = sum.IsLinear ? [.. program.Linears.First(l => l.Sum == place).Windows.SelectMany(w => w)] : [0];
            for (int p = 0; p < positions.Length; p++)
                for (int i = 0; i < rows; i++)
                    Count(exact[positions[p] * rows + i], plan.Formats.Sums[place].Value.ToDouble(forced.Sum(place)[p * padded + i]), plan.Formats.Sums[place].Value.ToDouble(free.Sum(place)[p * padded + i]));
            return;
        }
        int v = place - program.Sums.Count + 1;
        VectorPlan vector = program.Vectors[v];
        double[] values = NetworkRanges.VectorValues(program, v, step);
        for (int i = 0; i < values.Length; i++)
        {
            int at = i / vector.GroupSize * vector.GroupBlocks * vector.BlockSize + i % vector.GroupSize;
            Count(values[i], plan.Formats.Vectors[v].ToDouble(forced.Vector(v)[at]), plan.Formats.Vectors[v].ToDouble(free.Vector(v)[at]));
        }

        void Count(double exact, double one, double other)
        {
            signal[place] += exact * exact;
            forcedNoise[place] += (one - exact) * (one - exact);
            freeNoise[place] += (other - exact) * (other - exact);
        }
    }

    private static int PositionsOf(AcceleratorPlan plan, SumPlan sum) => plan.Layers[sum.Layer] is ConvLayer conv ? conv.Output.Height * conv.Output.Width : 1;

    private static double Decibels(double signal, double noise) => 10 * Math.Log10(signal / noise);
}
