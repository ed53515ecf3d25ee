using HwGen.Core;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;
using Xunit.Abstractions;

namespace HwGen.Frontend.Tests;

/// <summary>Whole trainings on small data: resuming, determinism, files.</summary>
public sealed class TrainingRunTests(ITestOutputHelper output) : IDisposable
{
    private const int Seed = 5;

    private static readonly TrainingIntervals EveryStep = new(TimeSpan.Zero, TimeSpan.Zero);
    private static readonly SequenceDataset Train = Sample.Data(Seed, 70, 4, 6, 3), Test = Sample.Data(Seed + 1, 30, 4, 6, 3);

    private readonly string _root = Directory.CreateTempSubdirectory("hwgen-train-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Run_SmallData_LearnsInAllPhases()
    {
        var outcome = Run("whole", Design());
        Assert.True(outcome.DenseAccuracy > 0.8, $"dense {outcome.DenseAccuracy}");
        Assert.True(outcome.CirculantAccuracy > 0.8, $"circulant {outcome.CirculantAccuracy}");
        Assert.Equal([TrainingPhase.Dense, TrainingPhase.Dense, TrainingPhase.Dense, TrainingPhase.Admm, TrainingPhase.Admm, TrainingPhase.Retrain, TrainingPhase.Retrain],
            outcome.Log.Epochs.Select(e => e.Phase));
        Assert.Equal(6, outcome.Log.Residuals.Count);
        Assert.True(outcome.Log.Residuals[^1].Primal < outcome.Log.Residuals[0].Primal);
        Assert.Equal([4, 1], outcome.Circulant.Layers.Select(l => l.BlockSize));
        Assert.All(outcome.Dense.Layers, l => Assert.Equal(1, l.BlockSize));
        Assert.Equal(outcome.CirculantAccuracy, TrainingRun.Accuracy(outcome.Circulant, Test, Devices.Get("cpu")));
        Assert.Equal(outcome.DenseAccuracy, TrainingRun.Accuracy(outcome.Dense, Test, Devices.Get("cpu")));
        Assert.True(outcome.Log.Epochs[0].FramesPerSecond > 0);
    }

    [Fact]
    public void Run_TwiceWithAnyThreads_GivesTheSameBytes()
    {
        Run("a", Design());
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using var ops = ComputeDevice.Open("cpu", threads);
            Run($"b{threads}", Design(), ops: ops);
            AssertSameFiles("a", $"b{threads}");
        }
        Run("c", Design() with { Seed = Seed + 1 });
        Assert.NotEqual(File.ReadAllBytes(Result("a")), File.ReadAllBytes(Result("c")));
    }

    [Fact]
    public void Run_StoppedAnywhere_EndsWithTheSameBytes()
    {
        Run("whole", Design());
        int steps = (Train.Count / Design().Training.BatchSize) * 7;
        var random = new Random(Seed);
        output.WriteLine($"seed {Seed}");
        for (int trial = 0; trial < 4; trial++)
        {
            string root = $"stopped{trial}";
            int left = random.Next(1, steps);
            output.WriteLine($"stopped after step {left} of {steps}");
            using var stop = new CancellationTokenSource();
            var progress = new Reports(_ =>
            {
                if (--left == 0) stop.Cancel();
            });
            Assert.Throws<OperationCanceledException>(() => Run(root, Design(), progress, stop.Token));
            Assert.Contains("checkpoint.bin", Directory.GetFiles(Path.Combine(_root, root), "*", SearchOption.AllDirectories).Select(Path.GetFileName));
            int more = 0;
            Run(root, Design(), new Reports(_ => more++));
            Assert.True(more < steps, "goes on, doesn't start again");
            AssertSameFiles("whole", root);
        }
    }

    [Fact]
    public void Run_KilledAtAnyMoment_EndsWithTheSameBytes()
    {
        // What a killed process leaves is what lies on the disk at that moment: copies of it, taken during one run.
        var random = new Random(Seed);
        int step = 0;
        var copies = new List<string>();
        Run("whole", Design(), new Reports(_ =>
        {
            if (step++ == 0 || random.Next(8) != 0) return;
            copies.Add($"killed{step}");
            Copy(Path.Combine(_root, "whole"), Path.Combine(_root, copies[^1]));
        }));
        output.WriteLine($"seed {Seed}: {string.Join(' ', copies)}");
        Assert.InRange(copies.Count, 3, 30);
        foreach (string copy in copies.Take(6).Append(copies[^1]))
        {
            int more = 0;
            Run(copy, Design(), new Reports(_ => more++));
            Assert.True(more < step);
            AssertSameFiles("whole", copy);
        }
    }

    [Fact]
    public void Run_Finished_ReadsFilesWithoutData()
    {
        var first = Run("done", Design());
        var second = TrainingRun.Run(Design(), Devices.Get("cpu"), "data", () => throw new InvalidOperationException("not needed"),
            Path.Combine(_root, "done"), null, default);
        Assert.Equal(first.Log.Epochs, second.Log.Epochs);
        Assert.Equal(first.Log.Residuals, second.Log.Residuals);
        Assert.Equal((first.DenseAccuracy, first.CirculantAccuracy), (second.DenseAccuracy, second.CirculantAccuracy));
        Assert.Throws<InvalidOperationException>(() => TrainingRun.Run(Design(), Devices.Get("cpu"), "other data",
            () => throw new InvalidOperationException(), Path.Combine(_root, "done"), null, default));
    }

    [Fact]
    public void Run_OtherBlockSize_SharesTheDenseBaseline()
    {
        Run("shared", Design());
        var phases = new HashSet<TrainingPhase>();
        Run("shared", Design(2) with { Name = "other" }, new Reports(p => phases.Add(p.Phase)));
        Assert.Equal([TrainingPhase.Admm, TrainingPhase.Retrain], phases.Order());
        Assert.Single(Directory.GetDirectories(Path.Combine(_root, "shared"), "dense-*"));
    }

    [Fact]
    public void Run_AllLayersDense_SkipsAdmm()
    {
        var outcome = Run("dense", Design(1));
        Assert.DoesNotContain(outcome.Log.Epochs, e => e.Phase == TrainingPhase.Admm);
        Assert.Empty(outcome.Log.Residuals);
    }

    [Fact]
    public void Run_DesignChanged_IgnoresTheOldCheckpointAndNetwork()
    {
        Run("whole", Design(2) with { Name = "d" });
        Run("changed", Design() with { Name = "d" });
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run("changed", Design(8) with { Name = "d" }, new Reports(_ => stop.Cancel()), stop.Token));
        Run("changed", Design(2) with { Name = "d" });
        Assert.Equal(File.ReadAllBytes(Path.Combine(_root, "whole", "d", "network.bin")), File.ReadAllBytes(Path.Combine(_root, "changed", "d", "network.bin")));
    }

    [Theory]
    [InlineData("network.bin")]
    [InlineData("log.bin")]
    [InlineData("checkpoint.bin")]
    public void Run_DamagedFile_IsALocatedError(string name)
    {
        string root = Path.Combine(_root, "damaged"), path = Path.Combine(root, "d", name);
        Run("damaged", Design());
        if (name == "checkpoint.bin")
        {
            using var stop = new CancellationTokenSource();
            File.Delete(Path.Combine(root, "d", "log.bin"));
            Assert.Throws<OperationCanceledException>(() => Run("damaged", Design(), new Reports(_ => stop.Cancel()), stop.Token));
        }
        var whole = File.ReadAllBytes(path);
        var random = new Random(Seed);
        output.WriteLine($"seed {Seed}");
        for (int trial = 0; trial < 20; trial++)
        {
            var bytes = (byte[])whole.Clone();
            if (trial % 2 == 0) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            else bytes = bytes[..random.Next(bytes.Length)];
            File.WriteAllBytes(path, bytes);
            var error = Assert.Single(Assert.Throws<InputException>(() => Run("damaged", Design())).Errors);
            Assert.Equal((path, 1), (error.File, error.Line));
            Assert.InRange(error.Column, 1, whole.Length + 1);
        }
    }

    [Fact]
    public void Load_NetworkOfAnotherDesign_IsALocatedError()
    {
        string path = Path.Combine(_root, "n.bin");
        var network = Sample.Network(Seed, new GruLayer(6, 10, 4), new DenseLayer(10, 3, 2));
        NetworkFile.Save(path, network, "one");
        Assert.Equal(new ParameterLayout(network.Layers).Pack(network), new ParameterLayout(network.Layers).Pack(NetworkFile.Load(path, "one")));
        Assert.Equal(network.Layers, NetworkFile.Load(path).Layers);
        var error = Assert.Single(Assert.Throws<InputException>(() => NetworkFile.Load(path, "two")).Errors);
        Assert.Equal($"{path}:1:1: error: belongs to another design; run training for this one.", error.ToString());
        Assert.Throws<InputException>(() => NetworkFile.Load(path + ".absent"));
    }

    [Theory]
    [InlineData(CompressionMethod.Scratch, new[] { TrainingPhase.Dense, TrainingPhase.Scratch })]
    [InlineData(CompressionMethod.Projection, new[] { TrainingPhase.Dense, TrainingPhase.Retrain })]
    public void Run_OtherWays_GoThroughTheirPhasesAtTheSameCost(CompressionMethod method, TrainingPhase[] phases)
    {
        var design = Design();
        var outcome = Run(method.ToString(), design with { Training = design.Training with { Method = method } });
        Assert.Equal(phases, outcome.Log.Epochs.Select(e => e.Phase).Distinct());
        // As many epochs as the dense baseline, ADMM and retraining together: 3 + 2 + 2.
        Assert.Equal(method == CompressionMethod.Scratch ? 3 + 7 : 7, outcome.Log.Epochs.Count);
        Assert.Empty(outcome.Log.Residuals);
        Assert.True(outcome.CirculantAccuracy > 0.8, $"circulant {outcome.CirculantAccuracy}");
    }

    [Fact]
    public void Run_Tolerance_EndsAdmmWhenBothResidualsAreWithinIt()
    {
        var design = Design();
        var all = Run("all", design).Log.Residuals;
        double tolerance = all.Skip(1).Take(3).Max(r => Math.Max(r.Primal, r.Dual));
        int expected = 1 + all.ToList().FindIndex(r => r.Primal <= tolerance && r.Dual <= tolerance);
        var training = design.Training;
        var log = Run("some", design with { Training = training with { Admm = training.Admm with { Tolerance = tolerance } } }).Log;
        Assert.InRange(expected, 1, all.Count - 1);
        Assert.Equal(all.Take(expected), log.Residuals);
        Assert.Equal(TrainingPhase.Retrain, log.Epochs[^1].Phase);
    }

    [Fact]
    public void Run_SpectralBits_ScoresTheRoundedNetwork()
    {
        var design = Design();
        var outcome = Run("rounded", design with { Training = design.Training with { SpectralBits = 4 } });
        Assert.True(outcome.CirculantAccuracy > 0.7, $"circulant {outcome.CirculantAccuracy}");
        Run("whole", design);
        Assert.NotEqual(File.ReadAllBytes(Result("whole")), File.ReadAllBytes(Result("rounded")));
    }

    [Fact]
    public void Run_LearningRateTooLarge_SaysThatItDiverged()
    {
        var design = Design();
        design = design with { Training = design.Training with { GradientClip = 1e30, Dense = new(3, 1e38, 1e38) } };
        Assert.Contains("diverged", Assert.Throws<InputException>(() => Run("bad", design)).Message);
    }

    [Fact]
    public void Run_NetworkDoesNotFitTheData_ReportsBothEnds()
    {
        var design = Design() with { Layers = [new GruLayer(5, 12, 4), new DenseLayer(12, 4, 1)] };
        Assert.Equal(["design.yaml:2:9", "design.yaml:2:9"], Assert.Throws<InputException>(() => Run("bad", design)).Errors
            .Select(e => $"{e.File}:{e.Line}:{e.Column}"));
    }

    private static DesignFile Design(int k = 4) => new("d", Seed, new("synthetic", null, new("design.yaml", 2, 9)),
        [new GruLayer(6, 12, k), new DenseLayer(12, 3, 1)],
        new(10, 1.0, new(3, 0.02, 0.002), new(new(2, 0.01, 0.01), 0.05, 1.5, 3), new(2, 0.01, 0.001)),
        new(12, 8), new(1, 100, 1));

    private TrainingOutcome Run(string root, DesignFile design, IProgress<TrainingProgress>? progress = null, CancellationToken stop = default, Ops? ops = null) =>
        TrainingRun.Run(design, ops ?? Devices.Get("cpu"), "data", () => new(Train, [new("test", Test)]), Path.Combine(_root, root), progress, stop, EveryStep);

    private string Result(string root) => Path.Combine(_root, root, "d", "network.bin");

    /// <summary>All files but the measured speeds and the lock.</summary>
    private void AssertSameFiles(string expected, string actual)
    {
        var files = Directory.GetFiles(Path.Combine(_root, expected), "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) is not ("speed.bin" or ".lock")).ToList();
        Assert.Equal(4, files.Count);
        foreach (string file in files)
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(_root, actual, Path.GetRelativePath(Path.Combine(_root, expected), file))));
    }

    private static void Copy(string source, string target)
    {
        // A lock is not there any more when its process is dead.
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != ".lock"))
        {
            string to = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }

    /// <summary>Reports on the training's own thread, every step.</summary>
    private sealed class Reports(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
