using HwGen.Core.Plan;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Reference;

namespace HwGen.Sim.Tests.CoSimulation;

/// <summary>The records that a simulation without a mistake writes, to be tampered with.</summary>
/// <param name="Tap">Number of the tap; behind them beat, first input, unstable, end.</param>
/// <param name="Index">Index of the tap; of a beat TLAST, and TID above it.</param>
internal sealed record Record(int Tap, int Index, long Cycle, long[] Words, int WordBytes)
{
    public const int FirstInput = 10;

    /// <param name="plan">The accelerator.</param>
    /// <param name="stimulus">What drives it.</param>
    /// <param name="lag">Steps by which the output beats come behind the taps: a reader that pauses.</param>
    public static List<Record> Run(AcceleratorPlan plan, Stimulus stimulus, int lag = 0)
    {
        int beat = plan.Taps.Count, output = plan.Taps.ToList().FindIndex(t => t.Name == "output");
        var (records, beats) = (new List<Record> { new(beat + 1, 0, FirstInput, [], 0) }, new Queue<Record>());
        var (reference, taps) = (new IntegerReference(plan), new StepTaps(plan));
        long[] cycles = [.. plan.OutputCycles(stimulus.Streams)];
        int n = 0;
        foreach ((int sequence, int step, int stream) in stimulus.Steps)
        {
            reference.Step(stimulus.Sequences[sequence][step], step == 0, taps, stream);
            for (int tap = 0; tap < plan.Taps.Count; tap++)
                for (int entry = 0; entry < plan.Taps[tap].Entries.Count; entry++)
                    records.Add(new(tap, plan.Taps[tap].Entries[entry].Index, FirstInput + cycles[n], taps[tap, entry].ToArray(), plan.Taps[tap].WordBits > 32 ? 8 : 4));
            for (int b = 0; b < plan.OutputBlocks; b++)
            {
                bool last = step == stimulus.Sequences[sequence].Length - 1 && b == plan.OutputBlocks - 1;
                beats.Enqueue(new(beat, (stream << 1) | (last ? 1 : 0), FirstInput + cycles[n++], taps[output, b].ToArray(), 4));
            }
            while (beats.Count > lag * plan.OutputBlocks) records.Add(beats.Dequeue());
        }
        records.AddRange(beats);
        records.Add(new(beat + 3, 0, FirstInput + cycles[^1] + 1, [], 0));
        return records;
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
