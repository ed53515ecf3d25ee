using System.Globalization;
using HwGen.Cli.Files;
using HwGen.Cli.Progress;
using HwGen.Cli.Report;
using HwGen.Cli.Results;
using HwGen.Cli.Verbs;
using HwGen.Core;
using HwGen.Core.Cost;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Parts;
using HwGen.Core.Plan;
using HwGen.Explore;
using HwGen.Explore.Batch;
using HwGen.Frontend.Data;
using HwGen.Frontend.Data.Speech;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Scoring;
using HwGen.Frontend.Training;
using HwGen.Print;
using HwGen.Sim.CoSimulation;
using HwGen.Sim.Faults;

namespace HwGen.Cli.Steps;

/// <summary>The stages from data to a report. Each does what earlier stages lack first, but for <see cref="VerifyAsync"/>, which
/// takes what lies in rtl-out as it lies there.</summary>
public sealed class Pipeline
{
    /// <summary>Images that fault injection runs beside its stress sequences: short runs, since each fault is another build.</summary>
    private const int FaultImages = 4;

    /// <summary>Sequences that signal to noise is measured over.</summary>
    private const int NoiseSequences = 4;

    /// <summary>Training sequences that a search of words classifies: with the batch evaluator, and with the reference.</summary>
    private const int SearchSequences = 5000, SlowSearchSequences = 1000;

    /// <summary>Those whose outputs' noise it measures: each has many outputs, and the float network runs without FFTs.</summary>
    private const int OutputSequences = 500;

    private readonly SharedData _data = new();

    /// <summary>The steps as the verbs call them. `run` skips a verification that is up to date; the verb `verify` never does.</summary>
    public PipelineSteps Steps => new(TrainAsync, QuantizeAsync, SearchWordsAsync, GenerateAsync, VerifyAsync, InjectFaultsAsync, ReportAsync);

    /// <summary>The steps of `run`.</summary>
    public PipelineSteps RunSteps => Steps with { Train = TrainForHardwareAsync, Verify = VerifyUnlessUpToDateAsync };

    /// <summary>Reads a whole data set; the stand-in for speech is written first as far as it is missing.</summary>
    public static async Task<DataResult> CheckDataAsync(DataRequest request, StepProgress progress, CancellationToken cancel)
    {
        var settings = new DataSettings(request.Name, request.Path, new("data", 1, 1));
        if (request.Name is not (DataSetName.Speech or DataSetName.Timit))
        {
            if (request is { Path: null, Name: not DataSetName.FashionMnist })
                throw new InputException(settings.Location.Error($"{request.Name} comes with no package: tell where it is with --path"));
            DataSplit split = await Task.Run(() => DataSets.Load(settings, "", cancel: cancel), cancel);
            return new(request.Name, request.Path ?? FashionMnist.DefaultFolder, split.Train.Count, split.Test.Count);
        }
        if (request.Name == DataSetName.Speech)
        {
            settings = settings with { Path = request.Path ?? Path.Join(request.Artifacts, SpeechData.Subfolder) };
            var written = new Relay<double>(h => progress.Report("data: speak", h / request.Hours, string.Create(CultureInfo.InvariantCulture, $"{h:F2} of {request.Hours} hours")));
            await SpeechStandIn.WriteAsync(settings.Path, new(request.Hours), written, cancel);
        }
        var read = new Relay<(int Done, int Total)>(p => progress.Report("data: read", (double)p.Done / p.Total, $"{p.Done:N0} of {p.Total:N0}"));
        var parts = await Task.Run(() => SpeechData.Check(settings, read, cancel), cancel);
        return new(request.Name, settings.Path!, parts[0].Count, parts.Skip(1).Sum(p => p.Count)) { Parts = [.. parts.Select(p => new DataPart(p.Name, p.Count, p.Hours))] };
    }

    public async Task<TrainResult> TrainAsync(StepContext c, CancellationToken cancel) => (await RecordAsync(c, cancel)).Result;

    /// <summary>What can't become hardware is refused before hours of training.</summary>
    private async Task<TrainResult> TrainForHardwareAsync(StepContext c, CancellationToken cancel)
    {
        RequireEngine(c.Design);
        return await TrainAsync(c, cancel);
    }

    public async Task<QuantizeResult> QuantizeAsync(StepContext c, CancellationToken cancel)
    {
        RequireEngine(c.Design);
        TrainingRecord training = await RecordAsync(c, cancel);
        string ranges = RangesFile(c);
        return (await c.Workspace.Stages.RunAsync("quantize", QuantizeKey(c), [ranges], () => Task.Run(() =>
        {
            TrainedNetwork network = NetworkFile.Load(NetworkPath(c));
            c.Progress.Report("quantize: record ranges", 0);
            NetworkRanges recorded = Quantizer.Calibrate(network, Data(c).Train, c.Design.Quantization.CalibrationSequences);
            AtomicFile.WriteText(ranges, JsonText.Page(recorded));
            AcceleratorPlan plan = BuildPlan(c, network, recorded);
            LabelledData test = Data(c).Test;
            var progress = new Relay<int>(done => c.Progress.Report("quantize: classify in fixed point", (double)done / test.Count, $"{done:N0} of {test.Count:N0}"));
            Recognizer? recognizer = new FixedPointModel(plan, Environment.ProcessorCount, cancel).ChooseRecognizer(c.Design.Training.Loss, Data(c).Train);
            var reference = new FixedPointModel(plan, Environment.ProcessorCount, cancel, byReference: true);
            FixedPointScore score = reference.Score(test, recognizer, progress);
            Accuracy accuracy = training.Result.Accuracy with { FixedPoint = HasLabels(c.Design) ? score.Accuracy : null };
            return new QuantizeRecord(
                new(c.Design.Name, accuracy, test.Count, training.Result.Parameters, c.Design.Quantization.Bits)
                {
                    Per = score.Errors is { } errors ? (training.Result.Per ?? new()) with { FixedPoint = errors.Rate } : null,
                    SignalToNoise = Noise(plan, network, test),
                },
                [.. reference.Saturations.Sites.Select(s => new SaturationShare(s.Key, s.Value.Changed, s.Value.Words))]);
        }, cancel))).Result;
    }

    /// <summary>Decided by training sequences behind those that calibrate, so that the test set stays unseen.</summary>
    /// <exception cref="InputException">There are no labels for an accuracy, or calibration leaves no sequence.</exception>
    public async Task<WordSearchResult> SearchWordsAsync(StepContext c, SearchLimit limit, CancellationToken cancel)
    {
        RequireEngine(c.Design);
        if (limit.Loss is not null && !HasLabels(c.Design)) throw new InputException(c.Design.Data.Location.Error("the data have no labels, so there is no accuracy to keep: give data with labels, or --sqnr in place of --accuracy-loss"));
        await RecordAsync(c, cancel);
        return await Task.Run(() =>
        {
            TrainedNetwork network = NetworkFile.Load(NetworkPath(c));
            LabelledData training = Data(c).Train;
            int calibration = c.Design.Quantization.CalibrationSequences;
            if (calibration >= training.Count) throw new InputException(c.Design.Data.Location.Error($"'calibration_sequences' takes all {training.Count} training sequences: leave some to search words with"));
            NetworkRanges ranges = Quantizer.Calibrate(network, training, calibration);
            int most = limit.Loss is null ? OutputSequences : BatchEvaluator.Fits(BuildPlan(c, network, ranges)) ? SearchSequences : SlowSearchSequences;
            var held = new DataSlice(training, calibration, Math.Min(most, training.Count - calibration));
            double? accuracy = limit.Loss is null ? null : TrainingRun.Accuracy(network, held, c.Device, c.Design.Training.Loss);
            c.Progress.Report("quantize: run the network in floating point", 0);
            SearchMeasure measure = limit.Loss is null ? SearchMeasure.OutputSignalToNoise(network, held, cancel) : SearchMeasure.Accuracy(held, c.Design.Training.Loss, cancel);
            Part part = PlanFacts.Target(c.Design.Hardware);
            double target = limit.Decibels ?? accuracy!.Value - limit.Loss!.Value;
            WordChoice? choice = new WordSearch(network, ranges, c.Design.Hardware, part, measure).Run(target, tried => c.Progress.Report("quantize: search words", 0, tried), cancel);
            return new WordSearchResult(c.Design.Name, held.Count, accuracy, limit.Loss is null ? null : target, c.Design.Quantization, choice) { TargetDecibels = limit.Decibels, Part = part.Name };
        }, cancel);
    }

    public async Task<GenerateResult> GenerateAsync(StepContext c, CancellationToken cancel)
    {
        await QuantizeAsync(c, cancel);
        return await c.Workspace.Stages.RunAsync("generate", GenerateKey(c), [c.Workspace.Rtl], () =>
        {
            AcceleratorPlan plan = LoadPlan(c);
            IReadOnlyList<OutputFile> rtl = RtlPrinter.Print(plan);
            LabelledData test = Data(c).Test;
            TestVectors vectors = HandoverVectors.Create(plan,
                Stimulus.Quantize(plan, Whole(plan, test).Take(HandoverVectors.TestSequences).Select(s => Quantizer.Read(test, s))), c.Design.Seed);
            OutputFile[] files = [.. rtl, .. HandoverPrinter.Print(plan, c.Design.Hardware, rtl, vectors, c.Design.Seed)];
            AtomicDirectory.Replace(c.Workspace.Rtl, folder =>
            {
                foreach (OutputFile file in files)
                {
                    string path = Path.Combine(folder, file.Path);
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    File.WriteAllText(path, file.Text);
                }
            });
            return Task.FromResult(new GenerateResult(c.Design.Name, c.Workspace.Rtl, files.Length,
                plan.Schedule.IntervalCycles, plan.SingleStreamCycles, plan.Multipliers, PlanFacts.MemoryBits(plan), plan.Shape)
            {
                Beyond = PlanFacts.Beyond(plan, c.Design.Hardware),
                Nearest = PlanFacts.Nearest(plan, c.Design.Hardware),
                Weights = plan.Sparse?.Count,
                Filled = plan.Sparse is null ? null : plan.FilledShare,
            });
        });
    }

    /// <summary>Co-simulates what lies in rtl-out, whoever wrote it, against the reference of the design.</summary>
    /// <exception cref="InputException">There is nothing, or the design has changed since it was generated.</exception>
    public async Task<Results.VerifyResult> VerifyAsync(StepContext c, CancellationToken cancel)
    {
        RequireGenerated(c);
        AcceleratorPlan plan = LoadPlan(c);
        LabelledData test = Data(c).Test;
        int[] run = [.. Whole(plan, test).Take(c.Design.Hardware.VerifySequences)];
        List<long[][]> sequences = Stimulus.Quantize(plan, run.Select(s => Quantizer.Read(test, s)));
        List<long[][]> stress = Stimulus.Stress(plan, c.Design.Seed);
        var simulator = new CoSimulator(plan, c.Workspace.Rtl, Options(c) with { WaveformFolder = Path.Join(c.Workspace.Artifacts, "waveform") });
        var progress = new Relay<VerifyProgress>(p => c.Progress.Report("verify: " + p.Stage, (double)p.Done / p.Total, p.Total > 1 ? $"step {p.Done:N0} of {p.Total:N0}" : ""));
        Sim.CoSimulation.VerifyResult result = await simulator.VerifyAsync(new([.. sequences, .. stress], plan.Shape.Streams), progress, cancel);
        foreach (string line in result.LintWarnings) c.Progress.Note(line);
        return new(c.Design.Name, result.Words, result.Mismatches, result.MemoryRows, run.Length, plan.Taps.Count,
            result.CyclesPredicted, result.CyclesSimulated, (long)Math.Round(result.CyclesPerFrame), (long)Math.Round(result.CyclesSingleStream),
            plan.Schedule.IntervalCycles, plan.SingleStreamCycles, plan.MultiplierUtilization, PlanFacts.Utilization(plan), result.LintWarnings.Count,
            Share(result.Predictions), Share(result.ReferencePredictions), stress.Count, result.Passed(plan),
            result.First?.ToString(), result.Waveform is null ? null : Path.GetRelativePath(".", result.Waveform));

        double Share(IReadOnlyList<int[]> classes)
        {
            (int Hits, int Labels)[] scores = [.. run.Select((s, i) => Quantizer.Score(test, classes[i], test.Labels(s)))];
            return (double)scores.Sum(s => s.Hits) / Math.Max(1, scores.Sum(s => s.Labels));
        }
    }

    /// <summary>Sequences of a step at least.</summary>
    private static IEnumerable<int> Whole(AcceleratorPlan plan, LabelledData data) =>
        Enumerable.Range(0, data.Count).Where(s => data.Length(s) * data.InputSize >= plan.Input.Size);

    /// <summary>What the design's plan takes of a part; null when the design has changed since it was generated, so that the plan is of another.</summary>
    public static ResourceCount? Predict(StepContext c, Part part) =>
        IsPlanned(c) ? ResourceEstimate.Of(PlanDemand.Of(LoadPlan(c)), part.Family, part.Dsps > 0) : null;

    /// <summary>What an answer takes by the design's plan; null as <see cref="Predict"/>'s.</summary>
    public static Inference? Infer(StepContext c)
    {
        if (!IsPlanned(c)) return null;
        AcceleratorPlan plan = LoadPlan(c);
        int steps = DataSetShape.Of(c.Design.Data).Image is { } image ? Math.Max(1, image.Height * image.Width * image.Channels / plan.Input.Size) : 1;
        return new(steps, plan.TotalCycles(new int[steps]), steps * EnergyModel.Of(plan).Total * 1e6);
    }

    private static bool IsPlanned(StepContext c) =>
        File.Exists(NetworkPath(c)) && File.Exists(RangesFile(c)) && c.Workspace.Stages.KeyOf("generate") == GenerateKey(c);

    public async Task<FaultResult> InjectFaultsAsync(StepContext c, int count, int seed, CancellationToken cancel)
    {
        RequireGenerated(c);
        AcceleratorPlan plan = LoadPlan(c);
        LabelledData test = Data(c).Test;
        IEnumerable<ArraySegment<float>> images = Enumerable.Range(0, Math.Min(FaultImages, test.Count)).Select(s => Quantizer.Read(test, s));
        var stimulus = new Stimulus([.. Stimulus.Stress(plan, seed), .. Stimulus.Quantize(plan, images)], plan.Shape.Streams);
        int done = 0;
        var progress = new Relay<FaultOutcome>(o => c.Progress.Report("inject faults", (double)Interlocked.Increment(ref done) / count, $"{done} of {count}"));
        var outcomes = await new FaultInjector(plan, c.Workspace.Rtl, Options(c)).RunAsync(count, seed, stimulus, progress, cancel);
        var result = new FaultResult(c.Design.Name, count, outcomes.Count(o => o.CaughtBy is not null), outcomes.Count(o => o.CaughtBy is { Run: not "readback" }), seed,
            [.. outcomes.Select(o => new InjectedFault(o.Fault.Kind.ToString(), $"{o.Fault.File}:{o.Fault.Line}", o.Seed, o.Fault.Before, o.Fault.After, o.CaughtBy?.ToString()))]);
        c.Workspace.Stages.Record("faults", VerifyKey(c), result, []);
        return result;
    }

    public async Task<ReportModel> ReportAsync(StepContext c, CancellationToken cancel)
    {
        await QuantizeAsync(c, cancel);
        TrainingRecord training = await RecordAsync(c, cancel);
        Results.VerifyResult verify = await VerifyUnlessUpToDateAsync(c, cancel);
        QuantizeRecord quantize = c.Workspace.Stages.Find<QuantizeRecord>("quantize", QuantizeKey(c))!;
        return PlanFacts.Report(c.Design, LoadPlan(c), LoadRanges(c), training, quantize, verify, c.Workspace.Stages.Find<FaultResult>("faults", VerifyKey(c)));
    }

    private Task<Results.VerifyResult> VerifyUnlessUpToDateAsync(StepContext c, CancellationToken cancel)
    {
        RequireGenerated(c);
        return c.Workspace.Stages.RunAsync("verify", VerifyKey(c), [.. Verified(c)], () => VerifyAsync(c, cancel));
    }

    /// <summary>Trains unless it is up to date; a device named by the user counts.</summary>
    private async Task<TrainingRecord> RecordAsync(StepContext c, CancellationToken cancel)
    {
        string key = TrainKey(c.Design);
        if (c.Device == "auto" && c.Workspace.Stages.Find<TrainingRecord>("train", key) is { } known) return known;
        if (c.Design.Training.Method == CompressionMethod.Random || !HasLabels(c.Design))
        {
            TrainedNetwork drawn = TrainingRun.Untrained(c.Design);
            Directory.CreateDirectory(c.Workspace.Artifacts);
            NetworkFile.Save(NetworkPath(c), drawn, key);
            var nothing = new TrainingRecord(new(c.Design.Name, new(), 0, drawn.ParameterCount, (int)c.Design.Layers.SelectMany(l => l.Matrices).Sum(m => m.Entries), c.Design.Layers.Max(l => l.BlockSize)), [], []);
            c.Workspace.Stages.Record("train", key, nothing, [NetworkPath(c)]);
            return nothing;
        }
        var progress = new Relay<TrainingProgress>(p => c.Progress.Report($"train: {p.Phase}", (p.Epoch - 1 + (double)p.Step / p.Steps) / p.Epochs,
            $"epoch {p.Epoch} of {p.Epochs}, loss {p.Loss:F4}, {p.FramesPerSecond:N0} frames/s"));
        var outcome = await Task.Run(() => TrainingRun.Run(c.Design, Path.GetDirectoryName(c.Workspace.Artifacts)!, c.Device, progress, cancel,
            new Relay<(int Done, int Total)>(p => c.Progress.Report("train: features of speech", (double)p.Done / p.Total, $"{p.Done:N0} of {p.Total:N0} recordings")), shared: _data), cancel);
        var record = new TrainingRecord(
            new(c.Design.Name, new(outcome.DenseAccuracy, outcome.CirculantAccuracy), (int)outcome.Scores[0].Labels,
                outcome.Circulant.ParameterCount, outcome.Dense.ParameterCount, c.Design.Layers.Max(l => l.BlockSize))
            {
                Per = outcome.Scores[0].Errors is { } errors ? new(outcome.DenseScores[0].Errors?.Rate, errors.Rate) : null,
                Tests = [.. outcome.Scores.Zip(outcome.DenseScores, (s, d) => new TestResult(s.Name, new(d.Accuracy, s.Accuracy),
                    s.Errors is null ? null : new(d.Errors?.Rate, s.Errors?.Rate), s.Errors))],
            },
            [.. outcome.Log.Epochs.Select((e, i) => new TrainingPoint(e.Phase.ToString(), i + 1, e.Loss, e.TestAccuracy))],
            [.. outcome.Log.Residuals.Select(r => new AdmmPoint(r.Iteration, r.Primal, r.Dual, r.Rho))]);
        c.Workspace.Stages.Record("train", key, record, [NetworkPath(c)]);
        return record;
    }

    private void RequireGenerated(StepContext c)
    {
        string? missing = !File.Exists(Path.Combine(c.Workspace.Rtl, "rtl.f")) ? $"{c.Workspace.Rtl} holds no design"
            : c.Workspace.Stages.Find<TrainingRecord>("train", TrainKey(c.Design)) is null ? "the network is not trained, or the design has changed since"
            : c.Workspace.Stages.Find<QuantizeRecord>("quantize", QuantizeKey(c)) is null ? "the formats are not chosen, or the design has changed since"
            : c.Workspace.Stages.KeyOf("generate") != GenerateKey(c) ? $"{c.Workspace.Rtl} is of another version of the design"
            : c.Workspace.Stages.MissingFiles("generate") is [var gone, ..] ? $"{Path.GetFileName(gone)} is missing from {c.Workspace.Rtl}"
            : null;
        if (missing is not null)
            throw new InputException(new InputError(c.Design.Data.Location.File, 1, 1, $"{missing}: run 'hwgen generate' first"));
    }

    private static VerifyOptions Options(StepContext c) => new(Path.Join(Path.GetDirectoryName(c.Workspace.Artifacts), "verilator"));

    private DataSplit Data(StepContext c) =>
        _data.Load(c.Design.Data, DataSets.Digest(c.Design.Data), Path.Join(Path.GetDirectoryName(c.Workspace.Artifacts), "features"));

    private static bool HasLabels(DesignFile design) => DataSetShape.Of(design.Data).HasLabels;

    private static void RequireEngine(DesignFile design)
    {
        if (EngineLimits.Complaints(design) is { Count: > 0 } complaints) throw new InputException(complaints);
    }

    private static AcceleratorPlan LoadPlan(StepContext c) => BuildPlan(c, NetworkFile.Load(NetworkPath(c)), LoadRanges(c));

    /// <exception cref="InputException">The words are too short for what was recorded.</exception>
    private static AcceleratorPlan BuildPlan(StepContext c, TrainedNetwork network, NetworkRanges ranges)
    {
        NetworkFormats formats;
        try
        {
            formats = NetworkFormats.Choose(network, ranges, c.Design.Quantization);
        }
        catch (InvalidOperationException e)
        {
            throw new InputException(c.Design.QuantizationLocation.Error(e.Message));
        }
        return AcceleratorPlan.Create(c.Design.Name, network, formats, c.Design.Hardware);
    }

    private static NetworkRanges LoadRanges(StepContext c) => JsonText.Read<NetworkRanges>(File.ReadAllText(RangesFile(c)));

    private static string NetworkPath(StepContext c) => Path.Join(c.Workspace.Artifacts, "network.bin");

    private static string RangesFile(StepContext c) => Path.Join(c.Workspace.Artifacts, "ranges.json");

    private static string TrainKey(DesignFile design)
    {
        var key = new StageKey().Add("data", DataSets.Digest(design.Data)).Add("seed", design.Seed).AddValue("training", design.Training);
        if (design.Weights is { } weights) key.AddFile("weights", weights.Path);
        foreach (LayerDescription layer in design.Layers) key.Add("layer", NetworkFile.Describe(layer));
        return key.AddCode(typeof(TrainingRun).Assembly).Finish();
    }

    private static string QuantizeKey(StepContext c) => new StageKey().AddFile("network", NetworkPath(c)).AddValue("quantization", c.Design.Quantization)
        .AddCode(typeof(AcceleratorPlan).Assembly, typeof(Quantizer).Assembly, typeof(CoSimulator).Assembly).Finish();

    private static string GenerateKey(StepContext c) => new StageKey().Add("rtl", RtlKey(c))
        .Add("data", DataSets.Digest(c.Design.Data)).Add("seed", c.Design.Seed).Add("clock", c.Design.Hardware.ClockMegahertz)
        .AddCode(typeof(HandoverVectors).Assembly, typeof(CoSimulator).Assembly).Finish();

    private static string RtlKey(StepContext c) => new StageKey().AddFile("network", NetworkPath(c)).AddFile("ranges", RangesFile(c))
        .Add("name", c.Design.Name).AddValue("quantization", c.Design.Quantization)
        .AddValue("hardware", Shape(c.Design.Hardware)).AddCode(typeof(AcceleratorPlan).Assembly, typeof(RtlPrinter).Assembly).Finish();

    /// <summary>Over a few test sequences: enough for a tenth of a decibel.</summary>
    private static List<PlaceNoise> Noise(AcceleratorPlan plan, TrainedNetwork network, LabelledData data) =>
        [.. SignalToNoise.Measure(plan, network, [.. Enumerable.Range(0, Math.Min(NoiseSequences, data.Count)).Select(s => Quantizer.Read(data, s))])
            .Select(p => new PlaceNoise(p.Place, Finite(p.Forced), Finite(p.Free)))];

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    /// <summary>What of the hardware's settings shapes the RTL.</summary>
    private static HardwareSettings Shape(HardwareSettings hardware) => hardware with { VerifySequences = 0, ClockMegahertz = 0 };

    private static string VerifyKey(StepContext c)
    {
        var key = new StageKey().Add("rtl", RtlKey(c)).Add("sequences", c.Design.Hardware.VerifySequences).AddCode(typeof(CoSimulator).Assembly);
        foreach (string file in Verified(c)) key.AddFile(Path.GetRelativePath(c.Workspace.Rtl, file), file);
        return key.Finish();
    }

    /// <summary>What of rtl-out verification reads. Other tools may leave their own files beside it.</summary>
    private static IEnumerable<string> Verified(StepContext c) =>
        ((string[])["driver", "mem", "rtl", "sim"]).Select(f => Path.Join(c.Workspace.Rtl, f)).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories)).Append(Path.Join(c.Workspace.Rtl, "rtl.f")).Order(StringComparer.Ordinal);
}
