using System.Globalization;
using HwGen.Core;
using HwGen.Core.Plan;

namespace HwGen.Sim.CoSimulation;

/// <summary>Proves what lies in a design's output folder against the integer reference: lint, four runs (nothing stalled; random
/// pauses on both sides; one step at a time; from the start again after a reset in mid-stream) with every word at every tap
/// compared, and the memories read back.</summary>
public sealed class CoSimulator(AcceleratorPlan plan, string folder, VerifyOptions options)
{
    private readonly string _folder = Path.GetFullPath(folder);
    private readonly Verilator _verilator = new(options.Cache, options.Builds);

    /// <summary>Long enough for the output buffer to fill up behind a paused reader.</summary>
    private int LongPause => 2 * (plan.OutputBufferBeats / plan.OutputBlocks + 1) * plan.Schedule.IntervalCycles;

    private sealed record Run(string Name, Stimulus Stimulus, int Pause, int Gap, long Reset = 0);

    /// <summary>Runs all checks.</summary>
    /// <param name="stimulus">Drives the unstalled run; its head drives the others.</param>
    /// <param name="progress">Told what is going on, and of steps done.</param>
    /// <param name="cancel">Ends the simulation.</param>
    /// <exception cref="ToolException">A tool is missing or failed.</exception>
    public async Task<VerifyResult> VerifyAsync(Stimulus stimulus, IProgress<VerifyProgress>? progress, CancellationToken cancel)
    {
        progress?.Report(new("lint", 0, 1));
        IReadOnlyList<string> lint = await Verilator.LintAsync(_folder, plan.ModuleName, cancel).ConfigureAwait(false);
        progress?.Report(new("build", 0, 1));
        // A build that is not kept runs once, and briefly.
        string program = await _verilator.BuildAsync(_folder, plan.ModuleName, false, options.Builds is not null, cancel).ConfigureAwait(false);
        using var runFolder = new RunFolder(_folder, plan);
        Stimulus head = stimulus.Take(options.SingleSteps);
        // The schedule comes to rest only when a step has left every stage that its context can count.
        int rest = plan.RestCycles;
        Run[] runs =
        [
            new("unstalled", stimulus, 0, 0),
            new("stalled", stimulus.Take(options.StalledSequences), options.PausePermille, 0),
            new("single-step", head, 0, rest),
            new("after-reset", head, 0, 0, 6 + plan.TotalCycles(head.Streams) / 2),
        ];
        var comparers = new List<TapComparer>();
        Divergence? first = null;
        string? waveform = null;
        foreach (Run run in runs)
        {
            TapComparer comparer = await RunAsync(program, runFolder, run, false, null, progress, cancel).ConfigureAwait(false);
            comparers.Add(comparer);
            if (first is null && comparer.First is not null)
            {
                first = comparer.First;
                if (options.WaveformFolder is not null && first.Cycle >= 0)
                    waveform = await TraceAsync(runFolder, run with { Stimulus = run.Stimulus.Take(first.Sequence + 1) }, first.Cycle, progress, cancel).ConfigureAwait(false);
            }
        }
        (long rows, long differences, Divergence? memory) = runFolder.ReadBack(plan);
        TapComparer main = comparers[0], single = comparers[2];
        long interval = plan.Schedule.IntervalCycles, turns = plan.Turns(stimulus.Streams).Last(), total = plan.TotalCycles(stimulus.Streams);
        double perFrame = turns > 0 ? (main.Cycles - (double)(total - interval * turns)) / turns : interval;
        return new(
            comparers.Sum(c => c.Words), comparers.Sum(c => c.Mismatches) + differences, rows, stimulus.Sequences.Count,
            total, main.Cycles, perFrame, single.StepCycles.Count > 0 ? single.StepCycles.Skip(1).DefaultIfEmpty(single.StepCycles[0]).Average() : 0,
            lint, first ?? memory, waveform, main.Predictions, main.ReferencePredictions, main.Saturations);
    }

    /// <summary>The first divergence of a short stalled and unstalled run, or null: what fault injection asks.</summary>
    /// <param name="stimulus">Drives both runs.</param>
    /// <param name="cancel">Ends the simulation.</param>
    public async Task<Divergence?> FindDivergenceAsync(Stimulus stimulus, CancellationToken cancel)
    {
        string program = await _verilator.BuildAsync(_folder, plan.ModuleName, false, true, cancel).ConfigureAwait(false);
        using var runFolder = new RunFolder(_folder, plan);
        foreach (Run run in new Run[] { new("unstalled", stimulus, 0, 0), new("stalled", stimulus, options.PausePermille, 0) })
            try
            {
                if ((await RunAsync(program, runFolder, run, true, null, null, cancel).ConfigureAwait(false)).First is { } divergence)
                    return divergence;
            }
            catch (ToolException e) when (e.Tool == Verilator.Simulation)
            {
                // Such as a design that does not take its weights.
                return new(run.Name, -1, "simulation", "the design", -1, -1, "no row of the step", "the run", e.Log, "a run to its end", "one that broke off");
            }
        return runFolder.ReadBack(plan).First;
    }

    private async Task<TapComparer> RunAsync(
        string program, RunFolder runFolder, Run run, bool stopAtFirst, (string File, long From, long To)? trace, IProgress<VerifyProgress>? progress, CancellationToken cancel)
    {
        var comparer = new TapComparer(plan, run.Stimulus, run.Name, run.Pause == 0 && run.Gap == 0);
        string file = Path.Combine(Path.GetTempPath(), $"hwgen-{Guid.NewGuid():N}.stimulus");
        try
        {
            run.Stimulus.Write(plan, file);
            string[] arguments =
            [
                file, Text(run.Stimulus.Steps.Count * plan.OutputBlocks), Text(run.Pause), Text(run.Pause == 0 ? 0 : LongPause), Text(options.Seed),
                Text(4 * LongPause + plan.RestCycles + 50 * plan.Schedule.IntervalCycles + 5000), Text(run.Gap), Text(run.Reset), .. trace is { } t ? new[] { t.File, Text(t.From), Text(t.To) } : [], "+hwgen_readback",
            ];
            IProgress<int>? steps = progress is null ? null : new Relay(progress, run.Name, run.Stimulus.Steps.Count);
            string log = await Verilator.StreamAsync(program, runFolder.Path, arguments,
                (stream, c) => comparer.ReadAsync(stream, stopAtFirst, steps, c), cancel).ConfigureAwait(false);
            comparer.CheckRanges(log);
        }
        finally
        {
            File.Delete(file);
        }
        return comparer;
    }

    private sealed class Relay(IProgress<VerifyProgress> progress, string run, int total) : IProgress<int>
    {
        public void Report(int value) => progress.Report(new(run, value, total));
    }

    /// <summary>Runs again in a build that can write waveforms, for a window around the cycle.</summary>
    private async Task<string> TraceAsync(RunFolder runFolder, Run run, long cycle, IProgress<VerifyProgress>? progress, CancellationToken cancel)
    {
        progress?.Report(new("waveform", 0, 1));
        string program = await _verilator.BuildAsync(_folder, plan.ModuleName, true, true, cancel).ConfigureAwait(false);
        Directory.CreateDirectory(options.WaveformFolder!);
        string file = Path.Combine(Path.GetFullPath(options.WaveformFolder!), "divergence.vcd");
        await RunAsync(program, runFolder, run, false, (file, Math.Max(0, cycle - plan.Schedule.IntervalCycles), cycle + 10), null, cancel).ConfigureAwait(false);
        return file;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
