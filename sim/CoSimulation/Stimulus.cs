using System.Buffers.Binary;
using HwGen.Core.Plan;

namespace HwGen.Sim.CoSimulation;

/// <summary>Sequences of raw input words that a simulation is driven with.</summary>
public sealed class Stimulus
{
    /// <param name="sequences">Each of shape (steps, input size), at least one step.</param>
    /// <param name="streams">How many take turns; sequence s goes to stream s mod that.</param>
    public Stimulus(IReadOnlyList<long[][]> sequences, int streams = 1)
    {
        Sequences = sequences;
        var steps = new List<(int Sequence, int Step, int Stream)>();
        var queues = Enumerable.Range(0, streams).Select(i => new Queue<(int, int, int)>(
            Enumerable.Range(0, sequences.Count).Where(s => s % streams == i).SelectMany(s => Enumerable.Range(0, sequences[s].Length).Select(t => (s, t, i))))).ToList();
        while (steps.Count < sequences.Sum(s => s.Length))
            foreach (var queue in queues)
                if (queue.TryDequeue(out var step)) steps.Add(step);
        (Steps, _streams) = (steps, streams);
    }

    private readonly int _streams;

    public IReadOnlyList<long[][]> Sequences { get; }

    /// <summary>Sequence, step within it and stream of every step of the run: streams take turns, those that have ended are left out.</summary>
    public IReadOnlyList<(int Sequence, int Step, int Stream)> Steps { get; }

    /// <summary>Stream of every step of the run.</summary>
    public IReadOnlyList<int> Streams => [.. Steps.Select(s => s.Stream)];

    /// <summary>Quantizes float sequences to the plan's input words.</summary>
    /// <param name="plan">The accelerator.</param>
    /// <param name="sequences">Each of shape (steps, input size); those without a step are left out.</param>
    public static List<long[][]> Quantize(AcceleratorPlan plan, IEnumerable<ArraySegment<float>> sequences)
    {
        int size = plan.Input.Size;
        return [.. sequences.Where(s => s.Count >= size).Select(s => Enumerable.Range(0, s.Count / size).Select(t =>
            Enumerable.Range(0, size).Select(i => plan.InputFormat.Quantize(s[t * size + i])).ToArray()).ToArray())];
    }

    /// <summary>Sequences of full-scale and random words and of unequal length, to reach what real data leaves out:
    /// saturations, extreme segments, sequences of one step.</summary>
    public static List<long[][]> Stress(AcceleratorPlan plan, int seed)
    {
        var random = new Random(seed);
        var format = plan.InputFormat;
        int size = plan.Input.Size;
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
        // A short, a middling and a long sequence of each pattern, patterns in turn: whoever takes the head of the list gets some of all.
        return [.. Enumerable.Range(0, 3).SelectMany(round => patterns.Select((pattern, p) => Enumerable.Range(0, new[] { 1, 2 + p, 9 }[(round + p) % 3])
            .Select(t => Enumerable.Range(0, size).Select(i => pattern(t, i)).ToArray()).ToArray()))];
    }

    /// <summary>The first sequences only.</summary>
    public Stimulus Take(int count) => new([.. Sequences.Take(count)], _streams);

    /// <summary>Writes the beats as the harness reads them: a byte for TLAST, one for TID, then K int32 words, little-endian.</summary>
    public void Write(AcceleratorPlan plan, string path)
    {
        int k = plan.BlockSize;
        using FileStream file = File.Create(path);
        var beat = new byte[2 + 4 * k];
        foreach ((int s, int t, int stream) in Steps)
            for (int b = 0; b < plan.InputBlocks; b++)
            {
                long[] words = Sequences[s][t];
                // What stands beside the last beat's must not matter, so it isn't zero.
                bool final = b == plan.InputBlocks - 1;
                beat[0] = (byte)(final ? (t == Sequences[s].Length - 1 ? 1 : 0) : b & 1);
                beat[1] = (byte)(final ? stream : (stream + b) % plan.Shape.Streams);
                for (int i = 0; i < k; i++)
                    BinaryPrimitives.WriteInt32LittleEndian(beat.AsSpan(2 + 4 * i), (int)(b * k + i < words.Length ? words[b * k + i] : 0x5A5 ^ i));
                file.Write(beat);
            }
    }
}
