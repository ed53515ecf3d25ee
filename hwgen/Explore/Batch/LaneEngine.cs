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
    /// <param name="everyStep">Whether every step's output is wanted, or the last one's alone.</param>
    /// <returns>Words of the output of each sequence, shape (steps or 1, output size).</returns>
    public long[][] Outputs(IReadOnlyList<ArraySegment<float>> sequences, bool everyStep)
    {
        int size = plan.Input.Size, width = plan.Output.Size;
        int[] steps = [.. sequences.Select(s => s.Count / size)];
        long[][] outputs = [.. steps.Select(n => new long[(everyStep ? n : 1) * width])];
        double[] words = _vectors[plan.Program.Output];
        Begin();
        for (int t = 0; t < steps.Max(); t++)
        {
            for (int s = 0; s < steps.Length; s++)
                if (t < steps[s]) SetInput(s, sequences[s].AsSpan(t * size, size));
            Step(everyStep || steps.Contains(t + 1));
            for (int s = 0; s < steps.Length; s++)
                if (everyStep ? t < steps[s] : t == steps[s] - 1)
                    for (int i = 0; i < width; i++) outputs[s][(everyStep ? t * width : 0) + i] = (long)words[i * Lanes.Count + s];
        }
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
}
