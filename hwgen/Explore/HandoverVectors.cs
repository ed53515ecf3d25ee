using HwGen.Core.Plan;
using HwGen.Print;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Reference;

namespace HwGen.Explore;

/// <summary>Chooses what the printed testbench drives a design with, and asks the integer reference what has to come back.</summary>
public static class HandoverVectors
{
    /// <summary>Test sequences that are worth offering: more would not fit.</summary>
    public const int TestSequences = 8;

    /// <summary>Steps of a sequence; what is longer is cut.</summary>
    private const int LongestSequence = 32;

    /// <summary>Both vector files together, in bytes.</summary>
    private const int Size = 160_000;

    /// <summary>Cycles of a run, for an interpreting simulator's sake.</summary>
    private const int Cycles = 6_000;

    /// <summary>Test and stress sequences in turn, as many as the limits of size and time hold, and no fewer than one for each stream and two.</summary>
    /// <param name="plan">The accelerator.</param>
    /// <param name="test">Quantized sequences of a data set.</param>
    /// <param name="seed">Draws the stress sequences.</param>
    public static TestVectors Create(AcceleratorPlan plan, IEnumerable<long[][]> test, int seed)
    {
        long bytes = (long)HandoverPrinter.RowLength(plan) * (plan.InputBlocks + plan.OutputBlocks);
        long limit = Math.Min(Size / bytes, Cycles / plan.Schedule.IntervalCycles);
        var chosen = new List<long[][]>();
        foreach (long[][] sequence in Mixed([.. test.Take(TestSequences)], [.. Stimulus.Stress(plan, seed).OrderBy(s => s.Length)]))
        {
            long[][] head = [.. sequence.Take(LongestSequence)];
            bool needed = chosen.Count < Math.Max(2, plan.Shape.Streams);
            if (!needed && head.Length > limit) continue;
            chosen.Add(head);
            limit -= head.Length;
        }
        return Answer(plan, new(chosen, plan.Shape.Streams));
    }

    private static IEnumerable<long[][]> Mixed(List<long[][]> test, List<long[][]> stress)
    {
        for (int i = 0; i < Math.Max(test.Count, stress.Count); i++)
        {
            if (i < test.Count) yield return test[i];
            if (i < stress.Count) yield return stress[i];
        }
    }

    private static TestVectors Answer(AcceleratorPlan plan, Stimulus stimulus)
    {
        var (sent, expected) = (new List<TestBeat>(), new List<TestBeat>());
        var (reference, taps, k) = (new IntegerReference(plan), new StepTaps(plan), plan.BlockSize);
        foreach ((int s, int t, int stream) in stimulus.Steps)
        {
            long[] input = stimulus.Sequences[s][t];
            bool end = t == stimulus.Sequences[s].Length - 1;
            for (int b = 0; b < plan.InputBlocks; b++)
            {
                // What does not count is not zero: TLAST and TID before a step's last beat, padding behind its last word.
                bool counts = b == plan.InputBlocks - 1;
                sent.Add(new([.. Enumerable.Range(b * k, k).Select(i => i < input.Length ? input[i] : 0x5A5 ^ i)],
                    counts ? end : (b & 1) == 1, counts ? stream : (stream + b) % plan.Shape.Streams));
            }
            reference.Step(input, t == 0, taps, stream);
            ReadOnlySpan<long> output = reference.Vector(plan.Program.Output);
            for (int b = 0; b < plan.OutputBlocks; b++)
                expected.Add(new(output.Slice(b * k, k).ToArray(), end && b == plan.OutputBlocks - 1, stream));
        }
        return new(sent, expected);
    }
}
