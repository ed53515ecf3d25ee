using HwGen.Core.Plan;

namespace HwGen.Explore.Batch;

/// <summary>Runs <see cref="Lanes.Count"/> sequences through a network, step by step. Not thread-safe.</summary>
/// <remarks>Follows sim's integer reference line by line; words are raw, shape (words, lanes).</remarks>
/// <param name="plan">The accelerator.</param>
internal abstract class LaneEngine(AcceleratorPlan plan)
{
    private readonly double[][] _vectors = [.. plan.Program.Vectors.Select(v => new double[v.Blocks * plan.BlockSize * Lanes.Count])];

    /// <summary>Words of the step last run, shape (words padded to blocks, lanes).</summary>
    public ReadOnlySpan<double> Vector(int vector) => _vectors[vector];

    /// <summary>Runs some sequences from their first step to their last; the other lanes are idle.</summary>
    /// <param name="sequences">At most <see cref="Lanes.Count"/>, each of shape (steps, input size).</param>
    /// <param name="everyStep">Whether every step's class is wanted, or the last one's alone.</param>
    /// <returns>The class of each step of each sequence; 0 where it isn't wanted.</returns>
    public int[][] Classify(IReadOnlyList<ArraySegment<float>> sequences, bool everyStep)
    {
        int[][] classes = [.. sequences.Select(s => new int[s.Count / plan.Input.Size])];
        Run(sequences, everyStep, (s, t) => classes[s][t] = Class(s));
        return classes;
    }

    /// <summary>Words of the output at each sequence's last step, shape (output size).</summary>
    /// <param name="sequences">As of <see cref="Classify"/>.</param>
    public long[][] Outputs(IReadOnlyList<ArraySegment<float>> sequences)
    {
        var outputs = new long[sequences.Count][];
        Run(sequences, false, (s, _) => outputs[s] = [.. Enumerable.Range(0, plan.Output.Size).Select(i => (long)_vectors[plan.Program.Output][i * Lanes.Count + s])]);
        return outputs;
    }

    /// <summary>Begins new sequences in all lanes.</summary>
    public virtual void Begin() => Array.Clear(_vectors[0]);

    /// <param name="lane">Which sequence.</param>
    /// <param name="values">Of the next step, shape (input size).</param>
    public void SetInput(int lane, ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++) _vectors[0][i * Lanes.Count + lane] = plan.InputFormat.Quantize(values[i]);
    }

    /// <summary>Runs one step.</summary>
    /// <param name="output">Whether it runs to the output, or only what later steps need.</param>
    public abstract void Step(bool output);

    /// <summary>Words that the step makes.</summary>
    protected double[] Words(int vector) => _vectors[vector];

    private void Run(IReadOnlyList<ArraySegment<float>> sequences, bool everyStep, Action<int, int> wanted)
    {
        int size = plan.Input.Size;
        int[] steps = [.. sequences.Select(s => s.Count / size)];
        Begin();
        for (int t = 0; t < steps.Max(); t++)
        {
            for (int s = 0; s < steps.Length; s++)
                if (t < steps[s]) SetInput(s, sequences[s].AsSpan(t * size, size));
            Step(everyStep || steps.Contains(t + 1));
            for (int s = 0; s < steps.Length; s++)
                if (everyStep ? t < steps[s] : t == steps[s] - 1) wanted(s, t);
        }
    }

    /// <summary>Index of the first largest output, as <see cref="Quantizer.Class"/>.</summary>
    private int Class(int lane)
    {
        double[] outputs = _vectors[plan.Program.Output];
        int best = 0;
        for (int i = 1; i < plan.Output.Size; i++) if (outputs[i * Lanes.Count + lane] > outputs[best * Lanes.Count + lane]) best = i;
        return best;
    }
}
