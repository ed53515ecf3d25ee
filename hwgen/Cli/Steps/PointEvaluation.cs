using System.Collections.Concurrent;
using System.Globalization;
using HwGen.Cli.Files;
using HwGen.Cli.Progress;
using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Core.Plan;
using HwGen.Explore;
using HwGen.Explore.Batch;
using HwGen.Explore.Sweeps;
using HwGen.Frontend.Data;
using HwGen.Frontend.Robustness;
using HwGen.Frontend.Training;
using HwGen.Sim.Reference;

namespace HwGen.Cli.Steps;

/// <summary>Evaluates designs for a sweep. What designs have in common is done once: data, trainings, ranges, scores.</summary>
/// <param name="root">The <c>--out</c> folder.</param>
/// <param name="device">The <c>--device</c> option.</param>
/// <param name="threads">For one evaluation.</param>
/// <param name="store">Keeps scores that several points share.</param>
/// <param name="progress">Shows trainings.</param>
/// <param name="attack">What points are attacked by; null: they are not.</param>
public sealed class PointEvaluation(string root, string device, int threads, SweepStore store, StepProgress progress, AttackSettings? attack)
{
    private const int AttackSeed = 1;

    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(300);

    private static readonly ConcurrentDictionary<DataSettings, string> Digests = [];

    private readonly SharedData _data = new();
    private readonly ConcurrentDictionary<string, Lazy<TrainedPoint>> _networks = [];
    private readonly ConcurrentDictionary<string, Lazy<NetworkRanges>> _ranges = [];
    private readonly ConcurrentDictionary<string, Lazy<(double Accuracy, double? ErrorRate)>> _scores = [];

    /// <summary>The design under a name that says how its network is trained: equal names, equal networks.</summary>
    /// <param name="design">A point; its data lie where they do for <paramref name="origin"/>.</param>
    /// <param name="origin">The design of the sweep, whose own training keeps its own name.</param>
    public static DesignFile Trained(DesignFile design, DesignFile origin) =>
        TrainingKey(design) is var key && key == TrainingKey(origin) ? design with { Name = origin.Name } : design with { Name = $"{origin.Name}-net-{key[..8]}" };

    /// <param name="design">A point, checked.</param>
    /// <param name="trained">The same by <see cref="Trained"/>.</param>
    public PointOutcome Evaluate(DesignFile design, DesignFile trained, CancellationToken cancel)
    {
        if (EngineLimits.Complaints(design) is { Count: > 0 } complaints) throw new InputException(complaints);
        DataSplit data = Data(design);
        var (network, floatAccuracy, denseAccuracy) = Get(_networks, trained.Name, () => Train(trained, cancel));
        string rangesKey = $"{trained.Name} {design.Quantization.CalibrationSequences}";
        NetworkRanges ranges = Get(_ranges, rangesKey, () => Quantizer.Calibrate(network, data.Train, design.Quantization.CalibrationSequences));
        NetworkFormats formats = NetworkFormats.Choose(network, ranges, design.Quantization);
        AcceleratorPlan plan = AcceleratorPlan.Create(design.Name, network, formats, design.Hardware);
        string scoreKey = new StageKey().Add("network", TrainingKey(design)).AddValue("quantization", design.Quantization).Add("device", device)
            .AddCode(typeof(AcceleratorPlan).Assembly, typeof(BatchEvaluator).Assembly, typeof(IntegerReference).Assembly).Finish();
        (double Accuracy, double? ErrorRate)? score = floatAccuracy is null ? null : Score(scoreKey, () =>
        {
            var model = new FixedPointModel(plan, threads, cancel);
            FixedPointScore own = model.Score(data.Test, model.ChooseRecognizer(design.Training.Loss, data.Train));
            return (own.Accuracy, own.Errors?.Rate);
        });
        var (robust, floatRobust) = floatAccuracy is null || attack is null ? (null, null) : Attack(attack, design, network, plan, scoreKey, data.Test, cancel);
        return PointOutcome.Done(PlanFacts.Figures(plan, network, design.Hardware) with
        {
            Accuracy = score?.Accuracy,
            ErrorRate = score?.ErrorRate,
            FloatAccuracy = floatAccuracy,
            RobustAccuracy = robust,
            FloatRobustAccuracy = floatRobust,
        }, string.Create(CultureInfo.InvariantCulture, $"""
            network {trained.Name}: {floatAccuracy:F4} in floating point, dense baseline {denseAccuracy:F4}
            fixed point: {score?.Accuracy:F4} over {data.Test.Count} test sequences by {(BatchEvaluator.Fits(plan) ? "the batch evaluator" : "the integer reference")}
            accumulators of {plan.AccumulatorBits} bits; {plan.Shape.Elements} elements of {plan.Shape.Columns} columns, {plan.Shape.IfftUnits} inverse FFT units, {plan.Shape.Lanes} lanes, {plan.Shape.Streams} streams{(robust is null ? "" : string.Create(CultureInfo.InvariantCulture, $"\nunder attack: {robust:F4}, {floatRobust:F4} in floating point"))}
            """));
    }

    /// <summary>Trains a network, or finds it trained.</summary>
    /// <param name="trained">By <see cref="Trained"/>.</param>
    /// <returns>Accuracy over the test set of the block-circulant network and of the dense one that it came from, 0..1; null of one that is not trained.</returns>
    public (double? Circulant, double? Dense) Accuracies(DesignFile trained, CancellationToken cancel)
    {
        TrainedPoint point = Get(_networks, trained.Name, () => Train(trained, cancel));
        return (point.Accuracy, point.DenseAccuracy);
    }

    /// <summary>Computed once, by whoever works on the store.</summary>
    private (double Accuracy, double? ErrorRate) Score(string key, Func<(double Accuracy, double? ErrorRate)> compute) => Get(_scores, key, () =>
    {
        if (store.FindScore(key) is { } known) return known;
        (double accuracy, double? errorRate) = compute();
        store.AddScore(key, accuracy, errorRate);
        return (accuracy, errorRate);
    });

    /// <summary>The integer network straight through its rounding, and the network in floating point, under the same attack: as <c>hwgen attack</c> does it.</summary>
    private (double? Integer, double? Float) Attack(AttackSettings settings, DesignFile design, TrainedNetwork network, AcceleratorPlan plan, string scoreKey, LabelledData test, CancellationToken cancel)
    {
        if (test.Kind == LabelKind.Frame) throw new InputException(design.Data.Location.Error("attacks want one label a sequence, but this data has one a step"));
        var how = new AttackPlan(AttackKind.Pgd, settings.Epsilon) { Steps = settings.Steps, StepSize = AttackPlan.StepReach * settings.Epsilon / settings.Steps, Restarts = settings.Restarts };
        double integer = Score(Key(scoreKey), () =>
        {
            progress.Report($"explore: attack {design.Name}", 0, $"{design.Quantization.Bits} bits");
            return (RobustEvaluation.Run(FixedPointModel.Dequantized(network, plan), test, settings.Images, how, AttackSeed, device, threads: threads, attacked: new FixedPointModel(plan, threads, cancel).Attacked).Accuracy, null);
        }).Accuracy;
        double real = Score(Key(TrainingKey(design)), () => (RobustEvaluation.Run(network, test, settings.Images, how, AttackSeed, device, threads: threads).Accuracy, null)).Accuracy;
        return (integer, real);

        string Key(string attacked) => new StageKey().Add("attacked", attacked).AddValue("attack", settings).Add("seed", AttackSeed).Add("device", device)
            .AddCode(typeof(AcceleratorPlan).Assembly, typeof(RobustEvaluation).Assembly, typeof(FixedPointModel).Assembly, typeof(IntegerReference).Assembly).Finish();
    }

    private TrainedPoint Train(DesignFile design, CancellationToken cancel)
    {
        if (design.Training.Method == CompressionMethod.Random) return new(TrainingRun.Untrained(design), null, null);
        var workspace = new Workspace(root, design.Name);
        using var guard = WaitForLock(workspace, cancel);
        var relay = new Relay<TrainingProgress>(p => progress.Report($"explore: train {design.Name}", (p.Epoch - 1 + (double)p.Step / p.Steps) / p.Epochs,
            $"{p.Phase}, epoch {p.Epoch} of {p.Epochs}, loss {p.Loss:F4}, {p.FramesPerSecond:N0} frames/s"));
        TrainingOutcome outcome = TrainingRun.Run(design, Path.GetDirectoryName(workspace.Artifacts)!, device, relay, cancel, threads: threads, shared: _data);
        return new(outcome.Circulant, outcome.CirculantAccuracy, outcome.DenseAccuracy);
    }

    /// <summary>Another sweep may be training the same network: then its result is ours.</summary>
    private static IDisposable WaitForLock(Workspace workspace, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return workspace.Lock();
            }
            catch (ToolException)
            {
                cancel.ThrowIfCancellationRequested();
                Thread.Sleep(LockPoll);
            }
        }
    }

    private DataSplit Data(DesignFile design) =>
        _data.Load(design.Data, Digest(design.Data), Path.Join(Path.GetDirectoryName(new Workspace(root, design.Name).Artifacts), "features"));

    /// <summary>As <see cref="DataSets.Digest"/>, which reads whole files, but once for each data set.</summary>
    public static string Digest(DataSettings data) => Digests.GetOrAdd(data, DataSets.Digest);

    private static string TrainingKey(DesignFile design)
    {
        using var key = new StageKey().Add("data", Digest(design.Data)).Add("seed", design.Seed).AddValue("training", design.Training);
        if (design.Weights is { } weights) key.AddFile("weights", weights.Path);
        foreach (LayerDescription layer in design.Layers) key.Add("layer", NetworkFile.Describe(layer));
        return key.Finish();
    }

    /// <summary>Computed once, whoever asks; whoever comes meanwhile waits. What failed is tried again.</summary>
    private static T Get<T>(ConcurrentDictionary<string, Lazy<T>> known, string key, Func<T> compute)
    {
        var lazy = known.GetOrAdd(key, _ => new(compute));
        try
        {
            return lazy.Value;
        }
        catch
        {
            known.TryRemove(new(key, lazy));
            throw;
        }
    }

    /// <summary>Accuracies are null of a network that was drawn, not trained.</summary>
    private sealed record TrainedPoint(TrainedNetwork Network, double? Accuracy, double? DenseAccuracy);
}
