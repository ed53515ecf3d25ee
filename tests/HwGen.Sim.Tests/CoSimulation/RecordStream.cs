using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Reference;

namespace HwGen.Sim.Tests.CoSimulation;

/// <summary>The records that a simulation without a mistake writes, to be tampered with.</summary>
internal sealed record Record(int Tap, int Index, long Cycle, long[] Words, int WordBytes)
{
    public const int FirstInput = 10;

    /// <param name="plan">The accelerator.</param>
    /// <param name="stimulus">What drives it.</param>
    /// <param name="lag">Steps by which the output beats come behind the taps: a reader that pauses.</param>
    public static List<Record> Run(AcceleratorPlan plan, Stimulus stimulus, int lag = 0)
    {
        int beat = plan.Taps.Count;
        var (records, beats) = (new List<Record> { new(beat + 1, 0, FirstInput, [], 0) }, new Queue<Record>());
        var (reference, taps) = (new IntegerReference(plan), new StepTaps(plan));
        long[] cycles = [.. plan.OutputCycles(stimulus.Steps.Count).Order()];
        int n = 0;
        foreach ((int sequence, int step) in stimulus.Steps)
        {
            reference.Step(stimulus.Sequences[sequence][step], step == 0, taps);
            for (int tap = 0; tap < plan.Taps.Count; tap++)
                foreach (int index in plan.Taps[tap].Indices)
                    records.Add(new(tap, index, FirstInput + cycles[n], taps[tap, index].ToArray(), plan.Taps[tap].WordBits > 32 ? 8 : 4));
            for (int b = 0; b < plan.OutputBlocks; b++)
            {
                bool last = step == stimulus.Sequences[sequence].Length - 1 && b == plan.OutputBlocks - 1;
                beats.Enqueue(new(beat, last ? 1 : 0, FirstInput + cycles[n++], Stream(plan, b, taps[plan.OutputTap, b]), 4));
            }
            while (beats.Count > lag * plan.OutputBlocks) records.Add(beats.Dequeue());
        }
        records.AddRange(beats);
        records.Add(new(beat + 3, 0, FirstInput + cycles[^1] + 1, [], 0));
        return records;
    }

    /// <summary>The output tap's words as the stream carries them: padding lanes are zero.</summary>
    private static long[] Stream(AcceleratorPlan plan, int block, ReadOnlySpan<long> words)
    {
        long[] beat = words.ToArray();
        for (int i = 0; i < beat.Length; i++)
            if (block * plan.BlockSize + i >= plan.Layers[^1].OutputSize) beat[i] = 0;
        return beat;
    }

    public static async Task<TapComparer> CompareAsync(AcceleratorPlan plan, Stimulus stimulus, IEnumerable<Record> records, bool checkCycles = true)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, true))
            foreach (Record r in records)
            {
                writer.Write(r.Tap);
                writer.Write(r.Index);
                writer.Write(r.Cycle);
                foreach (long word in r.Words)
                    if (r.WordBytes == 8) writer.Write(word);
                    else writer.Write((int)word);
            }
        stream.Position = 0;
        var comparer = new TapComparer(plan, stimulus, "fake", checkCycles);
        await comparer.ReadAsync(stream, false, null, default);
        return comparer;
    }
}
