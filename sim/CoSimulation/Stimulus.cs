using System.Buffers.Binary;
using HwGen.Core.Plan;

namespace HwGen.Sim.CoSimulation;

/// <summary>Sequences of raw input words that a simulation is driven with.</summary>
public sealed class Stimulus
{
    /// <param name="sequences">Each of shape (steps, input size), at least one step.</param>
    public Stimulus(IReadOnlyList<long[][]> sequences)
    {
        Sequences = sequences;
        var (starts, steps) = (new List<int>(), new List<(int, int)>());
        for (int s = 0; s < sequences.Count; s++)
        {
            starts.Add(steps.Count);
            for (int t = 0; t < sequences[s].Length; t++) steps.Add((s, t));
        }
        (Starts, Steps) = (starts, steps);
    }

    public IReadOnlyList<long[][]> Sequences { get; }

    /// <summary>Sequence and step within it of every step of the run.</summary>
    public IReadOnlyList<(int Sequence, int Step)> Steps { get; }

    /// <summary>First step of each sequence.</summary>
    public IReadOnlyList<int> Starts { get; }

    /// <summary>Quantizes float sequences to the plan's input words.</summary>
    /// <param name="plan">The accelerator.</param>
    /// <param name="inputs">Shape (sequences, steps, input size).</param>
    /// <param name="sequences">How many of them.</param>
    /// <param name="steps">Length of each.</param>
    public static List<long[][]> Quantize(AcceleratorPlan plan, float[] inputs, int sequences, int steps)
    {
        int size = plan.Vectors[0].Size;
        return [.. Enumerable.Range(0, sequences).Select(s => Enumerable.Range(0, steps).Select(t =>
            Enumerable.Range(0, size).Select(i => plan.Vectors[0].Formats.Value.Quantize(inputs[(s * steps + t) * size + i])).ToArray()).ToArray())];
    }

    /// <summary>Sequences of full-scale and random words and of unequal length, to reach what real data leaves out:
    /// saturations, extreme segments, sequences of one step.</summary>
    public static List<long[][]> Stress(AcceleratorPlan plan, int seed)
    {
        var random = new Random(seed);
        var format = plan.Vectors[0].Formats.Value;
        int size = plan.Vectors[0].Size;
        Func<int, int, long>[] patterns =
        [
            (_, _) => format.Max,
            (_, _) => format.Min,
            (t, i) => ((t + i) & 1) == 0 ? format.Max : format.Min,
            (t, _) => (t & 1) == 0 ? format.Max : format.Min,
            (_, _) => random.NextInt64(format.Min, format.Max + 1),
            (_, _) => random.Next(2) == 0 ? format.Max : format.Min,
            (t, i) => i == t % size ? format.Max : 0,
        ];
        return [.. patterns.SelectMany((pattern, p) => new[] { 1, 2 + p, 9 }.Select(length =>
            Enumerable.Range(0, length).Select(t => Enumerable.Range(0, size).Select(i => pattern(t, i)).ToArray()).ToArray()))];
    }

    /// <summary>The first sequences only.</summary>
    public Stimulus Take(int count) => new([.. Sequences.Take(count)]);

    /// <summary>Writes the beats as the harness reads them: a byte for TLAST, then k int32 words, little-endian.</summary>
    public void Write(AcceleratorPlan plan, string path)
    {
        int k = plan.BlockSize;
        using FileStream file = File.Create(path);
        var beat = new byte[1 + 4 * k];
        foreach (long[][] sequence in Sequences)
            for (int t = 0; t < sequence.Length; t++)
                for (int b = 0; b < plan.InputBlocks; b++)
                {
                    Array.Clear(beat);
                    beat[0] = (byte)(t == sequence.Length - 1 && b == plan.InputBlocks - 1 ? 1 : 0);
                    for (int i = 0; i < k; i++)
                    {
                        // What lies in padding lanes must not matter, so it isn't zero.
                        long word = b * k + i < sequence[t].Length ? sequence[t][b * k + i] : 0x5A5 ^ i;
                        BinaryPrimitives.WriteInt32LittleEndian(beat.AsSpan(1 + 4 * i), (int)word);
                    }
                    file.Write(beat);
                }
    }
}
